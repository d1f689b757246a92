// Roads whose cables move from the air into the ducts, in a browser: anybody reads how far they are, a company answers the survey on a
// phone without scripts and signs for its ducts, staff put a wave together, and its roads are really drawn on the map.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { Person } from "./person.mjs";
import { signsIn } from "./staff.mjs";
import { until } from "./until.mjs";

const world = { faults: [], looked: 0 };
const waves = "/petugas/ducting/penataan", survey = "Sekupang tahap 1 (contoh)", signing = "Nongsa tahap 1 (contoh)", moving = "Bandara tahap 1 (contoh)";

before(async () => {
  world.demo = await startDemo();
  world.browser = await launch();
});

after(async () => {
  await world.browser?.close();
  await world.demo?.stop();
});

const arrive = (width, as, options) => Person.arrive(world, { site: world.demo.city("batam"), width, as, ...options });

// ofCompany arrives as somebody of the company that can be asked.
async function ofCompany(width, options) {
  const p = await arrive(width, "-mitra", options);
  await p.go("/masuk");
  await p.send("Masuk", { "Email atau nomor HP": "mitra@batam.localhost", "Kata sandi": world.demo.password });
  return p;
}

// blue counts the pixels of the map that have the colour of a lightly filled line, and those of one that is seen through.
const blue = (p) => p.page.evaluate(() => {
  const canvas = document.querySelector(".maplibregl-canvas");
  if (!canvas?.width || canvas.getBoundingClientRect().height < 200) return 0;
  const flat = document.createElement("canvas");
  [flat.width, flat.height] = [canvas.width, canvas.height];
  const on = flat.getContext("2d");
  on.drawImage(canvas, 0, 0);
  const { data } = on.getImageData(0, 0, flat.width, flat.height);
  const wanted = getComputedStyle(document.querySelector('[data-net-level="light"] line')).stroke.match(/\d+/g).map(Number);
  let n = 0;
  for (let i = 0; i < data.length; i += 4) if (wanted.every((c, k) => Math.abs(data[i + k] - c) < 8)) n++;
  return n;
});

for (const width of [360, 1280]) {
  test(`anybody reads how far the roads are, ${width} px wide`, async () => {
    const p = await arrive(width, "-visitor", { script: width > 500 });
    assert.equal(await p.go("/penataan-kabel"), 200);
    for (const words of [survey, signing, moving]) await p.reads(words);
    const said = await p.page.locator("main").innerText();
    assert.ok(!said.includes("PT "), "nobody reads which company moves");
    for (const photo of await p.page.locator("main img").all()) {
      await photo.scrollIntoViewIfNeeded();
      if (width > 500) await until("the photo is shown", () => photo.evaluate((i) => i.complete && i.naturalWidth > 0));
    }
    await p.look("waves");
    await p.follow(p.page.getByRole("button", { name: "English" }).first());
    await p.look("en-waves", { lang: "en" });
  });

  test(`staff see a wave and its roads on the map, ${width} px wide`, async () => {
    const p = await arrive(width, "-ducting");
    await signsIn(p, "ducting@batam.localhost");
    await p.go(waves);
    await p.look("waves");
    await p.follow(p.link(moving));
    await until("the lines of its roads", async () => (await blue(p)) > 40);
    const rows = await p.page.locator("#ruas tbody tr").count();
    assert.equal(rows, 12, "the list says it a page at a time");
    await p.look("wave");
    await p.go(await p.page.locator("#ruas").getByRole("link", { name: "Berikutnya" }).getAttribute("href"));
    assert.ok((await p.page.locator("#ruas tbody tr").count()) > 0, "and goes on");
    await p.follow(p.page.locator("#perusahaan tbody th a").first());
    await p.look("wave-company");
    await p.go(`${waves}/ringkasan`);
    await p.look("waves-overview");
    await p.go(`${waves}?status=dropped`);
    await p.reads("Tidak ada yang cocok");
    await p.look("waves-none");
  });
}

