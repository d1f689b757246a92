// What is held of the ducts and for them, in a browser: deposits come in and a company reads where its own are, what it is charged and how
// its account adds up; the city's own revenue and the company's book stand apart; cables are recorded on their way through the units, and
// one that would fill a unit beyond the limit is refused.
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
  const row = p.page.locator("tbody tr").filter({ hasText: "PT Serat Contoh Nusantara" }).filter({ hasText: "Belum lengkap" }).first();
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
  await company.look("account");
  await company.follow(company.page.getByRole("link", { name: "Jaminan tiap sewa" }));
  await company.reads(number, "#jaminan-sewa");
  await company.look("account-deposits");
  await company.follow(company.page.locator("#jaminan-sewa").getByRole("link", { name: number }));
  await company.reads("Rp1.000.000", "#jaminan");
  await company.reads("TRF-UJI-1", "#jaminan-catatan");
  await company.look("lease-deposit");
  await company.go("/mitra/peta");
  assert.equal(await company.page.locator("#ruas tbody tr").count(), 12, "a page of the list is short");
  await company.look("map");
});

// rupiah is an amount as a page says it.
const rupiah = (text) => (text.trim().startsWith("-") ? -1 : 1) * Number(/Rp([\d.]+)/.exec(text)[1].replaceAll(".", ""));
const rows = (p, where) => p.page.locator(`${where} tbody tr`).evaluateAll((all) => all.map((tr) => [...tr.children].map((c) => c.innerText)));

for (const width of [360, 1280]) {
  test(`a company reads its invoices and its account, ${width} px wide`, async () => {
    const p = await arrive(width, "-mitra", { script: width > 500 });
    await p.go("/masuk");
    await p.send("Masuk", { "Email atau nomor HP": "mitra@batam.localhost", "Kata sandi": world.demo.password });
    await p.go("/mitra/tagihan?keadaan=terbuka");
    await p.look("invoices");
    const [listed] = await rows(p, "#tagihan");
    await p.follow(p.page.locator("#tagihan tbody th a").first());
    await p.reads("Rekening virtual", "#bayar");
    await p.reads("Transfer ke", "#bayar");
    await p.look("invoice");
    const papers = await p.page.locator("main a[href*='/berkas'], main a[href*='/kuitansi/']").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    for (const href of papers) assert.equal((await p.fetch(href)).body.subarray(0, 5).toString(), "%PDF-", href);
    const lines = await rows(p, "#baris");
    assert.ok((await p.page.locator("#jumlah").innerText()).includes(`Rp${lines.reduce((n, c) => n + rupiah(c[2]), 0).toLocaleString("id-ID")}`), "the lines add up");
    assert.equal(await p.go("/mitra/tagihan/01890000-0000-7000-8000-000000000000"), 404);
    await p.go("/mitra/rekening?dari=2000-01-01");
    const moves = await rows(p, "#rekening"), next = p.page.locator('#rekening a[rel="next"]');
    while (await next.count()) {
      assert.equal(await p.follow(next), 200);
      moves.push(...(await rows(p, "#rekening")));
    }
    await p.reads(listed[0].trim().split("\n")[0]);
    assert.ok(await p.page.locator('#rekening a[rel="prev"]').count(), "a page leads back");
    const of = (kind) => moves.filter((c) => c[1] === kind).reduce((n, c) => n + rupiah(c[3]), 0);
    const total = Object.fromEntries(await p.page.locator("#buku dl > div").evaluateAll((all) => all.map((d) => [...d.children].map((c) => c.innerText.trim()))));
    assert.equal(of("Saldo dipakai"), 0, "what is put from the balance is no payment");
    for (const [kind, row] of [["Pembayaran", "Dibayar"], ["Nota kredit", "Dikurangi dengan nota kredit"], ["Bukti potong", "Disetor ke kas negara (bukti potong)"]]) assert.equal(-of(kind), rupiah(total[row]), `${row} is the sum of its movements`);
    await p.look("account-all");
    await p.follow(p.button("English"));
    for (const path of ["/mitra/tagihan", "/mitra/rekening"]) {
      await p.go(path);
      await p.look(`en${path.replaceAll("/", "-")}`, { lang: "en" });
    }
  });
}

