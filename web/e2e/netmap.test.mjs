// The ducts in a browser: the lines of the map are really drawn, in the colour of how full they are that day, at both widths and on
// paper; it is moved and read by the keyboard; a list says the same, without a script too; and every page about the network and
// who holds it keeps its promises.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { drawn } from "./drawn.mjs";
import { pictures, textOf } from "./paper.mjs";
import { Person } from "./person.mjs";
import * as staff from "./staff.mjs";
import { until } from "./until.mjs";

const world = { faults: [], looked: 0 };
const manager = "ducting@batam.localhost", root = "/petugas/ducting", map = `${root}/peta`;

before(async () => {
  world.demo = await startDemo();
  world.browser = await launch();
});

after(async () => {
  await world.browser?.close();
  await world.demo?.stop();
});

async function arrive(width, options) {
  const p = await Person.arrive(world, { site: world.demo.city("batam"), width, ...options });
  await staff.signsIn(p, manager);
  return p;
}

// opens the map of a day, and waits until the lines of a level are drawn, and so much of the land.
async function opens(p, day, level, land) {
  assert.equal(await p.go(`${map}?hari=${day}`), 200);
  return until(`lines of the level ${level} and the land`, async () => {
    const n = await drawn(p, level);
    return n.line > 20 && n.land >= land && n;
  });
}

const day = (away) => new Date(Date.now() + away * 86_400_000).toLocaleDateString("en-CA", { timeZone: "Asia/Jakarta" });

// counted is how many segments the legend says are of a level.
const counted = async (p, level) => Number((await p.page.locator(`[data-net-level="${level}"] small`).innerText()).match(/[\d.]+/)[0].replaceAll(".", ""));

for (const width of [1280, 360]) {
  test(`the map draws how full the ducts are at ${width} px`, async () => {
    const p = await arrive(width);
    await opens(p, "2024-01-15", "empty", 0); // no outline of the land is as old
    const before = await counted(p, "empty");
    assert.equal((await drawn(p, "light")).line, 0, "nobody held anything that day");
    const today = await opens(p, day(0), "light", 2001);
    assert.ok(today.line < today.land, `${today.line} pixels of lines, ${today.land} of land`);
    assert.ok(await counted(p, "empty") < before, "what is leased is no longer empty");
    await p.look("duct-map");

    // By the keyboard: where the circle is on a line, the page says which, and Enter opens it.
    const canvas = p.page.locator(".maplibregl-canvas");
    await canvas.focus();
    const said = p.page.locator("[data-net-said] a");
    for (let tries = 0; tries < 40 && !(await said.count()); tries++) {
      await p.page.keyboard.press(tries % 2 ? "ArrowUp" : "ArrowLeft");
      await p.page.waitForFunction(() => document.querySelector("[data-net-said]").textContent !== "");
    }
    const code = await said.innerText();
    await p.reads("subduct bebas");
    await Promise.all([p.page.waitForURL("**/petugas/ducting/ruas/**"), canvas.press("Enter")]);
    assert.equal(await p.heading(), code);
    await p.leave();
  });
}

test("the list says what the map shows, without a script too", async () => {
  const p = await arrive(1280, { script: false });
  assert.equal(await p.go(map), 200);
  await p.reads("Daftar di bawah memuat isi yang sama");
  assert.equal(await p.page.locator("#ruas tbody tr").count(), 25);
  await p.look("duct-map-plain");
  const levels = await p.page.locator("[data-net-level]").evaluateAll((all) => all.map((li) => li.dataset.netLevel));
  const says = Object.fromEntries(await Promise.all(levels.map(async (level) => [level, await counted(p, level)])));
  assert.ok(says.light > 5, `${says.light} segments are lightly filled`);
  let listed = 0;
  for (let next = `${map}?tingkat=light`; next; next = await p.link("Berikutnya").getAttribute("href", { timeout: 500 }).catch(() => null)) {
    await p.go(next);
    listed += await p.page.locator("#ruas tbody tr").count();
  }
  assert.equal(listed, says.light, "as many rows as the legend counts");
  await p.go(root);
  const all = Object.values(says).reduce((a, b) => a + b, 0);
  await p.reads(all.toLocaleString("id-ID"), "#jumlah"); // every segment is of one level
  await p.leave();
});

