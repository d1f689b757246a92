// A city's administrator changes the city's own subscription, at the width of a phone and of a desktop, each in a city of its own and
// without scripts: what it uses against its limits, a larger plan with an add-on from today, a smaller one from the end of the month, that
// change taken back, and what each costs before it is ordered. Somebody else of the city opens the same pages with scripts.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { Person } from "./person.mjs";
import { signsIn } from "./staff.mjs";

const world = { faults: [], looked: 0 };
const bills = "/kelola/tagihan", own = "/kelola/langganan";

before(async () => {
  world.demo = await startDemo();
  world.browser = await launch();
});

after(async () => {
  await world.browser?.close();
  await world.demo?.stop();
});

// rupiah reads the amount in a text, and count a number.
const count = (text) => Number(/[\d.]*\d/.exec(text)[0].replaceAll(".", ""));
const rupiah = (text) => count(/Rp[\d.]+/.exec(text)[0]);

// figure is the value of a number at the head of a page.
const figure = async (p, label) => rupiah(await p.page.locator(".figure").filter({ hasText: label }).locator(".value").innerText());

// today is the day in the city, which is in Western Indonesia: what an order says of it, of the next and
// of the first of the next month, and the days of this one.
function today() {
  const [y, m, d] = new Date().toLocaleDateString("en-CA", { timeZone: "Asia/Jakarta" }).split("-").map(Number);
  const words = (at) => at.toLocaleDateString("id-ID", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  const days = new Date(Date.UTC(y, m, 0)).getUTCDate();
  return { day: words(new Date(Date.UTC(y, m - 1, d))), next: words(new Date(Date.UTC(y, m - 1, d + 1))), first: words(new Date(Date.UTC(y, m, 1))), days, left: days - d + 1 };
}

// asks looks up the price of a plan and returns what the page says of it; nothing is ordered by that.
async function asks(p, plan, addons = {}) {
  await p.go(own);
  await p.follow(p.page.locator("#pilihan").getByRole("link", { name: plan }));
  for (const [name, n] of Object.entries(addons)) await p.page.getByLabel(name).fill(n);
  const status = await p.follow(p.button("Lihat biayanya"));
  return { status, rows: status === 200 && (await p.page.locator("#biaya").innerText()) };
}

for (const [slug, width, name] of [["batam", 360, "Kota Batam"], ["tanjungpinang", 1280, "Kota Tanjungpinang"]]) {
  test(`the administrator of a city changes its subscription, ${width} px wide and without scripts`, async (t) => {
    const site = world.demo.city(slug), login = `admin@${slug}.localhost`;
    const p = await Person.arrive(world, { site, width, as: "-plain", script: false });
    const eyes = await Person.arrive(world, { site, width, as: "-subscriber" });
    await signsIn(p, login);
    await signsIn(eyes, login);
    const look = async (what, options) => {
      await p.look(`subscription-${what}`, options);
      await eyes.page.goto(p.page.url());
      await eyes.look(`subscription-${what}`, options);
    };
    const was = {};

    await t.test("sees the plan, what is used of its limits, and the forecast", async () => {
      assert.equal(await p.go(bills), 200);
      await p.reads("Demo Kota (contoh), versi 1", "#paket");
      const limits = await p.page.locator("#batas tbody tr").evaluateAll((all) => all.map((tr) => [...tr.children].map((c) => c.innerText)));
      assert.ok(limits.length >= 3, "the plan has limits");
      for (const [what, used, most, share] of limits) assert.equal(count(share), Math.floor((count(used) * 100) / count(most)), what);
      was.forecast = await figure(p, "Perkiraan akhir bulan");
      assert.ok(was.forecast >= (await figure(p, "Pemakaian sampai sekarang")));
      assert.ok(was.forecast >= 2_500_000);
      await look("bills");
      await p.follow(p.link("Ubah langganan"));
      await p.reads("Belum ada perubahan yang dipesan");
      await look("before");
    });

    await t.test("reads what a larger plan costs and has it today", async () => {
      assert.equal((await asks(p, "Demo Kota Besar", { "Dukungan di luar jam kerja": "9999" })).status, 422);
      await look("wrong");
      const { day, days, left } = today();
      const quote = await asks(p, "Demo Kota Besar", { "Dukungan di luar jam kerja": "1" });
      for (const words of ["Paket atau tambahan naik", day, "Rp2.500.000 menjadi Rp6.900.000"]) assert.ok(quote.rows.includes(words), words);
      const lines = await p.page.locator("#biaya tbody tr").evaluateAll((all) => all.map((tr) => [...tr.children].map((c) => c.innerText)));
      const of = (price) => rupiah(lines.find(([, working]) => working.includes(price))[2]);
      assert.equal(of("Rp6.000.000"), Math.round((6_000_000 * left) / days), "the larger plan for the days that are left");
      assert.equal(of("Rp900.000"), Math.round((900_000 * left) / days), "and the add-on");
      if (left < days) assert.equal(of("Rp2.500.000"), Math.round((2_500_000 * (days - left)) / days), "the present plan until yesterday");
      was.then = rupiah(await p.page.locator("#biaya tfoot").innerText());
      assert.ok(quote.rows.includes(`Rp${was.then.toLocaleString("id-ID")}`));
      assert.equal(lines.reduce((n, [, , amount]) => n + rupiah(amount), 0), was.then, "the lines come to the total");
      await look("quote-up");
      await eyes.go(own);
      await eyes.reads("Belum ada perubahan yang dipesan");
      await p.follow(p.button("Pesan perubahan ini"));
      await p.reads("Demo Kota Besar (contoh), versi 1", "#sekarang");
      await p.reads("1 × Dukungan di luar jam kerja", "#sekarang");
      await p.reads("Dilaksanakan", "#riwayat");
      await p.reads(day, "#riwayat tbody th"); // ordered today
      await look("raised");
      await p.go(bills);
      await p.reads("Demo Kota Besar (contoh), versi 1", "#paket");
      assert.equal(await figure(p, "Perkiraan akhir bulan"), was.then, "the month comes to what was quoted");
      await look("bills-raised");
    });

    await t.test("plans a smaller one for the end of the month, and takes that back", async () => {
      const { first } = today();
      const quote = await asks(p, "Demo Kota (contoh)");
      for (const words of [first, "Rp6.900.000 menjadi Rp2.500.000"]) assert.ok(quote.rows.includes(words), words);
      await look("quote-down");
      await p.follow(p.button("Pesan perubahan ini"));
      await p.reads("Demo Kota Besar (contoh), versi 1", "#sekarang");
      await p.reads("Demo Kota (contoh), versi 1", "#rencana");
      await p.reads(first, "#rencana");
      await look("planned");
      await p.follow(p.button("Batalkan perubahan ini"));
      assert.equal(await p.page.locator("#rencana").count(), 0);
      await p.reads("Ditarik", "#riwayat");
      await look("withdrawn");
    });

    await t.test("reads what a pause and an end come to, which need a reason", async () => {
      const { first } = today();
      for (const [link, what] of [["Jeda langganan", "pause"], ["Hentikan langganan", "cancel"]]) {
        await p.go(own);
        await p.follow(p.link(link));
        await p.reads(first);
        await p.reads("Rp6.900.000 menjadi Rp0");
        await look(what);
        assert.equal(await p.follow(p.button("Pesan perubahan ini")), 422);
      }
      await p.go(own);
      assert.equal(await p.page.locator("#rencana").count(), 0, "nothing was ordered");
    });

    await t.test("adds to its own plan; the second change of a day holds from the next", async () => {
      const { next } = today();
      const quote = await asks(p, "Demo Kota Besar", { "Dukungan di luar jam kerja": "2" });
      for (const words of [next, "Rp6.900.000 menjadi Rp7.800.000"]) assert.ok(quote.rows.includes(words), words);
      await p.follow(p.button("Pesan perubahan ini"));
      await p.reads("1 × Dukungan di luar jam kerja", "#sekarang");
      await p.reads("2 × Dukungan di luar jam kerja", "#rencana");
      await p.reads(next, "#rencana");
      await look("added");
      await p.follow(p.button("English"));
      await eyes.follow(eyes.button("English"));
      await look("en", { lang: "en" });
    });

    await t.test("and the BUMD reads it", async () => {
      const bumd = await Person.arrive(world, { site: world.demo.platform, width, as: "-bumd" });
      await signsIn(bumd, width < 500 ? "keuangan@platform.localhost" : "bumd@platform.localhost");
      await bumd.go("/bumd/perubahan");
      const rows = bumd.page.locator("#riwayat tbody tr").filter({ hasText: name });
      assert.equal(await rows.count(), 3, "two that were done and one that was taken back");
      await bumd.look("subscription-orders");
      await bumd.go("/bumd/langganan");
      assert.match(await bumd.page.locator("tbody tr").filter({ hasText: name }).innerText(), /Rp6\.900\.000/, "what holds today");
    });
  });
}

test("every page kept its promises", () => assert.deepEqual(world.faults, []));
