// A company that leases ducts, in a browser: it registers itself, files its papers, is approved and shown an area by the staff of
// the ducts, and finds a way through what is free there. On a desktop without scripts and with them, and the same pages on a phone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { installed } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { Person } from "./person.mjs";
import * as staff from "./staff.mjs";

const world = { faults: [], looked: 0 };
const manager = "ducting@batam.localhost", partner = "mitra@batam.localhost", password = "sebuah kata sandi panjang";

before(async () => {
  world.demo = await startDemo();
  world.browser = await chromium.launch({ executablePath: installed(), args: ["--no-sandbox"] });
});

after(async () => {
  await world.browser?.close();
  await world.demo?.stop();
});

const arrive = (width, as, options) => Person.arrive(world, { site: world.demo.city("batam"), width, as, ...options });

// unfold opens what is folded under a heading.
const unfold = (p, words) => p.press(p.page.locator("summary").filter({ hasText: words }).first());

// enters signs in somebody of a company, who has no second factor.
async function enters(p, login, secret) {
  await p.go("/masuk");
  await p.send("Masuk", { "Email atau nomor HP": login, "Kata sandi": secret });
  assert.equal(new URL(p.page.url()).pathname, "/mitra");
}

const seen = {};

test("a company registers itself and is shown an area", async (t) => {
  const step = (name, fn) => t.test(name, fn);
  const rani = await arrive(1280, "-operator", { script: false }), sari = await arrive(1280, "-ducts");
  await step("it says who it is, and comes by the mail", async () => {
    await rani.go("/mitra/daftar");
    await rani.look("register");
    assert.equal(await rani.send("Daftar", { "Nama perusahaan": "PT Uji Serat", NIB: "12" }), 422);
    await rani.look("register-refused");
    assert.equal(await rani.send("Daftar", { NIB: "1234567890123", "Izin penyelenggaraan": "Jartaplok 1/2026", Surel: "noc@uji.localhost", "Nama orang": "Rani Uji" }), 200);
    await rani.mail("noc@uji.localhost", "");
    await rani.follow(rani.page.locator("main a[href*='/undangan/']").first());
    assert.equal(await rani.send("Lanjut", { "Kata sandi baru": password }), 200);
    assert.equal(await rani.heading(), "PT Uji Serat");
    await rani.look("company");
  });
  await step("it files its papers", async () => {
    await rani.go("/mitra/berkas");
    await unfold(rani, "Unggah berkas");
    const file = { name: "nib.pdf", mimeType: "application/pdf", buffer: Buffer.from("bukan PDF") };
    await rani.page.getByLabel("Jenis berkas").selectOption("nib");
    assert.equal(await rani.send("Unggah", { Nomor: "1234567890123", "Berkas": file }), 415);
    await rani.look("paper-refused");
  });
  await step("staff approve it and grant an area", async () => {
    await staff.signsIn(sari, manager);
    await sari.go("/petugas/ducting/operator");
    await sari.follow(sari.link("PT Uji Serat"));
    seen.company = new URL(sari.page.url()).pathname;
    await sari.look("applied");
    assert.equal(await sari.follow(sari.button("Setujui operator")), 200);
    await unfold(sari, "Beri izin area");
    assert.equal(await sari.send("Beri izin", { "Nama area": "Lubuk Baja" }), 422);
    await sari.look("grant-refused");
    await sari.page.getByLabel("Koridor Lubuk Baja–Batam Kota (contoh)").check();
    assert.equal(await sari.send("Beri izin", { Tujuan: "Pelanggan baru" }), 200);
    await sari.reads("Lubuk Baja");
    await sari.look("granted");
  });
  await step("it finds a way through what is free there", async () => {
    await rani.go("/mitra");
    await rani.reads("Disetujui");
    await rani.go("/mitra/peta");
    await rani.reads("Koridor Lubuk Baja–Batam Kota (contoh)");
    await rani.look("map");
    await rani.go("/mitra/rencana");
    await rani.send("Cari rute", { "Dari titik": "LB-BC-MH", "Ke titik": "LB-BC-MH" });
    await rani.look("places");
    for (const [label, place] of [["Dari titik", 1], ["Ke titik", 3]]) await rani.page.getByLabel(label).selectOption({ index: place });
    assert.equal(await rani.follow(rani.button("Cari rute")), 200);
    await rani.reads("Rute 1");
    seen.plan = rani.page.url().replace(world.demo.city("batam"), "");
    await rani.look("plan");
  });
});

test("a company that leases already, with scripts and in English", async (t) => {
  const p = await arrive(1280, "-partner");
  await enters(p, partner, world.demo.password);
  await p.look("home");
  await p.go("/mitra/sewa");
  await p.look("leases");
  seen.lease = await p.page.locator("tbody th a").first().getAttribute("href");
  await p.go(seen.lease);
  await p.look("lease");
  await p.go("/mitra/orang");
  await unfold(p, "Undang orang");
  assert.equal(await p.send("Kirim undangan", { "Nama orang": "" }), 422);
  await p.look("people");
  await p.go("/mitra");
  await p.follow(p.button("English"));
  for (const path of ["/mitra", "/mitra/peta", "/mitra/rencana", "/mitra/sewa", seen.lease, "/mitra/berkas", "/mitra/orang", "/mitra/daftar"]) {
    assert.equal(await p.go(path), 200, path);
    await p.look(`en${path.split("/").slice(0, 3).join("-")}`, { lang: "en" });
  }
  assert.equal((await p.fetch(seen.company)).status, 403, "the pages of staff are not theirs");
});

test("the same pages on a phone", async () => {
  const p = await arrive(360, "-partner"), sari = await arrive(360, "-ducts");
  await p.go("/mitra/daftar");
  await p.look("register");
  await enters(p, partner, world.demo.password);
  for (const [name, path] of Object.entries({ home: "/mitra", map: "/mitra/peta", plan: seen.plan, leases: "/mitra/sewa", lease: seen.lease, papers: "/mitra/berkas", people: "/mitra/orang" })) {
    assert.ok([200, 422].includes(await p.go(path)), path);
    for (const fold of await p.page.locator("main details.more > summary").all()) await p.press(fold);
    await p.look(name);
  }
  await staff.signsIn(sari, manager);
  assert.equal(await sari.go(seen.company), 200);
  for (const fold of await sari.page.locator("main details.more > summary").all()) await sari.press(fold);
  await sari.look("company");
});

test("every page kept its promises", () => assert.deepEqual(world.faults, []));
