// What takes a reason or a second person, at both widths: a price list with what it would have cost last month, a line that is written by
// hand into a draft, a write-off, and a tariff of the ducts. Whoever asks cannot decide. A city above a limit of its new terms is found.
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

const at = (width, as, site, options) => Person.arrive(world, { site, width, as, ...options });
const rupiah = (text) => (text.trim().startsWith("-") ? -1 : 1) * Number(/Rp([\d.]+)/.exec(text)[1].replaceAll(".", ""));
const cells = (table, part = "tbody") => table.locator(`${part} tr`).evaluateAll((all) => all.map((tr) => [...tr.children].map((c) => c.innerText)));
const unfold = (p, words) => p.press(p.page.locator("summary").filter({ hasText: words }).first());

// day is so many days from now in Western Indonesia, as an address has it; days writes it into the boxes of a date.
const day = (from) => new Date(Date.now() + from * 86_400_000).toLocaleDateString("en-CA", { timeZone: "Asia/Jakarta" });
async function days(form, from) {
  const [y, m, d] = day(from).split("-");
  for (const [label, value] of [["Tanggal", d], ["Bulan", m], ["Tahun", y]]) await form.getByLabel(label, { exact: true }).fill(String(Number(value)));
}

// Each width has a city of its own, and who asks at one decides at the other.
const finance = ["bumd@platform.localhost", "keuangan@platform.localhost"], ducts = ["keuangan.ducting@batam.localhost", "keuangan2.ducting@batam.localhost"];

