// Damage to the ducts, in a browser: somebody in the street reads the label of a manhole, reports without scripts on a phone and
// follows the report; staff keep its clocks; what a late restore lets off is approved by another person, and the company reads it; the
// repair is charged to whoever answers for it by two people, and taken back once somebody else does.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { photograph } from "./paper.mjs";
import { Person } from "./person.mjs";
import { signsIn } from "./staff.mjs";

const world = { faults: [], looked: 0 };
const root = "/petugas/ducting", seen = {};

before(async () => {
  world.demo = await startDemo();
  world.browser = await launch();
});

after(async () => {
  await world.browser?.close();
  await world.demo?.stop();
});

const arrive = (width, as, options) => Person.arrive(world, { site: world.demo.city("batam"), width, as, ...options });

test("a node has its QR label, and photos are added to it", async () => {
  const p = await arrive(1280, "-ducting");
  await signsIn(p, "ducting@batam.localhost");
  await p.go(`${root}/simpul?mulai=LB-BC-MH002`);
  await p.look("nodes");
  await p.follow(p.page.locator("tbody th a").first());
  assert.equal(await p.heading(), "LB-BC-MH002");
  await p.look("node");
  const drawn = await p.page.locator("img.qr").evaluate((i) => i.complete && i.naturalWidth);
  assert.ok(drawn > 100, "the label is drawn");
  seen.label = new URL((await p.page.locator("main").innerText()).match(/https?:\/\/\S+\/lapor\/ducting\/\S+/)[0]).pathname;
  await p.press(p.page.locator("#unggah summary"));
  const photo = await photograph(world.browser, "Tutup manhole", "jpeg");
  await p.page.locator("#unggah input[type=file]").setInputFiles(photo);
  assert.equal(await p.send("Unggah foto", { "Keterangan foto": "Tutup dari arah jalan" }), 200);
  await p.reads("Tutup dari arah jalan");
  const kept = await p.fetch(await p.page.locator("#foto a[href*='/foto/']").first().getAttribute("href"));
  assert.equal(kept.status, 200);
  assert.match(kept.headers["content-type"], /^image\//, "the photo can be seen");
  await p.look("node-photo");
  seen.node = new URL(p.page.url()).pathname;
});

test("anybody reports by the label and follows it, on a phone without scripts", async () => {
  const p = await arrive(360, "-visitor", { script: false });
  assert.equal(await p.go("/lapor/ducting/ZZZZZZZZZZ"), 404);
  await p.look("report-unknown-label");
  assert.equal(await p.go(seen.label), 200);
  await p.look("report");
  assert.equal(await p.send("Kirim laporan", { Keterangan: "Tutup retak" }), 422);
  assert.equal(await p.page.getByLabel("Keterangan").inputValue(), "Tutup retak", "what was typed is kept");
  await p.look("report-refused");
  const photo = await photograph(world.browser, "Retak", "png");
  assert.equal(await p.send("Kirim laporan", { "Tutup lubang terbuka atau rusak": true, Foto: photo }), 200);
  await p.look("reported");
  const said = await p.page.locator("main").innerText();
  seen.number = said.match(/RSK-\d\d-\w+/)[0];
  seen.code = said.replace(seen.number, "").match(/(?<![\d.:])\d{4}(?![\d.:])/)[0];
  await p.go(`/lacak/ducting?nomor=${seen.number}`);
  assert.equal(await p.send("Lihat", { Kode: seen.code === "0000" ? "0001" : "0000" }), 404);
  await p.look("track-refused");
  assert.equal(await p.send("Lihat", { Kode: seen.code }), 200);
  await p.reads("Menanggapi laporan");
  await p.look("tracked");
});

test("the same form with scripts and in English", async () => {
  const p = await arrive(1280, "-visitor");
  await p.go(seen.label);
  await p.look("report");
  await p.follow(p.button("English"));
  await p.look("en-report", { lang: "en" });
  await p.go("/lacak/ducting");
  await p.look("en-track", { lang: "en" });
});

for (const width of [1280, 360]) {
  test(`staff keep its clocks, ${width} px wide`, async () => {
    const p = await arrive(width, "-ducting", { script: width > 500 });
    await signsIn(p, "ducting@batam.localhost");
    await p.go(`${root}/gangguan`);
    await p.look("damages");
    await p.follow(p.link(seen.number));
    await p.reads(width > 500 ? "Sisa" : "Tepat waktu", "#janji");
    await p.look("damage");
    const [step, word] = width > 500 ? ["Laporan ditanggapi", "Ditanggapi"] : ["Petugas tiba di lokasi", "Petugas di lokasi"];
    await p.page.getByLabel(step, { exact: true }).check();
    assert.equal(await p.follow(p.button("Catat langkah")), 200);
    await p.reads(word);
    await p.reads("Tepat waktu", "#janji");
    await p.look("damage-stepped");
    await p.go(`${root}/gangguan?status=dismissed`);
    await p.look("damages-none");
    await p.go(`${root}/jaga`);
    await p.look("on-duty");
    await p.go(seen.node);
    await p.reads(seen.number, "#gangguan");
    await p.look("node");
  });
}

// charges asks whoever answers for a damage for the repair, by one person and another, and takes it back when liability changes.
async function charges(one, two, opens) {
  const ask = one.page.locator("form[action$='/tagih']"), bill = (p) => p.page.locator("section").filter({ has: p.page.getByRole("heading", { name: "Tagihan biaya perbaikan" }) }).last();
  const unfold = () => one.press(one.page.locator("summary").filter({ hasText: /^Minta Rp[\d.]+ ditagih$/ }));
  await opens(one);
  await unfold();
  assert.equal(await one.follow(ask.getByRole("button")), 422, "not without an address");
  await ask.getByLabel("Alamat Kontraktor contoh").fill("Jalan Uji 1, Batam");
  await ask.getByLabel("Email Kontraktor contoh").fill("bukan alamat");
  assert.equal(await one.follow(ask.getByRole("button")), 422);
  await one.look("charge-refused");
  await ask.getByLabel("Email Kontraktor contoh").fill("");
  assert.equal(await one.follow(ask.getByRole("button")), 200);
  assert.match(await bill(one).innerText(), /Menunggu/);
  assert.equal(await bill(one).getByRole("button").count(), 0, "who asked does not decide");
  await one.look("charge-asked");
  await two.page.reload();
  assert.equal(await two.follow(two.button("Setujui tagihan")), 200);
  assert.match(await bill(two).innerText(), /Konsep menunggu diterbitkan/);
  await two.look("charge-approved");
  const damage = two.page.url(), amount = (await bill(two).innerText()).match(/Rp[\d.]+/)[0];
  await two.follow(bill(two).getByRole("link").first());
  await two.reads(amount);
  await two.look("charge-draft");

  const judge = await arrive(1280, "-judge", { script: false }), cause = judge.page.locator("form[action$='/sebab']"), save = cause.getByRole("button", { name: "Simpan" });
  await signsIn(judge, "ducting@batam.localhost");
  await judge.page.goto(damage);
  await judge.press(judge.page.locator("summary").filter({ hasText: "Penyebab" }).last());
  await cause.locator("[name=cost]").fill("banyak");
  assert.equal(await judge.follow(save), 422);
  await judge.reads("Tulis jumlah rupiah", ".error-box");
  await judge.look("cause-refused");
  await cause.locator("[name=cost]").fill("12.500.000");
  await cause.locator("[name=liable]").selectOption("company");
  assert.equal(await judge.follow(cause.getByRole("button", { name: "Tambah bagian" })), 200);
  assert.equal(await cause.locator("[name=cost]").inputValue(), "12.500.000", "what was typed is kept");
  await judge.look("cause-share-added");
  for (const row of [3, 1]) assert.equal(await judge.follow(cause.getByRole("button", { name: `Hapus Bagian ${row}` })), 200);
  assert.equal(await cause.locator("[name='shares.1.payer']").inputValue(), "company");
  await cause.locator("[name='shares.1.percent']").fill("100");
  assert.equal(await judge.follow(save), 200);
  await judge.reads("Tagihan biaya perbaikan ditarik karena pembagiannya berubah");
  assert.match(await bill(judge).innerText(), /Penarikan menunggu putusan/);
  await judge.look("charge-taken-back");
  await two.go(`${root}/tagihan`);
  await two.reads("Pembatalan konsep");
  await two.look("charge-taken-back-asked");
}

test("a late restore lets off a part of the fee, and the repair is charged, by two people", async () => {
  const late = async (p) => {
    await p.go(`${root}/gangguan?status=repaired`);
    await p.follow(p.page.locator("tbody th a").first());
  };
  const first = await arrive(1280, "-first");
  await signsIn(first, "keuangan.ducting@batam.localhost");
  await late(first);
  assert.equal(await first.page.getByRole("button", { name: "Setujui" }).count(), 0, "who asked does not decide");
  await first.look("credit-asked");
  const second = await arrive(360, "-second");
  await signsIn(second, "keuangan2.ducting@batam.localhost");
  await late(second);
  await second.look("credit");
  assert.equal(await second.follow(second.button("Setujui")), 200);
  await second.reads("Disetujui", "#potongan");
  await second.look("credit-approved");
  await charges(first, second, late);
  const company = await arrive(360, "-mitra");
  await company.go("/masuk");
  await company.send("Masuk", { "Email atau nomor HP": "mitra@batam.localhost", "Kata sandi": world.demo.password });
  await company.go("/mitra/gangguan");
  await company.look("own-damages");
  await company.follow(company.page.locator("tbody th a").first());
  await company.reads("Potongan sewa");
  await company.look("own-damage");
});

test("every page kept its promises", () => assert.deepEqual(world.faults, []));