test("an outside map lies under the lines", async () => {
  const p = await arrive(1280);
  const green = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
  let asked = 0;
  await p.context.route("https://ubin.contoh.id/**", (r) => {
    asked++;
    return r.fulfill({ contentType: "image/png", headers: { "Access-Control-Allow-Origin": "*" }, body: Buffer.from(green, "base64") });
  });
  await p.go(map);
  await p.follow(p.link("Atur peta dasar"));
  await p.look("duct-basemap");
  assert.equal(await p.send("Pakai peta dasar", { "Alamat ubin": "https://ubin.contoh.id/{z}/{x}.png", "Pemilik peta": "© Contoh" }), 422);
  await p.look("duct-basemap-refused");
  await p.send("Pakai peta dasar", { "Alamat ubin": "https://ubin.contoh.id/{z}/{x}/{y}.png" });
  await until("the lines over the outside map", async () => {
    const n = await drawn(p, "light");
    return asked > 0 && n.line > 20 && n.land === 0;
  });
  await p.reads("© Contoh", "[data-net-map]");
  await p.look("duct-map-on-basemap");
  await p.go(`${map}/dasar`);
  await p.follow(p.button("Lepas peta dasar"));
  await opens(p, day(0), "light", 2001);
  await p.leave();
});

test("on paper the map and the list stand together", async () => {
  const p = await arrive(1280);
  await opens(p, day(0), "light", 2001);
  const paper = await p.page.pdf({ format: "A4", printBackground: true });
  const said = textOf(paper);
  const first = await p.page.locator("#ruas tbody th").first().innerText(); // a long code is broken on paper
  for (const words of ["Kosong (0%)", "Subduct bebas", first.slice(0, 7)]) assert.ok(said.includes(words), `${words} is not on paper`);
  const [empty, land] = pictures(paper).map(({ data }) => {
    let empty = 0, land = 0;
    for (let i = 0; i < data.length; i += 3) {
      if (Math.abs(data[i] - 0x0b) + Math.abs(data[i + 1] - 0x7a) + Math.abs(data[i + 2] - 0x75) < 40) empty++;
      else if (Math.abs(data[i] - 0xf4) + Math.abs(data[i + 1] - 0xef) + Math.abs(data[i + 2] - 0xdf) < 12) land++;
    }
    return [empty, land];
  }).reduce((a, b) => [a[0] + b[0], a[1] + b[1]]);
  assert.ok(empty > 100 && land > 2000, `${empty} pixels of lines and ${land} of land are printed`);
  await p.leave();
});

// faulty is a survey with a line that hangs in the air and a node beside another one.
const faulty = {
  name: "survei.geojson", mimeType: "application/geo+json", buffer: Buffer.from(JSON.stringify({ type: "FeatureCollection", features: [
    { type: "Feature", geometry: { type: "LineString", coordinates: [[104.05, 1.112], [104.06, 1.12]] }, properties: { code: "R-1", road: "Jalan Baru", authority: "kelurahan" } },
    { type: "Feature", geometry: { type: "Point", coordinates: [104.03, 1.13] }, properties: { code: "MH-1", kind: "lubang", authority: "pemko" } },
    { type: "Feature", geometry: { type: "LineString", coordinates: [[106.8, -6.2], [106.81, -6.2]] }, properties: { code: "R-2", road: "Jalan Jauh", authority: "pemko" } },
    { type: "Feature", geometry: { type: "LineString", coordinates: [[1e300, 1.1], [181, 91]] }, properties: { code: "R-3", road: "Jalan Mustahil", authority: "pemko" } },
  ] })),
};

// good is a survey of two manholes and the segment between them.
const good = { name: "baik.geojson", mimeType: "application/geo+json", buffer: Buffer.from(JSON.stringify({ type: "FeatureCollection", features: [
  ...[104.0301, 104.0341].map((x, i) => ({ type: "Feature", geometry: { type: "Point", coordinates: [x, 1.1302] }, properties: { code: `UJI-MH${i + 1}`, kind: "manhole", authority: "pemko" } })),
  { type: "Feature", geometry: { type: "LineString", coordinates: [[104.0301, 1.1302], [104.0341, 1.1302]] }, properties: { code: "UJI-R1", road: "Jalan Uji", authority: "pemko", ducts: 2, subducts: 3 } },
] })) };

