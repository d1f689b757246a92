// What recurs, and what is billed, from the number at the head of the console down to the events that were counted, by the ways on the
// pages alone: at the width of a phone without scripts, and of a desktop.
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

const count = (text) => Number(/[\d.]*\d/.exec(text)[0].replaceAll(".", ""));
const rupiah = (text) => (text.trim().startsWith("-") ? -1 : 1) * count(/Rp[\d.]+/.exec(text)[0]);

// cells are the texts of a table's rows, without those of the head.
const cells = (table, part = "tbody") => table.locator(`${part} tr`).evaluateAll((all) => all.map((tr) => [...tr.children].map((c) => c.innerText)));
const sum = (rows, column) => rows.reduce((n, row) => n + rupiah(row[column]), 0);

// counted goes through the list of events behind a number, whatever it takes, and returns how many there are and what they come to. Each
// stands there once.
async function counted(p) {
  const ids = [];
  let quantity = 0;
  for (;;) {
    const table = p.page.locator("#peristiwa table");
    for (const row of (await table.count()) ? await cells(table) : []) {
      ids.push(row[1]);
      quantity += count(row[4]);
    }
    const next = p.page.locator("#peristiwa").getByRole("link", { name: "Berikutnya" });
    if (!(await next.count())) break;
    await p.follow(next);
  }
  assert.equal(new Set(ids).size, ids.length, "an event is counted once");
  return { events: ids.length, quantity };
}

for (const width of [360, 1280]) {
  test(`a number leads down to its events, ${width} px wide`, async (t) => {
    const login = width < 600 ? "bumd@platform.localhost" : "keuangan@platform.localhost";
    const p = await Person.arrive(world, { site: world.demo.platform, width, as: "-worth-plain", script: false });
    const eyes = await Person.arrive(world, { site: world.demo.platform, width, as: "-worth" });
    await signsIn(p, login);
    await signsIn(eyes, login);
    const look = async (what) => {
      await p.look(`worth-${what}`);
      await eyes.page.goto(p.page.url());
      await eyes.look(`worth-${what}`);
    };
    let submitted;

    await t.test("what recurs is that of the cities, and theirs that of their components", async () => {
      await p.go("/bumd/keuangan");
      const figure = p.page.locator(".figure").filter({ hasText: "Pendapatan berulang sebulan (MRR)" }).locator(".value");
      const all = rupiah(await figure.innerText());
      await look("console");
      const now = p.page.getByRole("region", { name: "Angkanya menurut bulan" }).locator("tbody tr").last();
      assert.equal(rupiah(await now.locator("td").first().innerText()), all, "the month that runs is today's");
      await p.follow(now.locator("td a").first());
      const cities = p.page.locator("main table");
      assert.equal(sum(await cells(cities), 4), all, "the cities come to it");
      assert.equal(rupiah((await cells(cities, "tfoot"))[0][4]), all);
      await look("cities");
      const batam = cities.locator("tbody tr").filter({ hasText: "Kota Batam" });
      const its = rupiah(await batam.locator("td").nth(3).innerText());
      await p.follow(batam.locator('a[href*="/mrr"]').first());
      await p.reads("Asal MRR Kota Batam");
      const parts = p.page.locator("#sekarang table");
      assert.equal(sum(await cells(parts), 2), its, "its components come to it");
      assert.equal(rupiah((await cells(parts, "tfoot"))[0][2]), its);
      assert.equal(rupiah(await p.page.locator(".figure .value").first().innerText()), its);
      await look("city");
    });

    await t.test("and from a component to the events of the month", async () => {
      await p.follow(p.page.locator("#sekarang tbody tr").filter({ hasText: "Permohonan diajukan" }).locator("a"));
      await p.reads("Permohonan diajukan", "h1");
      await look("events");
      submitted = await counted(p);
      assert.ok(submitted.events > 0 && submitted.quantity === submitted.events, JSON.stringify(submitted));
    });

    await t.test("which is what the city's month is charged for, and what its limit has used", async () => {
      await p.go("/bumd/langganan/batam");
      const line = p.page.locator("#bulan tbody tr").filter({ hasText: "Permohonan diajukan" });
      assert.equal(count(await line.locator("td").first().innerText()), submitted.quantity);
      const limit = p.page.locator("#batas tbody tr").filter({ hasText: "Permohonan sebulan" });
      assert.equal(count(await limit.locator("td").first().innerText()), submitted.quantity);
      await look("month");
      await p.follow(line.locator("a"));
      assert.deepEqual(await counted(p), submitted);
      for (const name of ["Dokumen diterbitkan", "Pemberitahuan terkirim"]) {
        await p.go("/bumd/langganan/batam");
        const other = p.page.locator("#bulan tbody tr").filter({ hasText: name });
        const charged = count(await other.locator("td").first().innerText());
        await p.follow(other.locator("a"));
        assert.equal((await counted(p)).quantity, charged, name);
      }
    });

    await t.test("and so is a line of an invoice", async () => {
      if (width < 600) {
        await until("the months are closed", async () => {
          await p.go("/bumd/konsep");
          return await p.page.locator("tbody tr").filter({ hasText: "Kota Batam" }).count() > 3; // enough to have met each kind of line
        });
        await p.follow(p.button("Terbitkan semua di halaman ini"));
      }
      await p.go("/bumd/tagihan?kota=batam");
      const bills = await p.page.locator("tbody th a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
      assert.ok(bills.length > 3, `${bills.length} invoices`);
      let met = 0;
      for (const bill of bills) {
        await p.go(bill);
        const line = p.page.locator("#baris tbody tr").filter({ hasText: "Permohonan diajukan" }).first();
        const charged = count(await line.locator("td").first().innerText());
        if (charged === 0) continue;
        met++;
        await p.follow(line.locator("a"));
        if (met === 1) await look("line");
        assert.equal((await counted(p)).quantity, charged, bill);
      }
      assert.ok(met > 0, "a month had applications");
    });
  });
}

test("every page kept its promises", () => assert.deepEqual(world.faults, []));
