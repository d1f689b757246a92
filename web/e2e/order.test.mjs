// A company of the demonstration on a phone, without scripts: it looks for a way, orders one, and waits for one that is full. An order goes
// from its placing to the removal of its cable, the company on its phone and the staff at a desk taking turns.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { photograph } from "./paper.mjs";
import { Person } from "./person.mjs";
import { signsIn } from "./staff.mjs";

const world = { faults: [], looked: 0 };
const partner = "mitra@batam.localhost";

before(async () => {
  world.demo = await startDemo();
  world.browser = await launch();
});

after(async () => {
  await world.browser?.close();
  await world.demo?.stop();
});

const arrive = (width, as, options) => Person.arrive(world, { site: world.demo.city("batam"), width, as, ...options });

// enters signs in somebody of the company.
async function enters(p) {
  await p.go("/masuk");
  await p.send("Masuk", { "Email atau nomor HP": partner, "Kata sandi": world.demo.password });
  assert.equal(new URL(p.page.url()).pathname, "/mitra");
}

// day is so many days from now in Western Indonesia, as an address has it.
const day = (from) => new Date(Date.now() + from * 86_400_000).toLocaleDateString("en-CA", { timeZone: "Asia/Jakarta" });

for (const width of [360, 1280]) {
  test(`a company orders and waits at ${width} px, without scripts`, async () => {
    const p = await arrive(width, `-order-${width}`, { script: false });
    await enters(p);
    await p.go("/mitra/peta");
    assert.ok((await p.page.locator("#ruas tbody th").count()) > 0, "the map lists segments");
    await p.look("map-table");
    await p.go(`/mitra/rencana?dari=LB-BC-MH&ke=&jenis=subduct&jumlah=1&mulai=${day(30)}&sampai=`);
    const places = (await p.page.locator("select[name=dari] option").evaluateAll((all) => all.map((o) => o.value))).filter((code) => /MH\d/.test(code));
    assert.ok(places.length > 4, "several nodes fit");
    const asks = (n) => `/mitra/rencana?dari=${places[0]}&ke=${places[3]}&jenis=subduct&jumlah=${n}&mulai=${day(30)}&sampai=`;
    assert.equal(await p.go(asks(1)), 200);
    await p.look("plan-priced");
    if ((await p.page.locator("#pesan").count()) > 0) {
      await p.follow(p.button("Pesan rute ini"));
      await p.look("confirm");
    }
    assert.equal(await p.go(asks(99)), 200);
    await p.look("plan-full");
    await p.follow(p.button("Gabung daftar tunggu"));
    await p.look("waiting");
    for (const path of ["/mitra/antrean", "/mitra/pesanan", "/mitra"]) {
      assert.equal(await p.go(path), 200, path);
      await p.look(`own${path.replaceAll("/", "-")}`);
    }
  });
}

// typeDay writes a day into the boxes of a date.
async function typeDay(form, name, iso) {
  const [y, m, d] = iso.split("-");
  for (const [i, v] of [d, m, y].entries()) await form.locator(`[name=${name}]`).nth(i).fill(String(Number(v)));
}

// form is a step of an order's page, and sends fills it in, unfolded, and sends it.
const form = (p, code) => p.page.locator(`form:has(input:is([name=langkah], [name=aksi])[value=${code}])`);
async function sends(p, target, fill) {
  await target.first().evaluate((f) => { for (let e = f.closest("details"); e; e = e.parentElement.closest("details")) e.open = true; });
  await fill?.(target);
  return p.follow(target.locator("button").first()); // a box for files is a button too
}

// opensWindow asks for a manhole for the company, and staff grant it.
async function opensWindow(p, staff, mine, one) {
  const ask = p.page.locator("form[action$='/jadwal']");
  await p.go(mine);
  assert.equal(await sends(p, ask), 422, "not without anything");
  await p.look("window-refused");
  assert.equal(await sends(p, ask, async (f) => {
    await f.locator("[name=node]").selectOption({ index: 1 });
    await typeDay(f, "since", day(33));
    await typeDay(f, "until", day(34));
    for (const [name, value] of Object.entries({ crew: "Regu Uji", leader: "Kepala Uji", phone: "081234567890", people: "4", safety: "Ahli K3 Uji" })) await f.locator(`[name=${name}]`).fill(value);
  }), 200);
  await staff.go(one);
  const decide = staff.page.locator("form[action*='/jadwal/'][action$='/putusan']");
  await decide.evaluate((f) => { f.closest("details").open = true; });
  assert.equal(await staff.follow(decide.getByRole("button", { name: "Tolak jadwal" })), 422, "no refusal without a reason");
  await staff.look("window-decide");
  assert.equal(await staff.follow(decide.getByRole("button", { name: "Setujui jadwal" })), 200);
}