test("the city's own revenue and the company's book stand apart", async () => {
  const revenue = `${root}/pendapatan`;
  const p = await arrive(1280, "-revenue");
  await signsIn(p, "pendapatan@batam.localhost");
  await p.go(revenue);
  await p.reads("bukan PAD", "#buku");
  await p.reads("Masih ditangguhkan", "#ditangguhkan");
  const files = await p.page.locator("#berkas a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  assert.equal(files.length, 6);
  for (const href of files) assert.equal((await p.fetch(href)).body.subarray(0, 2).toString(), "PK", href);
  const realised = async () => rupiah((await p.page.locator("#pad tfoot tr > *").allInnerTexts())[2]), before = await realised();
  await p.press(p.page.locator("summary").filter({ hasText: "Catat penerimaan kas daerah" }));
  const form = p.page.locator(`form[action="${revenue}/terima"]`);
  assert.equal(await p.follow(form.getByRole("button")), 422, "nothing is taken in without an amount");
  await p.look("revenue-refused");
  await form.locator("[name=code]").selectOption({ index: 1 });
  for (const [label, value] of [["Jumlah", "1.000.000"], ["Nomor STS atau TBP", "STS-UJI-1"], ["Pembayar", "BUMD"]]) await form.getByLabel(label).fill(value);
  const [y, m, d] = new Date().toLocaleDateString("en-CA", { timeZone: "Asia/Jakarta" }).split("-");
  for (const [label, value] of [["Tanggal", d], ["Bulan", m], ["Tahun", y]]) await form.getByLabel(label, { exact: true }).fill(String(Number(value)));
  assert.equal(await p.follow(form.getByRole("button")), 200);
  assert.equal(await realised(), before + 1_000_000);
  await p.look("revenue");
  const undo = p.page.locator("details").filter({ hasText: "Batalkan STS-UJI-1" });
  await p.press(undo.locator("summary"));
  await undo.getByLabel("Alasan").fill("Keliru");
  assert.equal(await p.follow(undo.getByRole("button")), 200);
  assert.equal(await realised(), before);
  const small = await arrive(360, "-revenue", { script: false });
  await signsIn(small, "pendapatan@batam.localhost");
  await small.go(revenue);
  const tall = () => small.page.evaluate(() => document.documentElement.scrollHeight), closed = await tall();
  assert.ok(closed < 9000, `${closed} px tall, sums and what is open first`);
  await small.page.emulateMedia({ media: "print" });
  assert.equal(await small.page.locator("#bulan tbody tr").count(), await small.page.locator("#bulan tbody tr").locator("visible=true").count(), "on paper every month is there");
  await small.page.emulateMedia({ media: "screen" });
  await small.press(small.page.locator("summary").filter({ hasText: "Catat penerimaan kas daerah" }));
  const entry = small.page.locator(`form[action="${revenue}/terima"]`);
  await entry.getByLabel("Jumlah").fill("satu juta");
  await entry.getByLabel("Pembayar").fill("BUMD contoh");
  assert.equal(await small.follow(entry.getByRole("button")), 422);
  assert.deepEqual(await small.page.locator(".error-box a").allInnerTexts().then((all) => all.map((t) => t.split(":")[0])), ["Rekening", "Jumlah", "Nomor STS atau TBP", "Diterima"], "all that is wrong is said at once");
  assert.equal(await entry.getByLabel("Pembayar").inputValue(), "BUMD contoh");
  for (const fold of await small.page.locator("details.rest > summary").all()) await small.press(fold);
  await small.look("revenue-refused");
  const desk = await arrive(1280, "-ducting");
  await signsIn(desk, "ducting@batam.localhost");
  await desk.go(`${root}/kebocoran`);
  await desk.look("leaks");
  const phone = await arrive(360, "-ducting", { script: false });
  await signsIn(phone, "ducting@batam.localhost");
  await phone.go(`${root}/kebocoran`);
  await phone.reads("KB-CONTOH-01");
  await phone.look("leaks");
  await phone.page.locator(`form[action="${root}/kebocoran"]`).evaluate((f) => { f.closest("details").open = true; });
  assert.equal(await phone.follow(phone.page.locator(`form[action="${root}/kebocoran"]`).getByRole("button")), 422);
  await phone.look("leaks-refused");
  await phone.follow(phone.button("English"));
  await phone.look("en-leaks", { lang: "en" });
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