test("a company answers the survey, on a phone without scripts", async () => {
  const p = await ofCompany(360, { script: false });
  await p.go("/mitra/penataan");
  await p.look("waves");
  await p.follow(p.link(survey));
  await p.reads("Belum dijawab");
  await p.reads("Belum ada ruas", "#ruas"); // it was granted no area there
  await p.look("wave");
  const ask = (what, n) => ({ [`${what}, Pelabuhan Sekupang (contoh)`]: n, [`${what}, Jalan lingkar rencana (contoh)`]: n });
  assert.equal(await p.send("Kirim jawaban", ask("Kabel udara sekarang", "-1")), 422);
  await p.look("wave-refused");
  assert.equal(await p.send("Kirim jawaban", { ...ask("Kabel udara sekarang", "2"), ...ask("Saluran dibutuhkan sekarang", "2"), ...ask("Saluran dibutuhkan dalam 3 tahun", "1"), ...ask("Tiang sendiri", "0") }), 200);
  await p.reads("Dijawab");
  await p.look("wave-answered");
});

// letter is a signed letter as far as a browser cares: a page that says what it is.
const letter = { name: "surat-komitmen.pdf", mimeType: "application/pdf", buffer: Buffer.from(`%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
trailer<</Root 1 0 R>>
%%EOF
`) };

for (const [width, coast, hill, script] of [[360, "2", "1", false], [1280, "1", "", true]]) {
  test(`a company commits itself to a wave, ${width} px wide${script ? "" : " and without scripts"}`, async () => {
    const p = await ofCompany(width, { script });
    await p.go("/mitra/penataan");
    const row = p.page.locator("tbody tr").filter({ hasText: signing });
    assert.match(await row.innerText(), width < 600 ? /Komitmen dibuka/ : /Komitmen/); // the phone came first
    await p.look("waves-open");
    await p.follow(row.locator("th a"));
    if (width > 600) await p.press(p.page.locator("#buat summary")); // it is folded once something is signed
    await p.reads("Rp13.500 per meter saluran per tahun", "#komitmen");
    await p.look("wave-commit");
    const before = await p.page.locator("#komitmen tbody tr").count();
    const units = { "Jumlah saluran, Jalan pantai rencana (contoh)": coast, "Jumlah saluran, Jalan bukit rencana (contoh)": hill };
    assert.equal(await p.send("Buat komitmen yang mengikat", { ...units, "Masa sewa (bulan)": "0", "Surat komitmen bertanda tangan": letter }), 422);
    assert.equal(await p.page.getByLabel("Jumlah saluran, Jalan pantai rencana (contoh)").inputValue(), coast, "what was typed is kept");
    await p.look("wave-commit-refused");
    assert.equal(await p.send("Buat komitmen yang mengikat", { ...units, "Masa sewa (bulan)": "60", "Surat komitmen bertanda tangan": letter }), 200);
    await p.reads("mengikat perusahaan Anda");
    const signed = p.page.locator("#komitmen tbody tr");
    assert.equal(await signed.count(), before + 1, "one commitment more");
    const number = /KMT-\d{4}-\d{4}/.exec(await signed.last().innerText())?.[0];
    assert.ok(number, "it has a number");
    await p.look("wave-committed");
    const paper = await p.fetch(await signed.last().locator('a[href*="/komitmen/"]').first().getAttribute("href"));
    assert.equal(paper.status, 200);
    assert.ok(paper.body.equals(letter.buffer), "the letter is kept as it was signed");

    const staff = await arrive(width, "-signed");
    await signsIn(staff, "ducting@batam.localhost");
    await staff.go(waves);
    await staff.follow(staff.link(signing));
    await staff.reads(number);
    const taken = await staff.page.locator("#jalan tbody tr").filter({ hasText: "Jalan pantai rencana" }).innerText();
    assert.ok(taken.includes(width < 600 ? "2" : "3"), taken);
    await staff.look("wave-signed");
    const anybody = await arrive(width, "-anybody");
    await anybody.go("/penataan-kabel");
    const said = await anybody.page.locator("main").innerText();
    assert.ok(!said.includes(number) && !said.includes("PT "), "nobody else reads who has signed");
  });
}

test("staff put a wave together", async () => {
  const p = await arrive(360, "-begins", { script: false });
  await signsIn(p, "ducting@batam.localhost");
  await p.go(waves);
  await p.press(p.page.locator("#baru summary"));
  assert.equal(await p.send("Buat penataan"), 422);
  await p.look("wave-new-refused");
  await p.page.locator("#baru input[name=title]").fill("Uji penataan");
  assert.equal(await p.send("Buat penataan"), 200);
  await p.reads("Belum ada ruas", "#ruas");
  await p.look("wave-draft");
});

test("every page kept its promises", () => assert.deepEqual(world.faults, []));