// shows sends photos of before and after, and staff review them all and go on, where that may be done by now.
async function shows(p, staff, mine, one, [done, checked]) {
  const send = p.page.locator("form[action$='/bukti']"), review = staff.page.locator("form[action*='/bukti/'][action$='/putusan']");
  await p.go(mine);
  await p.reads("Belum dapat dilakukan", "#sekarang");
  assert.equal(await form(p, done).count(), 0, "what is not possible yet has no button");
  for (const kind of ["before", "after"]) {
    const photo = await photograph(world.browser, `Uji ${kind}`, "png");
    assert.equal(await sends(p, send, async (f) => {
      await f.locator(`[name=kind][value=${kind}]`).check();
      await f.locator("[name=place]").selectOption({ index: 1 });
      await f.locator("input[type=file]").setInputFiles(photo);
    }), 200);
  }
  await p.look(`evidence-${done}`);
  assert.equal(await sends(p, form(p, done)), 200);
  await staff.go(one);
  await staff.look(`review-${done}`);
  for (let left = 2; left > 0; left--) {
    assert.equal(await review.count(), left);
    await review.first().evaluate((f) => { f.closest("details").open = true; });
    assert.equal(await staff.follow(review.first().getByRole("button", { name: "Setujui bukti" })), 200);
  }
  if (checked) assert.equal(await sends(staff, form(staff, checked)), 200);
}

