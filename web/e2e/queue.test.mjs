// The officers' day in a browser: a list that is narrowed down and kept, many acted on at once, the keyboard, papers
// beside the case, and the list as a file; on a desktop, and what a head does on a phone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readFileSync } from "node:fs";
import { launch } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { photograph } from "./paper.mjs";
import { Person } from "./person.mjs";
import * as resident from "./resident.mjs";
import * as staff from "./staff.mjs";

const world = { faults: [], looked: 0 };
const apps = [];

const people = [
  { name: "Siti Rahma", email: "warga@batam.localhost", phone: "081270001234", nik: "2171104508880012", born: ["5", "8", "1988"],
    kk: "2171100512100012", district: "Bengkong" },
  { name: "Nur Aini", email: "nur@batam.localhost", phone: "081277001111", password: "perahu-melaut-pagi", nik: "2171046703900011",
    born: ["27", "3", "1990"], kk: "2171040512100011", district: "Sekupang" },
];

before(async () => {
  world.demo = await startDemo();
  world.browser = await launch();
  const papers = { family: await photograph(world.browser, "Kartu Keluarga", "jpeg"), loss: await printed("Surat Kehilangan") };
  for (const who of people) {
    const me = await arrive(1280, "-applicant");
    if (who.password) {
      await resident.finds(me);
      await resident.registers(me, who);
    }
    else await resident.signsIn(me, { ...who, password: world.demo.password }, "/masuk?next=/layanan/ktp-el-hilang");
    apps.push(await resident.applies(me, who, papers));
    await me.leave();
  }
});

after(async () => {
  await world.browser?.close();
  await world.demo?.stop();
});

const arrive = (width, as) => Person.arrive(world, { site: world.demo.city("batam"), width, as });

// printed is a paper as a PDF.
async function printed(title) {
  const page = await world.browser.newPage();
  await page.setContent(`<h1>${title}</h1><p>Contoh.</p>`);
  const buffer = await page.pdf({ format: "A4" });
  await page.close();
  return { name: "surat-kehilangan.pdf", mimeType: "application/pdf", buffer };
}

