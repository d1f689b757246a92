// The long lists of the ducts on a phone: a card is as low as what it says and a page ends before one tires of it, while a desktop keeps
// the table. A company's menu is in groups, as that of staff is, and what was looked for and not found takes one line. The pages of staff that
// no other test opens are looked at too, and what a company was granted is really painted on its map.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { drawn } from "./drawn.mjs";
import { Person } from "./person.mjs";
import { signsIn } from "./staff.mjs";
import { until } from "./until.mjs";

const world = { faults: [], looked: 0 };
const root = "/petugas/ducting";

before(async () => {
  world.demo = await startDemo();
  world.browser = await launch();
});

after(async () => {
  await world.browser?.close();
  await world.demo?.stop();
});

const arrive = (width, as) => Person.arrive(world, { site: world.demo.city("batam"), width, as });
const height = (p) => p.page.evaluate(() => document.documentElement.scrollHeight);

// wasted lists the labels of cards that nothing stands beside.
const wasted = (p) => p.page.locator("main td[data-label]:visible").evaluateAll((all) => all.filter((td) => !td.innerText.trim()).map((td) => td.dataset.label));

// painted waits for the lines of each level that the legend of a map counts, in its colour.
async function painted(p) {
  const levels = await p.page.locator("[data-net-level]").evaluateAll((all) => all.filter((li) => !/^0 /.test(li.querySelector("small").innerText.trim())).map((li) => li.dataset.netLevel));
  assert.ok(levels.length > 0, "something is counted");
  for (const level of levels) {
    await until(`lines of the level ${level}`, async () => {
      const n = await drawn(p, level);
      return n.line > 20 && n.land > 0;
    });
  }
}

for (const width of [360, 1280]) {
  test(`the lists of the ducts, ${width} px wide`, async () => {
    const p = await arrive(width, "-short");
    await signsIn(p, "ducting@batam.localhost");
    for (const path of ["", "/simpul", "/pesanan", "/sewa", "/antrean", "/operator", "/gangguan", "/pekerjaan", "/tagihan", "/piutang", "/tarif", "/kebocoran"]) {
      assert.equal(await p.go(root + path), 200);
      assert.ok((await height(p)) < 10_000, `${path} is ${await height(p)} px high`);
      const heads = await p.page.locator("main thead").first().boundingBox();
      assert.equal(heads.height > 10, width > 600, `${path}: cards on a phone and a table on a desktop`);
      if (width < 600) assert.deepEqual(await wasted(p), [], path);
      await p.look(`short${path.replaceAll("/", "-")}`);
    }
    await p.reads("Tidak ada temuan: ");
    assert.equal(await p.page.locator("main .empty").count(), 0, "one line for all that was not found");
    assert.ok(await p.page.locator("summary").filter({ hasText: "Catat kabel tak dikenal" }).isVisible());
  });

  test(`the pages of the ducts that are opened now and then, ${width} px wide`, async () => {
    let p = await arrive(width, "-short");
    await signsIn(p, "keuangan.ducting@batam.localhost");
    const looks = async (path, name) => {
      assert.equal(await p.go(path), 200, path);
      assert.ok((await height(p)) < 10_000, `${path} is ${await height(p)} px high`);
      for (const fold of await p.page.locator("main details.more > summary").all()) await p.press(fold);
      await p.look(`short-${name}`);
    };
    for (const path of ["/pajak", "/jaminan"]) await looks(root + path, `money${path.replace("/", "-")}`);
    await p.leave();
    p = await arrive(width, "-short");
    await signsIn(p, "ducting@batam.localhost");
    for (const path of ["/perluasan", "/lahan", "/jaminan", "/pekerjaan/program"]) await looks(root + path, path.slice(1).replaceAll("/", "-"));
    // A segment, the page that splits it, one of its units, and what somebody said of that.
    await p.go(root);
    await p.follow(p.page.locator("#ruas tbody a").first());
    const split = await p.page.locator("main a[href$='/belah']").getAttribute("href");
    const unit = await p.page.locator("main a[href*='/saluran/']").first().getAttribute("href");
    await looks(split, "belah");
    await looks(unit, "saluran");
    const said = p.page.locator("form[action*='/saluran/']").filter({ has: p.page.locator("[name=condition]") });
    await said.locator("[name=purpose]").selectOption({ index: width < 600 ? 1 : 2 });
    await said.locator("[name=why]").fill(`Uji ${width}`);
    assert.equal(await p.follow(said.getByRole("button")), 200);
    const change = await p.link(`Uji ${width}`).getAttribute("href");
    assert.match(change, /\/perubahan\//);
    await looks(change, "perubahan");
  });

  test(`a company finds its pages by what they are about, ${width} px wide`, async () => {
    const p = await arrive(width, "-company");
    await p.go("/masuk");
    await p.send("Masuk", { "Email atau nomor HP": "mitra@batam.localhost", "Kata sandi": world.demo.password });
    const menu = p.page.locator(".desk-groups");
    const groups = await menu.locator(".of a").allInnerTexts();
    assert.deepEqual(groups, ["Perusahaan", "Jaringan", "Sewa & pesanan", "Pekerjaan & gangguan", "Uang"]);
    const pages = [];
    for (const name of groups) {
      assert.equal(await p.follow(menu.getByRole("link", { name, exact: true }).first()), 200);
      assert.equal(await menu.locator('.of [aria-current="true"]').innerText(), name);
      assert.equal(new URL(p.page.url()).pathname, await menu.locator('.in [aria-current="page"]').getAttribute("href"));
      pages.push(...(await menu.locator(".in a").evaluateAll((all) => all.map((a) => a.getAttribute("href")))));
    }
    assert.equal(new Set(pages).size, 14);
    for (const path of pages) {
      assert.equal(await p.go(path), 200, path);
      assert.equal(await menu.locator('[aria-current="page"]').getAttribute("href"), path);
      assert.ok((await height(p)) < 10_000, `${path} is ${await height(p)} px high`);
      if (path === "/mitra/peta") await painted(p);
      await p.look(`short${path.replaceAll("/", "-")}`);
    }
  });
}

test("every page kept its promises", () => assert.deepEqual(world.faults, []));
