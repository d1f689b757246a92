// One transfer that pays invoices of two parties is split at the desk, in the BUMD's book and in that of the ducts, at both widths and
// without scripts: what each invoice got is seen on both, more than came in is refused with what was typed, and what is sent twice
// changes nothing.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { Person } from "./person.mjs";
import { signsIn } from "./staff.mjs";
import { until } from "./until.mjs";

const world = { faults: [], looked: 0 };

before(async () => {
  world.demo = await startDemo();
  world.browser = await launch();
});

after(async () => {
  await world.browser?.close();
  await world.demo?.stop();
});

const books = [
  { name: "bumd", what: "the BUMD's book", as: "-bumd", site: () => world.demo.platform, bank: "/bumd/rekening", bills: "/bumd/tagihan", drafts: "/bumd/konsep",
    people: { 360: "bumd@platform.localhost", 1280: "keuangan@platform.localhost" },
    parties: { 360: ["Pemerintah Kota Batam", "Pemerintah Kota Tanjungpinang"], 1280: ["Pemerintah Kota Batam", "Pemerintah Kota Tanjungpinang"] } },
  { name: "ducts", what: "the book of the ducts", as: "-split", site: () => world.demo.city("batam"), bank: "/petugas/ducting/rekening-bank", bills: "/petugas/ducting/tagihan",
    people: { 360: "keuangan.ducting@batam.localhost", 1280: "keuangan2.ducting@batam.localhost" },
    parties: { 360: ["PT Kabel Umpama Batam (contoh)", "PT Menara Serat Buatan (contoh)"], 1280: ["PT Jaringan Misal Kepri (contoh)", "PT Cahaya Optik Fiktif (contoh)"] } },
];

const rupiah = (text) => Number(/Rp([\d.]+)/.exec(text)[1].replaceAll(".", ""));
const written = (n) => n.toLocaleString("id-ID");

// statement is a bank's CSV with one sum that came in today and names nobody.
function statement(text, amount) {
  const day = new Date().toLocaleDateString("en-GB", { timeZone: "Asia/Jakarta" });
  return { name: "gabungan.csv", mimeType: "text/csv", buffer: Buffer.from(`Tanggal;Keterangan;No. Referensi;Pengirim;Debit;Kredit\n${day};${text};${text.replaceAll(" ", "-")};;;${amount}\n`) };
}

// owed is what is open of an invoice, and how many payments and slips it has.
async function owed(p, at) {
  assert.equal(await p.go(at), 200);
  const said = await p.page.locator("main").innerText();
  return { rest: rupiah(/\bSisa\s+(Rp[\d.]+)/.exec(said)[1]), papers: await p.page.locator('main a[href*="/kuitansi/"]').count() };
}

for (const book of books) {
  for (const width of [360, 1280]) {
    test(`a transfer is split in ${book.what}, ${width} px wide and without scripts`, async () => {
      const p = await Person.arrive(world, { site: book.site(), width, as: `${book.as}-plain`, script: false });
      const eyes = await Person.arrive(world, { site: book.site(), width, as: book.as });
      for (const x of [p, eyes]) await signsIn(x, book.people[width]);
      const look = async (what) => {
        await p.look(`split-${book.name}-${what}`);
        await eyes.page.goto(p.page.url());
        await eyes.look(`split-${book.name}-${what}`);
      };

      if (book.drafts && width === 360) {
        await until("the months are closed", async () => {
          await p.go(book.drafts);
          const counts = await Promise.all(book.parties[width].map((party) => p.page.locator("tbody tr").filter({ hasText: party }).count()));
          return counts.every((n) => n > 1); // each width splits over one month of each party
        });
        await p.follow(p.button("Terbitkan semua di halaman ini"));
      }
      await p.go(book.bills);
      const bills = [];
      for (const party of book.parties[width]) {
        const row = p.page.locator("tbody tr").filter({ hasText: party }).filter({ hasText: "Belum dibayar" }).filter({ has: p.page.locator(`th a[href^="${book.bills}/"]`) }).first();
        bills.push({ party, number: await row.locator("th a").innerText(), at: await row.locator("th a").getAttribute("href") });
      }
      for (const b of bills) Object.assign(b, await owed(p, b.at));

      const parts = [1_250_000, 750_000], all = 2_000_000, words = `SETORAN GABUNGAN ${width}`;
      await p.go(book.bank);
      assert.equal(await p.send("Periksa berkas", { Berkas: statement(words, all) }), 200);
      assert.equal(await p.send("Bukukan rekening koran"), 200);
      await p.follow(p.link(words));
      const split = p.page.locator("#bagi");
      for (const b of bills) {
        await split.locator("select[name=bagi]").selectOption({ label: b.party });
        await p.follow(split.getByRole("button", { name: "Tambahkan pihak ini" }));
      }
      const asked = p.page.url();
      const field = (b) => p.page.locator("#bagi").getByLabel(`${b.number}, ${b.party}`);
      const fill = async (amounts) => { for (const [i, b] of bills.entries()) await field(b).fill(written(amounts[i])); };
      const send = () => p.follow(split.getByRole("button", { name: "Bukukan bagian-bagian ini" }));
      await look("asked");

      await fill([parts[0], parts[1] + 1]);
      assert.equal(await send(), 409, "more than came in");
      await p.reads(`melebihi Rp${written(all)}`);
      assert.equal(await field(bills[1]).inputValue(), written(parts[1] + 1), "what was typed is kept");
      await p.look(`split-${book.name}-refused`);
      for (const b of bills) assert.equal((await owed(p, b.at)).rest, b.rest, "nothing is booked by that");

      await p.go(asked);
      await fill(parts);
      const twice = await sameForm(p, split);
      assert.equal(await send(), 200);
      await p.reads("Cocok");
      for (const [i, b] of bills.entries()) await p.reads(`Rp${written(parts[i])}`), await p.reads(b.number);
      await look("booked");
      for (const [i, b] of bills.entries()) {
        const now = await owed(p, b.at);
        assert.equal(now.rest, b.rest - parts[i], `${b.number} has its part`);
        assert.equal(now.papers, b.papers + 1, "and its receipt");
        await look(`paid-${i + 1}`);
      }
      assert.equal((await twice()).status, 409, "the same form again");
      for (const [i, b] of bills.entries()) assert.deepEqual(await owed(p, b.at), { rest: b.rest - parts[i], papers: b.papers + 1 }, "changes nothing");
      await p.go(asked);
      assert.equal(await p.page.locator("#bagi").count(), 0, "and is not offered any more");
    });
  }
}

// sameForm keeps what the form of a part of the page would send, to be sent once more.
async function sameForm(p, part) {
  const form = part.locator("form[method=post]");
  const to = await form.getAttribute("action");
  const sent = await form.evaluate((f) => [...new FormData(f)]);
  return () => p.fetch(to, { method: "POST", body: sent });
}

test("every page kept its promises", () => assert.deepEqual(world.faults, []));