test("an order from its placing to the removal of its cable", async (t) => {
  const step = (name, fn) => t.test(name, fn);
  const p = await arrive(360, "-lessee", { script: false }), staff = await arrive(1280, "-staff");
  await enters(p);
  await signsIn(staff, "ducting@batam.localhost");
  let mine, one;

  await step("it is placed, surveyed and quoted with the basis of its prices", async () => {
    await p.go(`/mitra/rencana?dari=LB-BC-MH&ke=&jenis=subduct&jumlah=1&mulai=${day(30)}&sampai=`);
    const places = (await p.page.locator("select[name=dari] option").evaluateAll((all) => all.map((o) => o.value))).filter((code) => /MH\d/.test(code));
    await p.go(`/mitra/rencana?dari=${places[0]}&ke=${places[2]}&jenis=subduct&jumlah=1&mulai=${day(30)}&sampai=${day(30 + 3 * 365)}`);
    await p.follow(p.button("Pesan rute ini"));
    await p.follow(p.button("Kirim pesanan"));
    mine = new URL(p.page.url()).pathname;
    one = mine.replace("/mitra", "/petugas/ducting");
    await staff.go(one);
    assert.equal(await staff.follow(staff.button("Mulai periksa kelayakan")), 200);
    assert.equal(await sends(staff, form(staff, "choose_route")), 422, "not without a route");
    await staff.look("route-refused");
    assert.equal(await sends(staff, form(staff, "choose_route"), (f) => f.locator("[name=way]").first().check()), 200);
    assert.equal(await sends(staff, form(staff, "surveyed")), 422);
    await staff.reads("Petugas survei: Isian ini wajib diisi", ".error-box");
    const first = await staff.page.locator(".error-box a").first().getAttribute("href");
    assert.equal(await staff.page.locator(`[id="${first.slice(1)}"]`).count(), 1, "each error leads to its field");
    await staff.look("survey-refused");
    assert.equal(await sends(staff, form(staff, "surveyed"), async (f) => {
      await typeDay(f, "'isi.surveyed_on'", day(0));
      await f.getByLabel("Petugas survei").fill("Petugas Uji");
      await f.getByLabel("Sesuai catatan").check();
    }), 200);
    assert.equal(await sends(staff, form(staff, "quote")), 200);
    await staff.look("order-quoted");
    await p.go(mine);
    assert.ok((await p.page.locator("#dasar tbody tr").count()) > 1, "each price says its basis");
    await p.look("quoted");
    assert.equal(await sends(p, form(p, "accept_quote")), 200);
  });

  await step("it is ordered, permitted and installed", async () => {
    await staff.go(one);
    assert.equal(await sends(staff, form(staff, "order")), 200);
    const permits = staff.page.locator("form[action*='/izin/']"), file = await photograph(world.browser, "Izin", "png");
    for (let i = await permits.count(); i > 0; i--) {
      assert.equal(await sends(staff, permits.first(), async (f) => {
        await f.locator("[name=number]").fill(`IZIN/UJI/${i}`);
        await typeDay(f, "day", day(0));
        await f.locator("input[type=file]").setInputFiles(file);
      }), 200);
    }
    assert.equal(await sends(staff, form(staff, "permitted")), 200);
    await opensWindow(p, staff, mine, one);
    assert.equal(await sends(staff, form(staff, "open_access")), 200);
    await shows(p, staff, mine, one, ["installed", "inspected"]);
  });

  await step("it is accepted, recorded and charged", async () => {
    const sign = async (f, iso) => {
      await typeDay(f, "day", iso);
      for (const [name, value] of Object.entries({ city_name: "Ahmad", city_role: "Direktur", company_name: "Rina", company_role: "Manajer" })) await f.locator(`[name=${name}]`).fill(value);
    };
    assert.equal(await sends(staff, form(staff, "accept"), (f) => sign(f, day(-400))), 422);
    await staff.reads("tidak dapat mendahului surat perintah kerjanya", ".error-box");
    await staff.look("acceptance-refused");
    assert.equal(await sends(staff, form(staff, "accept"), (f) => sign(f, day(0))), 200);
    const papers = await staff.page.locator("a[href*='/naskah/']").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    assert.equal(papers.length, 3, "quote, order letter and acceptance record");
    for (const href of papers) assert.equal((await staff.fetch(href)).body.subarray(0, 5).toString(), "%PDF-");
    assert.equal(await sends(staff, form(staff, "record_as_built")), 422);
    await staff.look("as-built-refused");
    assert.equal(await sends(staff, form(staff, "record_as_built"), (f) => f.getByLabel("Jaringan tidak berubah").check()), 200);
    assert.equal(await sends(staff, form(staff, "bill")), 200);
    await staff.reads("Aktif");
    await staff.look("order-active");
  });

  await step("a renewal is asked for and taken back", async () => {
    const renew = p.page.locator("form[action$='/perpanjangan']");
    await p.go(mine);
    await p.look("active");
    assert.equal(await sends(p, renew, (f) => typeDay(f, "until", day(100))), 422, "not for days that it has already");
    assert.equal(await sends(p, renew, (f) => typeDay(f, "until", day(30 + 5 * 365))), 200);
    await p.reads("Memperpanjang");
    await p.look("renewal");
    assert.equal(await sends(p, form(p, "withdraw"), (f) => f.locator("[name=reason]").fill("Belum perlu")), 200);
  });

  await step("notice is given and the cable comes out", async () => {
    await p.go(mine);
    assert.equal(await sends(p, form(p, "give_notice"), (f) => typeDay(f, "day", day(-1))), 422);
    await p.look("notice-refused");
    assert.equal(await sends(p, form(p, "give_notice"), async (f) => {
      await typeDay(f, "day", day(60));
      await f.locator("[name=reason]").fill("Pindah rute");
    }), 200);
    await p.reads("paling lambat", "#sekarang");
    await p.look("removal");
    await shows(p, staff, mine, one, ["removed"]);
    await staff.reads("Masa sewa belum berakhir. Pembongkaran disetujui mulai hari pertama tanpa sewa", "#langkah");
    assert.equal(await form(staff, "cleared").count(), 0, "what is leased is not closed");
    await staff.look("order-removed");
    for (const [who, path, name] of [[staff, one, "en-order"], [p, mine, "en-own-order"]]) {
      await who.go(path);
      await who.follow(who.button("English"));
      await who.look(name, { lang: "en" });
    }
  });
});

test("every page kept its promises", () => assert.deepEqual(world.faults, []));