// uploads a survey, and waits until it stands as it should.
async function uploads(p, file, format, title, standing) {
  await p.go(`${root}/impor`);
  await p.press(p.page.locator("summary").filter({ hasText: "Unggah berkas survei" }));
  await p.page.locator(`[name=format][value=${format}]`).check();
  await p.page.locator("#f-file").setInputFiles(file);
  const status = await p.send("Unggah dan periksa", { Judul: title, "Asal survei": "Dinas Uji" });
  if (!standing) return status;
  assert.equal(status, 200, title);
  return stands(p, new URL(p.page.url()).pathname, standing);
}

// stands waits for what becomes of a survey in the background.
async function stands(p, path, standing) {
  await until(`${path} stands as ${standing}`, async () => {
    await p.go(path);
    return (await p.page.locator("main").innerText()).includes(standing);
  });
  return path;
}

const seen = {}; // the addresses that the phone looks at too

test("every page of the network and of who holds it, on a desktop", async (t) => {
  const step = (name, fn) => t.test(name, fn);
  const p = await arrive(1280);
  await step("the network and a segment", async () => {
    await p.go(root);
    await p.look("duct-network");
    await p.follow(p.page.locator("#ruas tbody a").first());
    seen.segment = new URL(p.page.url()).pathname;
    await p.look("duct-segment");
    await p.go(`${root}?hari=2023-12-31`);
    await p.reads("Belum ada ruas");
    await p.look("duct-network-none");
  });
  await step("a survey with faults", async () => {
    await p.go(`${root}/impor`);
    await p.look("duct-imports");
    await p.press(p.page.locator("summary").filter({ hasText: "Unggah berkas survei" }));
    await p.page.locator("#f-file").setInputFiles(faulty);
    assert.equal(await p.send("Unggah dan periksa"), 422);
    await p.look("duct-import-refused");
    seen.survey = await uploads(p, faulty, "geojson", "Survei keliru", "Perlu diperbaiki");
    await p.reads("Nilai kelurahan tidak dikenal");
    await p.reads("Tidak ada titik dalam jarak satu meter");
    await p.reads("Letaknya di luar kota");
    const numbers = (where) => p.page.locator(where).evaluateAll((all) => [...new Set(all.map((e) => e.textContent.match(/Titik (\d+)/)?.[1]).filter(Boolean))].sort());
    assert.deepEqual(await numbers("#kesalahan tbody td:last-child"), await numbers("#kesalahan .map-points li strong"), "a place has the same number in the list and on the map");
    assert.match(await p.page.locator("#kesalahan tbody tr").filter({ hasText: "R-3" }).innerText(), /Koordinat tidak mungkin/);
    await p.look("duct-import-faults");
  });
  await step("what is no survey", async () => {
    const file = (name, buffer) => ({ name, mimeType: "application/octet-stream", buffer });
    for (const [name, body, format, says] of [["kosong.geojson", Buffer.alloc(0), "geojson", "tidak dapat dibaca"], ["foto.zip", Buffer.from("89504e470d0a1a0a", "hex"), "shapefile", "tidak dapat dibaca"],
      ["tanpa.geojson", Buffer.from('{"type":"FeatureCollection","features":[]}'), "geojson", "tidak berisi satu pun"], ["jebakan.kml", Buffer.from(`<kml>${" ".repeat(17 << 20)}</kml>`), "kml", "melampaui batas"]]) {
      assert.equal(await uploads(p, file(name, body), format, name), 422, name);
      await p.reads(says, ".error-box");
      assert.equal(await p.page.getByLabel("Judul").inputValue(), name, "what was typed is kept");
    }
    await p.look("duct-import-refused-file");
  });
  await t.test("a survey becomes the network, is taken out again, and every format goes both ways", async () => {
    seen.good = await uploads(p, good, "geojson", "Survei baik", "Siap diterapkan");
    await p.look("duct-import-preview");
    assert.equal(await p.go(`${root}/ruas/UJI-R1`), 404, "a preview changes nothing");
    await p.go(seen.good);
    await p.follow(p.button("Terapkan"));
    await stands(p, seen.good, "Batalkan penerapan");
    await p.look("duct-import-applied");
    await p.follow(p.link("Lihat jaringan pada tanggal itu"));
    assert.equal(await p.go(`${root}/ruas/UJI-R1`), 200);
    await p.reads("445 m");
    for (const [file, format] of [["jaringan.zip", "shapefile"], ["jaringan.gpkg", "geopackage"], ["jaringan.ofds.json", "ofds"]]) {
      const { status, body } = await p.fetch(`${root}/${file}`);
      assert.equal(status, 200, file);
      await uploads(p, { name: file, mimeType: "application/octet-stream", buffer: body }, format, file, "Siap diterapkan");
      const counts = await p.page.locator("#keadaan tbody tr").evaluateAll((all) => all.map((tr) => [...tr.children].slice(1, 3).map((c) => c.innerText.trim())));
      assert.deepEqual(counts, [["0", "0"], ["0", "0"]], `${file} holds the same network`);
    }
    await p.go(seen.good);
    await p.press(p.page.locator("summary").filter({ hasText: "Batalkan penerapan" }));
    assert.equal(await p.send("Batalkan penerapan", { Alasan: "" }), 422, "not without a reason");
    assert.equal(await p.send("Batalkan penerapan", { Alasan: "Keliru" }), 200);
    assert.equal(await p.go(`${root}/ruas/UJI-R1`), 404);
  });
  await step("leases and operators, and what may not be done with them", async () => {
    await p.go(`${root}/sewa`);
    await p.look("duct-leases");
    await p.follow(p.page.locator("tbody a").first());
    seen.lease = new URL(p.page.url()).pathname;
    const codes = await p.page.locator("#ruas tbody th").allInnerTexts();
    seen.ends = [codes[0].split("_")[0], codes.at(-1).split("_")[1]];
    await p.look("duct-lease");
    await p.go(`${root}/operator`);
    await p.look("duct-operators");
    await p.follow(p.page.locator("tbody tr").filter({ hasText: "PT Calon Penyewa" }).locator("a").first());
    seen.operator = new URL(p.page.url()).pathname;
    await p.look("duct-operator");
    for (const fold of await p.page.locator("main details.more > summary").all()) await p.press(fold);
    await p.look("duct-operator-unfolded");
  });
  await step("a way is planned, and none is found", async () => {
    await p.go(`${root}/rencana`);
    await p.look("duct-plan");
    const asks = (from, to, n) => `${root}/rencana?dari=${from}&ke=${to}&jenis=subduct&jumlah=${n}&mulai=${day(5)}`;
    seen.plan = asks(...seen.ends, 1);
    assert.equal(await p.go(seen.plan), 200);
    assert.ok((await p.page.locator("#rute-1 tbody tr").count()) > 0, "a way is found");
    await p.look("duct-plan-ways");
    assert.equal(await p.go(asks(...seen.ends, 99)), 200);
    await p.look("duct-plan-none");
    assert.equal(await p.go(asks(seen.ends[0], "", 0)), 422);
    await p.look("duct-plan-refused");
  });
  await step("in English", async () => {
    await p.go(root);
    await p.follow(p.button("English"));
    for (const [name, path] of Object.entries({ network: root, map, segment: seen.segment, imports: `${root}/impor`, survey: seen.survey, "survey-good": seen.good, plan: seen.plan, leases: `${root}/sewa`, lease: seen.lease, operators: `${root}/operator`, operator: seen.operator })) {
      assert.equal(await p.go(path), 200, path);
      await p.look(`en-duct-${name}`, { lang: "en" });
    }
  });
});

test("the same pages on a phone", async () => {
  const p = await arrive(360);
  for (const [name, path] of Object.entries({ network: root, segment: seen.segment, imports: `${root}/impor`, survey: seen.survey, "survey-good": seen.good, plan: `${root}/rencana`, ways: seen.plan, leases: `${root}/sewa`, lease: seen.lease,
    operators: `${root}/operator`, operator: seen.operator })) {
    assert.equal(await p.go(path), 200, path);
    for (const fold of await p.page.locator("main details.more > summary").all()) await p.press(fold);
    await p.look(`duct-${name}`);
  }
});

test("every page kept its promises", () => assert.deepEqual(world.faults, []));
