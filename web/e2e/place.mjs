// A place is set on the map that the server draws: by a click, by zooming, by the keyboard, and without a script by the
// picture and the buttons alone.
import assert from "node:assert/strict";

const boxes = (p, name) => p.page.locator(`input[name="${name}"][type=text]`);
const values = (p, name) => boxes(p, name).evaluateAll((all) => all.map((el) => el.value));
const picture = (p, name) => p.page.locator(`[id="peta-${name}"] .map-click`).locator("visible=true");

// click presses a place of a map, given as shares of its side.
async function click(p, name, x, y) {
  const box = await picture(p, name).boundingBox();
  const position = { x: box.width * x, y: box.height * y };
  const act = p.phone ? picture(p, name).tap({ position }) : picture(p, name).click({ position });
  if (p.script) return act;
  await Promise.all([p.page.waitForNavigation(), act]);
}

async function begins(p, service, page) {
  await p.go(`/layanan/${service}`);
  await p.follow(p.button("Ajukan"));
  const root = p.page.url().replace(/\/isi\/.*$/, "");
  await p.go(`${root}/isi/${page}`);
  return root;
}

// setsAPoint finds a place north of the middle of the city closer and closer, and keeps what else was typed.
export async function setsAPoint(p, [south, west]) {
  await begins(p, "izin-reklame", "lokasi");
  await p.reads("Belum ada titik yang dipasang");
  await p.reads("peta skematis");
  await p.look("map-none");
  const other = p.page.locator("main form input[type=text]:not([name=titik]), main form textarea").first();
  await other.fill("Jl. Teratai 5");
  await click(p, "titik", 0.5, 0.25);
  await p.reads("kira-kira di Kecamatan");
  const [lat, lon] = (await values(p, "titik")).map(Number);
  assert.ok(lat - south > 0.03 && lat - south < 0.3 && Math.abs(lon - west) < 0.01, `it is set at ${lat}, ${lon}`);
  for (let i = 0; i < 3; i++) await p.follow(p.button("Perbesar peta"));
  assert.equal(await other.inputValue(), "Jl. Teratai 5", "what was typed is still there");
  assert.equal(new URL(p.page.url()).search, "?peta=titik", "no point is in the address");
  assert.deepEqual((await values(p, "titik")).map(Number), [lat, lon]);
  await click(p, "titik", 0.6, 0.5);
  const closer = (await values(p, "titik")).map(Number);
  assert.ok(closer[1] > lon && closer[1] - lon < 0.02, `closer by it is at ${closer}`);
  await p.look("map-closer");
  if (!p.script) return;
  await picture(p, "titik").focus();
  for (const key of ["ArrowUp", "ArrowUp", "ArrowLeft", "Shift+ArrowUp"]) await p.page.keyboard.press(key);
  const moved = (await values(p, "titik")).map(Number);
  assert.ok(moved[0] > closer[0] && moved[1] < closer[1], `by the keyboard it is at ${moved}`);
  const pin = await p.page.locator("[data-pin=titik]").boundingBox();
  const map = await picture(p, "titik").boundingBox();
  assert.ok(Math.abs(pin.x + pin.width / 2 - (map.x + map.width * 0.59)) < 4, "the marker is where the point is");
  await boxes(p, "titik").first().fill("-6,2");
  await boxes(p, "titik").last().fill("106,8");
  await p.reads("di luar batas kota pada peta ini");
}

// drawsALine sets one point after the other, and one more than there were.
export async function drawsALine(p) {
  await begins(p, "galian-utilitas", "jalur");
  for (let i = 0; i < 3; i++) await p.follow(p.button("Perbesar peta"));
  await click(p, "jalur", 0.2, 0.3);
  await click(p, "jalur", 0.5, 0.4);
  await p.reads("2 titik terpasang, panjang garisnya sekitar");
  await Promise.all([p.page.waitForNavigation(), click(p, "jalur", 0.7, 0.7).catch(() => {})]);
  await p.reads("3 titik terpasang");
  await p.reads("Titik 3");
  assert.ok((await values(p, "jalur.3.jalur_titik")).every(Boolean), "the third point is in its boxes");
  const points = await p.page.locator("[data-map-line]").getAttribute("points");
  assert.equal(points.split(" ").length, 3, "the line goes through all of them");
  await p.look("map-line");
  await p.follow(p.button("Lanjut"));
}

// seesTheLine opens a dig permit at the office, whose line is drawn there, and returns where the application is.
export async function seesTheLine(p) {
  await p.go("/petugas/antrean");
  await p.follow(p.page.locator("[data-key-open]").filter({ hasText: "galian utilitas" }).first());
  await p.reads("titik terpasang, panjang garisnya sekitar");
  await p.reads("LU");
  assert.match(await p.link("Buka di aplikasi peta").getAttribute("href"), /^geo:\d+\.\d+,\d+\.\d+$/);
  assert.ok((await p.page.locator(".map-figure .map-line").boundingBox()).width > 5, "the line is to be seen");
  await p.look("map-case");
  return new URL(p.page.url()).pathname.replace(/^\/petugas/, "");
}

// keepsTheLine finds it on the receipt, too.
export async function keepsTheLine(p, app) {
  await p.go(`${app}/tanda-terima`);
  await p.reads("titik terpasang");
  await p.look("map-receipt");
}