test("an officer on a desktop", async (t) => {
  const p = await arrive(1280, "-queue");
  await staff.signsIn(p, "petugas@batam.localhost");
  await p.go("/petugas/antrean");
  await p.look("list");

  await t.test("narrows the list down and keeps the filter", async () => {
    await p.page.getByText("Saring dan urutkan").click();
    await p.page.getByLabel("Layanan", { exact: true }).selectOption("ktp-el-hilang");
    await p.page.getByLabel("Jatuh tempo dalam").selectOption("7");
    await p.follow(p.button("Terapkan"));
    await p.reads("2 permohonan");
    await p.look("list-filtered");
    await p.send("Simpan saringan", { "Simpan saringan ini dengan nama": "KTP minggu ini" });
    await p.reads("Saringan disimpan");
    await p.go("/petugas/antrean?lihat=semua&kanal=api");
    await p.reads("Tidak ada yang sesuai saringan");
    await p.look("list-empty");
    await p.follow(p.link("KTP minggu ini"));
    await p.reads("2 permohonan");
    await p.go("/petugas/antrean?lihat=semua&masuk_dari=2026-12-02&masuk_sampai=2026-12-01");
    await p.reads("Tanggal akhir tidak boleh sebelum tanggal awal");
    await p.look("list-refused");
  });

  await t.test("goes through it by the keyboard", async () => {
    await p.go("/petugas/antrean?lihat=semua&layanan=ktp-el-hilang");
    const focused = () => p.page.evaluate(() => document.activeElement.closest("tr")?.innerText ?? document.activeElement.id);
    await p.page.keyboard.press("j");
    const first = await focused();
    assert.match(first, /KTP-el hilang/);
    await p.page.keyboard.press("j");
    assert.notEqual(await focused(), first, "j goes on");
    await p.page.keyboard.press("k");
    assert.equal(await focused(), first, "k goes back");
    await p.page.keyboard.press("/");
    assert.equal(await focused(), "cari", "/ leads to the search");
    await p.page.keyboard.type("jkon?c");
    assert.equal(await p.page.locator("#cari").inputValue(), "jkon?c", "letters are letters while one writes");
    await p.page.locator("h1").click();
    await p.page.keyboard.press("?");
    assert.ok(await p.page.locator("dialog.keys").isVisible());
    await p.look("keys");
    await p.page.getByLabel("Pakai pintasan di peramban ini").uncheck();
    await p.page.keyboard.press("Escape");
    await p.page.keyboard.press("j");
    assert.ok(!(await focused()).includes("KTP-el"), "switched off, nothing moves");
    await p.press(p.button("Pintasan papan ketik"));
    await p.page.getByLabel("Pakai pintasan di peramban ini").check();
    await p.page.keyboard.press("Escape");
    await p.page.keyboard.press("j");
    await Promise.all([p.page.waitForNavigation(), p.page.keyboard.press("o")]);
    assert.equal(await p.heading(), "KTP-el hilang");
    await Promise.all([p.page.waitForNavigation(), p.page.keyboard.press("c")]);
    await p.reads("Anda");
    await Promise.all([p.page.waitForNavigation(), p.page.keyboard.press("n")]);
    await p.reads("Buka berikutnya");
  });

  await t.test("sees papers beside the case", async () => {
    await staff.opens(p, apps[0]);
    const beside = (name) => p.page.locator(".doc").filter({ hasText: name }).getByRole("link", { name: "Lihat di samping" });
    await p.follow(beside(".jpg"));
    const image = p.page.locator(".viewer img");
    await image.waitFor();
    assert.ok(await image.evaluate((el) => el.complete && el.naturalWidth > 0), "the picture is loaded");
    const box = await p.page.locator(".viewer").boundingBox();
    const answers = await p.page.locator(".case-main").boundingBox();
    assert.ok(box.x > answers.x + answers.width / 2, "it stands beside the answers");
    await p.press(p.button("Putar"));
    await p.press(p.button("Perbesar"));
    assert.match(await image.getAttribute("class"), /size-s150 turn-90/);
    await p.look("viewer-image");
    await p.follow(beside(".pdf"));
    const frame = p.page.locator(".viewer iframe");
    await frame.waitFor();
    const pdf = await p.fetch(await frame.getAttribute("src"));
    assert.equal(pdf.status, 200);
    assert.match(pdf.headers["content-type"], /pdf/);
    await p.look("viewer-pdf");
  });

  await t.test("acts on many", async () => {
    await p.go("/petugas/antrean?lihat=semua&layanan=ktp-el-hilang");
    await p.page.getByLabel("Pilih semua di halaman ini").check();
    assert.equal(await p.page.locator("[data-pick]:checked").count(), 2);
    await p.reads("2 dicentang");
    await p.follow(p.button("Ambil tindakan…"));
    await p.look("bulk-step");
    await p.page.getByLabel("Mulai periksa").check();
    await p.follow(p.button("Jalankan untuk 2 yang dipilih"));
    await p.reads("berhasil");
    await p.look("bulk-done");
  });

  await t.test("takes the list along", async () => {
    await p.go("/petugas/antrean?lihat=semua");
    for (const kind of ["CSV", "XLSX"]) {
      const [file] = await Promise.all([p.page.waitForEvent("download"), p.press(p.link(kind))]);
      const content = readFileSync(await file.path());
      if (kind === "CSV") for (const app of apps) assert.ok(content.includes(app.number), `the file has ${app.number}`);
      else assert.equal(content.subarray(0, 2).toString(), "PK");
    }
  });
});

test("a head on a phone", async () => {
  const p = await arrive(360, "-head");
  await staff.signsIn(p, "kepala@batam.localhost");
  await p.go("/petugas/beban");
  await p.reads("Beban kerja petugas");
  await p.look("workload");
  await p.follow(p.page.locator("tbody td a").first());
  await p.look("list");
  await p.page.getByText("Saring dan urutkan").tap();
  await p.look("list-filter");
  await p.page.locator("[data-pick]").first().check();
  await p.page.getByLabel("Mengapa?").fill("Rapat seharian.");
  await p.follow(p.button("Lepaskan"));
  await p.reads("berhasil");
  await p.look("bulk-done");
  await staff.opens(p, apps[1]);
  await p.follow(p.page.locator(".doc").filter({ hasText: ".jpg" }).getByRole("link", { name: "Lihat di samping" }));
  await p.page.locator(".viewer img").waitFor();
  const [view, list] = [await p.page.locator(".viewer").boundingBox(), await p.page.locator(".doc-view").boundingBox()];
  assert.ok(view.y > list.y, "the paper is below the list of papers");
  await p.look("viewer");
});

test("every page kept its promises", (t) => {
  t.diagnostic(`${world.looked} pages were looked at`);
  assert.deepEqual(world.faults, []);
});
