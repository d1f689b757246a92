// What is held of the ducts and for them, in a browser: deposits come in and a company reads where its own are; cables are recorded on
// their way through the units, and one that would fill a unit beyond the limit is refused.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { Person } from "./person.mjs";
import { signsIn } from "./staff.mjs";

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

const arrive = (width, as, options) => Person.arrive(world, { site: world.demo.city("batam"), width, as, ...options });

test("a deposit comes in, and the company reads what is held", async () => {
  const p = await arrive(1280, "-finance", { script: false });
  await signsIn(p, "keuangan.ducting@batam.localhost");
  await p.go(`${root}/jaminan`);
  await p.look("deposits");
  const row = p.page.locator("tbody tr").filter({ hasText: "PT Serat Contoh Nusantara" }).first();
  const number = await row.locator("th a").innerText();
  await p.follow(row.locator("th a"));
  await p.reads("Belum ada yang masuk");
  await p.look("deposit");
  await p.press(p.page.locator("#terima summary"));
  const form = p.page.locator("#terima form");
  await form.locator("[name=amount]").fill("999999999999");
  await form.locator("[name=reference]").fill("TRF-UJI-1");
  assert.equal(await p.follow(form.getByRole("button")), 409);
  assert.equal(await p.page.locator("main [name=reference]").inputValue(), "TRF-UJI-1", "what was typed is kept");
  await p.look("deposit-refused");
  await p.page.locator("main [name=amount]").fill("1000000");
  assert.equal(await p.follow(p.page.locator("form").filter({ has: p.page.locator("[name=reference]") }).first().getByRole("button")), 200);
  await p.reads("TRF-UJI-1");
  await p.reads("Rp1.000.000");
  await p.look("deposit-taken");
  const company = await arrive(360, "-mitra");
  await company.go("/masuk");
  await company.send("Masuk", { "Email atau nomor HP": "mitra@batam.localhost", "Kata sandi": world.demo.password });
  await company.go("/mitra/rekening");
  await company.reads(number, "#jaminan-sewa");
  await company.look("account");
  await company.follow(company.page.locator("#jaminan-sewa").getByRole("link", { name: number }));
  await company.reads("Rp1.000.000", "#jaminan");
  await company.reads("TRF-UJI-1", "#jaminan-catatan");
  await company.look("lease-deposit");
  await company.go("/mitra/peta");
  assert.equal(await company.page.locator("#ruas tbody tr").count(), 12, "a page of the list is short");
  await company.look("map");
});

for (const width of [1280, 360]) {
  test(`cables and how full a unit may be, ${width} px wide`, async () => {
    const p = await arrive(width, "-ducting", { script: width > 500 });
    await signsIn(p, "ducting@batam.localhost");
    await p.go(`${root}/kabel`);
    await p.look("cables");
    await p.follow(p.page.locator("tbody th a").first());
    await p.look("cable");
    const [segment, place] = (await p.page.locator("tbody tr").first().evaluate((tr) => [...tr.children].map((c) => c.innerText.trim()))).filter((_, i) => i === 0 || i === 2);
    await p.go(`${root}/kabel?keadaan=removed`);
    await p.look("cables-none");
    await p.go(`${root}/kabel-baru?ruas=${encodeURIComponent(segment)}`);
    await p.look("cable-new");
    assert.equal(await p.send("Simpan kabel"), 422);
    await p.look("cable-refused");
    const fill = (name, value) => p.page.locator(`main [name=${name}]`).fill(value);
    await fill("code", `UJI-${width}`);
    await fill("places", `${segment} ${place}`);
    await fill("outer", "39,5");
    await fill("why", "Uji batas isi");
    assert.ok([409, 422].includes(await p.send("Simpan kabel")));
    await p.reads("lebih dari batas");
    await p.look("cable-too-full");
  });
}

test("every page kept its promises", () => assert.deepEqual(world.faults, []));
