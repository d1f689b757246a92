// The BUMD's finance staff in a browser: drafts become invoices, the bank's statement pays one of them, a second person decides what
// takes two, and a new version of a price list is written. On a desktop, and the same pages on a phone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { Person } from "./person.mjs";
import * as staff from "./staff.mjs";
import { until } from "./until.mjs";

const world = { faults: [], looked: 0 };
const first = "bumd@platform.localhost", second = "keuangan@platform.localhost";

before(async () => {
  world.demo = await startDemo();
  world.browser = await launch();
});

after(async () => {
  await world.browser?.close();
  await world.demo?.stop();
});

const arrive = (width, options) => Person.arrive(world, { site: world.demo.platform, width, as: "-bumd", ...options });

// unfold opens what is folded under a heading.
const unfold = (p, words) => p.press(p.page.locator("summary").filter({ hasText: words }).first());

// statement is what the bank says came in and went out today, as its CSV.
const statement = (number) => {
  const day = new Date().toLocaleDateString("en-GB", { timeZone: "Asia/Jakarta" });
  return { name: "rekening.csv", mimeType: "text/csv", buffer: Buffer.from(`Tanggal;Keterangan;No. Referensi;Pengirim;Debit;Kredit
${day};BAYAR ${number} TAHAP 1;B-1;KAS DAERAH;;1000000
${day};SETORAN TUNAI;B-2;;;250000
${day};BIAYA ADMINISTRASI;B-3;;6500;
`) };
};

const seen = {}; // the addresses that the phone looks at too

test("money from draft to books, by two people on desktops", async (t) => {
  const step = (name, fn) => t.test(name, fn);
  const one = await arrive(1280), other = await arrive(1280, { script: false, as: "-bumd" });
  await staff.signsIn(one, first);
  await staff.signsIn(other, second);
  await step("drafts are issued together", async () => {
    await until("the months of both cities are closed", async () => {
      await one.go("/bumd/konsep");
      const said = await one.page.locator("main").innerText();
      return said.includes("Kota Batam") && said.includes("Kota Tanjungpinang");
    });
    await one.look("drafts");
    assert.equal(await one.send("Terbitkan semua di halaman ini"), 200);
    await one.reads("Terbit");
    const link = one.page.locator("#hasil tbody a").first();
    seen.number = await link.innerText();
    seen.invoice = await link.getAttribute("href");
  });
  await step("a statement is looked through and booked", async () => {
    await one.go("/bumd/rekening");
    await one.look("bank");
    assert.equal(await one.send("Periksa berkas", { Berkas: statement(seen.number) }), 200);
    await one.reads("1 mutasi langsung dibukukan, 1 menunggu");
    await one.look("bank-preview");
    assert.equal(await one.send("Bukukan rekening koran"), 200);
    await one.reads("Sudah dibukukan");
    seen.statement = new URL(one.page.url()).pathname;
    await one.look("bank-booked");
  });
  await step("what nobody knows is matched by hand and taken back, without scripts", async () => {
    await other.go("/bumd/rekening/mutasi?keadaan=open");
    await other.follow(other.page.locator("tbody th a").first());
    seen.line = new URL(other.page.url()).pathname;
    const party = other.page.getByRole("region", { name: "Cocokkan dengan tangan" }).getByLabel("Pihak");
    await party.selectOption({ label: "Pemerintah Kota Batam" });
    await other.follow(other.button("Tampilkan tagihannya"));
    await other.look("line");
    assert.equal(await other.send("Bukukan"), 200);
    await other.reads("ke saldo pihak ini");
    await unfold(other, "Batalkan kecocokan");
    assert.equal(await other.send("Batalkan kecocokan", { Alasan: "Milik kota lain" }), 200);
    await other.reads("Milik kota lain");
    await other.follow(other.button("Tampilkan tagihannya"));
    assert.equal(await other.send("Bukukan"), 200);
    await other.look("line-history");
  });
  await step("a credit note takes back so much of a line, and two people", async () => {
    await one.go(seen.invoice);
    await one.look("invoice");
    await one.follow(one.link("Nota kredit per baris"));
    assert.equal(await one.send("Ajukan nota kredit"), 422);
    await one.look("credit-refused");
    assert.equal(await one.send("Ajukan nota kredit", { "Baris 1": "1.000", Alasan: "Layanan terputus" }), 200);
    await other.go("/bumd/permintaan");
    await other.look("requests");
    assert.equal(await other.follow(other.button("Setujui")), 200);
    await other.reads("Disetujui");
  });
  await step("a balance is asked for and paid back", async () => {
    await one.go("/bumd/saldo");
    await one.follow(one.page.locator("#saldo tbody th a").first());
    seen.balance = new URL(one.page.url()).pathname;
    await one.look("balance");
    assert.equal(await one.send("Ajukan pengembalian", { Jumlah: "100.000", "Rekening tujuan": "Bank Contoh 1", Alasan: "Salah setor" }), 200);
    await other.go("/bumd/saldo");
    await other.look("refunds");
    assert.equal(await other.follow(other.button("Setujui")), 200);
  });
  await step("letters are held back", async () => {
    seen.late = seen.invoice.replace("tagihan", "piutang");
    await one.go(seen.late);
    await unfold(one, "Tunda surat penagihan");
    assert.equal(await one.send("Tunda surat penagihan", { Alasan: "Menunggu pencairan" }), 200);
    await one.look("letters");
  });
  await step("a version of a price list says what it allows", async () => {
    await one.go("/bumd/paket/demo-kota");
    await one.look("plan");
    assert.equal(await one.send("Usulkan versi berikutnya"), 200);
    seen.proposal = new URL(one.page.url()).pathname;
    await one.look("proposal");
    await one.follow(one.link("Tambah batas"));
    assert.equal(await one.send("Simpan", { "Paling banyak": "0" }), 422);
    await one.look("limit-refused");
  });
  await step("in English", async () => {
    await one.go("/bumd/piutang");
    await one.follow(one.button("English"));
    for (const path of ["/bumd/piutang", "/bumd/rekening", seen.line, "/bumd/pihak/batam", "/bumd/kupon", seen.proposal]) {
      assert.equal(await one.go(path), 200, path);
      await one.look(`en${path.split("/").slice(0, 3).join("-")}`, { lang: "en" });
    }
  });
});

test("the same pages on a phone", async () => {
  const p = await arrive(360);
  await staff.signsIn(p, second);
  for (const [name, path] of Object.entries({ overview: "/bumd/keuangan", invoice: seen.invoice, credit: `${seen.invoice}/nota-kredit`, bank: "/bumd/rekening", statement: seen.statement, line: seen.line, arrears: "/bumd/piutang",
    letters: seen.late, balances: "/bumd/saldo", balance: seen.balance, parties: "/bumd/pihak", party: "/bumd/pihak/batam", proposal: seen.proposal, coupons: "/bumd/kupon", incidents: "/bumd/kejadian" })) {
    assert.equal(await p.go(path), 200, path);
    for (const fold of await p.page.locator("main details.more > summary").all()) await p.press(fold);
    await p.look(name);
  }
});

test("every page kept its promises", () => assert.deepEqual(world.faults, []));
