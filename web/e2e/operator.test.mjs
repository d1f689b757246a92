// A company that leases ducts, in a browser: it registers itself and files its papers without scripts, and one that leases already
// looks through its pages on a desktop, in both languages; the first pages on a phone too.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { Person } from "./person.mjs";

const world = { faults: [], looked: 0 };
const partner = "mitra@batam.localhost", password = "sebuah kata sandi panjang";

before(async () => {
  world.demo = await startDemo();
  world.browser = await launch();
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

test("a company registers itself", async (t) => {
  const step = (name, fn) => t.test(name, fn);
  const rani = await arrive(1280, "-operator", { script: false });
  await step("it says who it is, and comes by the mail", async () => {
    await rani.go("/mitra/daftar");
    await rani.look("register");
    assert.equal(await rani.send("Daftar", { "Nama perusahaan": "PT Uji Serat", NIB: "12" }), 422);
    await rani.look("register-refused");
    assert.equal(await rani.send("Daftar", { NIB: "1234567890123", "Izin penyelenggaraan": "Jartaplok 1/2026", Email: "noc@uji.localhost", "Nama orang": "Rani Uji" }), 200);
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
    await rani.page.locator("#f-file").setInputFiles(file);
    assert.equal(await rani.send("Unggah", { Nomor: "1234567890123" }), 415);
    await rani.look("paper-refused");
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
  for (const path of ["/mitra", "/mitra/peta", "/mitra/rencana", "/mitra/sewa", seen.lease, "/mitra/gangguan", "/lapor/ducting", "/lacak/ducting", "/mitra/berkas", "/mitra/orang", "/mitra/daftar"]) {
    assert.equal(await p.go(path), 200, path);
    await p.look(`en${path.split("/").slice(0, 3).join("-")}`, { lang: "en" });
  }
  assert.equal((await p.fetch("/petugas/ducting/operator")).status, 403, "the pages of staff are not theirs");
});

test("the first pages on a phone", async () => {
  const p = await arrive(360, "-partner");
  await p.go("/mitra/daftar");
  await p.look("register");
  await enters(p, partner, world.demo.password);
  for (const fold of await p.page.locator("main details.more > summary").all()) await p.press(fold);
  await p.look("home");
});

test("every page kept its promises", () => assert.deepEqual(world.faults, []));