for (const [width, [first, second], [duct, other], city] of [[360, finance, ducts, "Kota Tanjungpinang"], [1280, finance.toReversed(), ducts.toReversed(), "Kota Batam"]]) {
  test(`two people, ${width} px wide`, async (t) => {
    const one = await at(width, "-asks", world.demo.platform), two = await at(width, "-decides", world.demo.platform, { script: false });
    await signsIn(one, first);
    await signsIn(two, second);
    const slug = city.split(" ")[1].toLowerCase();

    await t.test("a price list shows what it would have cost, and holds once another approves it", async () => {
      await one.go("/bumd/paket/demo-kota");
      assert.equal(await one.send("Usulkan versi berikutnya"), 200);
      const proposal = new URL(one.page.url()).pathname;
      const was = await cells(one.page.locator("#pratinjau table"));
      for (const [name, old, would, more] of was) assert.equal(rupiah(more), rupiah(would) - rupiah(old), name);
      if (width < 600) assert.ok(was.every(([, , , more]) => rupiah(more) === 0), "the same price, the same bill");
      await one.follow(one.page.locator("#komponen").getByRole("link", { name: "Langganan bulanan" }));
      await one.look("component");
      const price = one.page.locator("main [name=price]"), before = Number((await price.inputValue()).replaceAll(".", ""));
      await price.fill(String(before + 300_000));
      assert.equal(await one.follow(one.button("Simpan")), 200);
      const now = await cells(one.page.locator("#pratinjau table"));
      for (const [i, [name, old, would, more]] of now.entries()) {
        assert.deepEqual([name, old, rupiah(would)], [was[i][0], was[i][1], rupiah(was[i][2]) + 300_000], "what last month would have cost more");
        assert.equal(rupiah(more), rupiah(would) - rupiah(old), name);
      }
      assert.equal(rupiah((await cells(one.page.locator("#pratinjau table"), "tfoot"))[0][3]), now.reduce((n, row) => n + rupiah(row[3]), 0));
      await one.look("what-if");
      await one.follow(one.page.locator("#hak").getByRole("link", { name: "Akun petugas" }));
      assert.equal(await one.send("Simpan", { "Paling banyak": "1" }), 200);
      assert.equal(await one.send("Ajukan untuk disetujui"), 422, "not without a reason");
      await one.look("proposal-refused");
      await days(one.page.locator("#tentang"), 0);
      await one.page.locator("#tentang").getByLabel("Alasan").fill("Harga tahun depan");
      assert.equal(await one.follow(one.page.locator("#tentang").getByRole("button", { name: "Simpan" })), 200);
      assert.equal(await one.send("Ajukan untuk disetujui"), 200);
      assert.equal(await one.page.locator("#putusan").getByRole("button").count(), 0, "whoever asks cannot decide");
      await one.look("proposal-sent");
      await two.go(proposal);
      await two.look("proposal-decides");
      await two.follow(two.page.locator("#putusan").getByRole("button", { name: "Setujui" }));
      await two.go("/bumd/paket/demo-kota");
      await two.reads(`Rp${(before + 300_000).toLocaleString("id-ID")} per bulan`);
      await one.go("/bumd/paket/demo-kota");
      await one.look("plan-new-version");
    });

    await t.test("a city that moves there is above its limit, which is an incident", async () => {
      await one.go(`/bumd/langganan/${slug}`);
      await unfold(one, "Pindahkan ke versi terbaru sebuah paket");
      const form = one.page.locator("form").filter({ has: one.page.getByRole("button", { name: "Pindahkan", exact: true }) });
      await form.locator("select[name=plan]").selectOption({ label: "Demo Kota (contoh)" });
      assert.equal(await one.follow(form.getByRole("button", { name: "Pindahkan", exact: true })), 200);
      const found = one.page.locator("#daftar tbody tr").filter({ hasText: `${city}, Akun petugas` });
      await until("the incident is found", async () => {
        await one.go("/bumd/kejadian");
        return (await found.count()) > 0;
      });
      await one.look("incidents");
      await one.follow(found.getByRole("link").first());
      assert.equal(new URL(one.page.url()).pathname, `/bumd/langganan/${slug}`, "and leads to the city");
    });

    await t.test("a line is written by hand into a draft, with its reason", async () => {
      const drafts = one.page.locator("tbody tr").filter({ hasText: city });
      await until("the months are closed", async () => {
        await one.go("/bumd/konsep");
        return (await drafts.count()) > 1;
      });
      await one.follow(drafts.locator("a").first());
      const draft = new URL(one.page.url()).pathname, net = rupiah((await cells(one.page.locator("#baris table"), "tfoot"))[0][2]);
      await unfold(one, "Tambah penyesuaian");
      assert.equal(await one.send("Tambahkan", { "Nama baris": "Gangguan layanan", Jumlah: "-50.000" }), 422, "not without a reason");
      await one.look("adjustment-refused");
      assert.equal(await one.send("Tambahkan", { "Nama baris": "Gangguan layanan", Jumlah: "-50.000", Alasan: "Dua jam terputus" }), 200);
      assert.equal(new URL(one.page.url()).pathname, draft);
      const line = one.page.locator("#baris tbody tr").filter({ hasText: "Gangguan layanan" });
      assert.match(await line.innerText(), /Penyesuaian/);
      assert.equal(rupiah((await cells(one.page.locator("#baris table"), "tfoot"))[0][2]), net - 50_000);
      await one.look("adjusted");
      await one.follow(line.getByRole("link").first());
      await one.reads("Dua jam terputus");
      await one.go(draft);
      assert.equal(await one.send("Terbitkan"), 409, "whoever lowered it does not issue it");
      await one.look("adjusted-own");
      await two.go(draft);
      assert.equal(await two.send("Terbitkan"), 200);
      await two.reads("Gangguan layanan");
    });

    await t.test("a write-off is asked for by one and approved by another", async () => {
      await one.go(`/bumd/tagihan?kota=${slug}`);
      await one.follow(one.page.locator("tbody tr").filter({ hasText: "Belum dibayar" }).first().locator("th a"));
      const bill = new URL(one.page.url()).pathname;
      await unfold(one, "Minta penghapusan atau pembatalan");
      const form = one.page.locator("form").filter({ has: one.page.getByRole("button", { name: "Ajukan permintaan" }) });
      await form.getByLabel(/Penghapusan|Hapus/).first().check();
      await form.getByLabel("Alasan").fill("Tidak tertagih lagi");
      assert.equal(await one.follow(form.getByRole("button", { name: "Ajukan permintaan" })), 200);
      await one.look("write-off-asked");
      const asked = (p) => p.page.locator("main section, main form").filter({ hasText: "Tidak tertagih lagi" });
      await one.go("/bumd/permintaan");
      await one.reads("Tidak tertagih lagi");
      assert.equal(await one.button("Setujui").count(), 0, "whoever asks cannot decide");
      await one.look("requests-own");
      await two.go("/bumd/permintaan");
      assert.ok((await asked(two).count()) > 0);
      await two.look("requests-write-off");
      assert.equal(await two.follow(two.button("Setujui")), 200);
      await one.go(bill);
      await one.reads("Dihapusbukukan");
      await one.reads("Tidak tertagih lagi", "#catatan");
      await one.look("written-off");
    });

    await t.test("a tariff of the ducts too", async () => {
      const site = world.demo.city("batam"), tariffs = "/petugas/ducting/tarif", why = `Usulan direksi ${width}`;
      const asks = await at(width, "-tariff-asks", site), decides = await at(width, "-tariff-decides", site, { script: false });
      await signsIn(asks, duct);
      await signsIn(decides, other);
      await asks.go(tariffs);
      await unfold(asks, "Harga baru untuk tarif yang ada");
      const form = asks.page.locator("form").filter({ has: asks.page.locator("select[name=code]") }).first();
      await form.locator("select[name=code]").selectOption({ label: "Sewa subduct" });
      await form.locator("[name=rate]").fill("15.250");
      await days(form, width < 600 ? 40 : 50);
      await form.locator("[name=basis]").fill("Keputusan direksi (contoh)");
      assert.equal(await asks.follow(form.getByRole("button", { name: "Kirim permintaan" })), 422, "not without a reason");
      await asks.look("tariff-refused");
      await form.locator("[name=reason]").fill(why);
      assert.equal(await asks.follow(form.getByRole("button", { name: "Kirim permintaan" })), 200);
      const row = (p) => p.page.locator("#permintaan tbody tr").filter({ hasText: why });
      assert.match(await row(asks).innerText(), /Menunggu/);
      assert.equal(await asks.page.locator("#permintaan").getByRole("button", { name: "Setujui" }).count(), 0, "whoever asks cannot decide");
      await asks.look("tariff-asked");
      await decides.go(tariffs);
      await decides.look("tariff-decides");
      assert.equal(await decides.follow(decides.page.locator("#permintaan").getByRole("button", { name: "Setujui" }).first()), 200);
      await asks.go(tariffs);
      assert.match(await row(asks).innerText(), /Disetujui/);
      assert.ok(!(await asks.page.locator("main table").first().innerText()).includes("Rp15.250"), "and holds from its day only");
      await asks.look("tariff-decided");
      const anyone = await at(width, "-anyone", site, { script: false });
      await anyone.go("/tarif-ducting");
      assert.match(await anyone.page.locator("main section").filter({ hasText: "Tarif yang akan berlaku" }).last().innerText(), /Sewa subduct[^]*Rp15\.250/, "the published offer says what is to come");
      await anyone.look("offer");
      await anyone.go(`/tarif-ducting?hari=${day(width < 600 ? 40 : 50)}`);
      await anyone.reads("Rp15.250");
      await anyone.follow(anyone.button("English"));
      await anyone.look("en-offer", { lang: "en" });
    });
  });
}

test("every page kept its promises", () => assert.deepEqual(world.faults, []));
