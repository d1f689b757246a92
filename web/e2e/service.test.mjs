// An administrator makes a service without a developer and without a line of YAML: its standard, its form, its workflow with
// another agency, a deadline and a timer, its document; on a desktop, and on a phone without a script. A resident applies,
// two offices deal with it, and the document is issued.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { Person } from "./person.mjs";
import * as resident from "./resident.mjs";
import * as staff from "./staff.mjs";
import { until } from "./until.mjs";

const world = { faults: [], looked: 0 };
const home = "/kelola/layanan/izin-keramaian";
const app = {};

before(async () => {
  world.demo = await startDemo();
  world.browser = await launch();
});

after(async () => {
  await world.browser?.close();
  await world.demo?.stop();
});

const arrive = (width, as, script) => Person.arrive(world, { site: world.demo.city("batam"), width, as, script });

test("an administrator on a desktop", async (t) => {
  const p = await arrive(1280, "-service");
  await staff.signsIn(p, "admin@batam.localhost");

  await t.test("begins a service", async () => {
    await p.go("/kelola/layanan");
    await p.follow(p.link("Layanan baru"));
    await p.look("new");
    await fills(p, { name_id: "Izin keramaian", name_en: "Event permit", agency: "disdukcapil", category: "perizinan", copy_workflow: "adminduk", copy_document: "ktp-el-hilang" });
    await p.follow(p.button("Buat draf layanan"));
    await p.reads("Belum diterbitkan");
    await p.look("begun");
  });

  await t.test("builds its form", async () => {
    await p.go(`${home}/formulir`);
    await p.follow(p.link("Tambah halaman"));
    await saves(p, { title_id: "Acara", title_en: "Event" });
    await asks(p, "isian?halaman=acara", { kind: "text", label_id: "Nama acara", label_en: "Name of the event", required: true });
    await asks(p, "isian?halaman=acara", { kind: "yes_no", label_id: "Ada makanan untuk umum", label_en: "Food for the public", required: true });
    await asks(p, "isian?halaman=acara", { kind: "text", label_id: "Penyedia makanan", label_en: "Caterer", cond_question: "ada_makanan_untuk_umum", cond_op: "is", cond_value: "ya" });
    await asks(p, "isian?halaman=acara", { kind: "number", label_id: "Jumlah tamu", label_en: "Guests" });
    const up = p.page.locator("#isian-jumlah_tamu").getByRole("button", { name: "Naik" });
    await up.focus();
    await Promise.all([p.page.waitForNavigation(), p.page.keyboard.press("Enter")]);
    const order = await p.page.locator('[data-list="acara"] > li').evaluateAll((all) => all.map((li) => li.dataset.fieldCode));
    assert.deepEqual(order, ["nama_acara", "ada_makanan_untuk_umum", "jumlah_tamu", "penyedia_makanan"]);
    await p.follow(p.link("Pratinjau"));
    const caterer = p.page.getByLabel("Penyedia makanan");
    assert.ok(!(await caterer.isVisible()), "what is not asked is not shown");
    await p.page.getByLabel("Ya", { exact: true }).check();
    assert.ok(await caterer.isVisible());
    await p.look("preview");
    await p.go(`${home}/formulir`);
    await p.follow(p.button("Terbitkan versi 1"));
    await p.reads("Versi 1 berlaku");
  });

  await t.test("draws its workflow", async () => {
    const flow = `${home}/alur`;
    await p.go(`${flow}/status`);
    await saves(p, { label_id: "Menunggu rekomendasi", label_en: "Waits for advice", public_id: "Dinas Kesehatan memeriksa.", public_en: "The health office checks.", stage: "in_review", clock: "running" });
    await p.reads("tidak pernah tercapai");
    await p.go(`${flow}/tindakan?status=in_review`);
    await p.look("action");
    await saves(p, { label_id: "Minta rekomendasi", label_en: "Ask for advice", to: "menunggu_rekomendasi", permission: "application:review", reason: "none" });
    await p.go(`${flow}/cabang?status=menunggu_rekomendasi`);
    await saves(p, { label_id: "Rekomendasi kesehatan", label_en: "Health advice", agency: "dinkes", permission: "application:review", term_amount: "3", term_unit: "working_day",
      outcomes: "baik | setuju | Direkomendasikan | Recommended\nburuk | tolak | Tidak direkomendasikan | Not recommended" });
    await p.go(`${flow}/cabang/rekomendasi_kesehatan/isian`);
    await p.look("question");
    await saves(p, { kind: "text", label_id: "Nomor rekomendasi", label_en: "Number of the advice", required: true });
    await p.go(`${flow}/tindakan?status=menunggu_rekomendasi`);
    await saves(p, { label_id: "Rekomendasi lengkap", label_en: "Advice is there", to: "in_review", actor: "system", reason: "none", join: "all" });
    await p.go(`${flow}/tindakan?status=needs_correction`);
    await saves(p, { label_id: "Tidak diperbaiki", label_en: "Not corrected", to: "cancelled", actor: "system", reason: "none", after_amount: "30", after_unit: "day",
      message_id: "Permohonan ditutup karena tidak diperbaiki.", message_en: "Closed because it was not corrected." });
    await p.go(`${flow}/pengingat`);
    await saves(p, { tell: "holder", percent: "75" });
    assert.equal(await p.page.getByText("hal perlu diperbaiki").count(), 0);
    const drawn = p.page.locator(".diagram svg").first();
    assert.ok((await drawn.boundingBox()).height > 400, "the workflow is drawn");
    assert.equal(await p.page.locator(".diagram .fork").count(), 2, "what is asked of an office stands between two bars");
    await p.reads("Setelah waktu lewat");
    await p.look("flow");
    await p.follow(p.button("Terbitkan versi 2"));
    await p.reads("Versi 2 berlaku");
  });

  await t.test("writes its document and its standard, and publishes", async () => {
    await p.go(`${home}/dokumen`);
    await p.look("document");
    await fills(p, { title_id: "Izin Keramaian", title_en: "Event Permit", number_pattern: "{seq}/IK/{year}", text_id_0: "Acara {nama_acara} diizinkan.", text_en_0: "The event {nama_acara} is allowed." });
    const parts = Number(await p.page.locator('[name="parts"]').inputValue());
    for (let i = 1; i < parts; i++) await fills(p, { [`text_id_${i}`]: "", [`text_en_${i}`]: "", [`table_${i}`]: "", [`when_${i}`]: "" });
    await fills(p, { table_0: "", when_0: "", signature: "none", signer_id: "Kepala Dinas", signer_en: "Head of office" });
    await p.follow(p.page.locator('main button[name="what"][value="save"]'));
    assert.equal(await p.page.locator(".error-box").count(), 0, await p.page.locator("main").innerText());

    await p.go(`${home}/standar`);
    await p.look("standard");
    await fills(p, { summary_id: "Izin untuk acara di tempat umum", summary_en: "For events in public", keywords: "keramaian\nacara", time_amount: "3", time_unit: "working_day",
      time_starts: "complete_documents", fee_free: true, products: "Izin keramaian | Event permit", complaints_id: "Telepon 112", complaints_en: "Call 112", rules_daily_quota: "20", rules_monthly_quota: "200" });
    await p.page.getByText("Instansi yang ikut melayani").click();
    await p.page.locator('[name="joint_agencies"][value="dinkes"]').check();
    await p.follow(p.button("Simpan draf"));
    await p.look("ready");
    await p.follow(p.button("Terbitkan versi 1"));
    await p.reads("Layanan diterbitkan");
  });
  await p.leave();
});

test("an administrator on a phone, without a script", async () => {
  const p = await arrive(360, "-service-plain", false);
  await staff.signsIn(p, "admin@batam.localhost");
  for (const [name, path] of Object.entries({ home, standard: `${home}/standar`, document: `${home}/dokumen`, flow: `${home}/alur`, form: `${home}/formulir`, signers: "/kelola/penanda-tangan",
    tariffs: "/kelola/tarif", tariff: "/kelola/tarif/reklame-nsr", version: "/kelola/tarif/reklame-nsr/versi" })) {
    assert.equal(await p.go(path), 200, path);
    await p.look(name);
  }
  await p.go("/kelola/penanda-tangan");
  assert.equal(await p.page.locator('nav a[aria-current="page"]').first().innerText(), "Penanda tangan");
  const flow = `${home}/alur`;
  await p.go(`${flow}/tindakan/start_review/surat`);
  await p.look("letter");
  await fills(p, { notice_to: "applicant", notice_title_id: "{number} diperiksa", notice_title_en: "Checking {number}", notice_body_id: "Kami memeriksa {layanan}.", notice_body_en: "We are checking." });
  await p.follow(p.button("Simpan di draf"));
  await p.reads("Mulai periksa, surat 1");
  await p.follow(p.page.locator('main a[href*="/surat/1#"]').first());
  await fills(p, { notice_body_id: "Kami memeriksa {service}." });
  await p.follow(p.button("Simpan di draf"));
  await p.follow(p.button("Terbitkan versi 3"));
  await p.reads("Versi 3 berlaku");
  await p.go("/kelola/tarif/baru");
  await p.look("tariff-new");
  assert.equal(await p.follow(p.button("Simpan versi ini")), 422);
  await p.look("tariff-refused");
  await p.leave();
});

test("a resident applies, two offices decide, the document is issued", async () => {
  const me = await arrive(360, "-service-resident");
  await resident.signsIn(me, { email: "warga@batam.localhost", password: world.demo.password }, "/masuk?next=/layanan/izin-keramaian");
  await me.go("/layanan/izin-keramaian");
  await me.reads("Dinas Kesehatan");
  await me.look("public");
  await me.follow(me.button("Ajukan sekarang"));
  await me.page.getByLabel("Nama acara").fill("Pentas <Melayu>");
  await me.page.getByLabel("Ya", { exact: true }).check();
  await me.page.getByLabel("Penyedia makanan").fill("Dapur Bengkong");
  await me.look("form");
  await me.follow(me.button("Lanjut"));
  await me.follow(me.button("Kirim permohonan"));
  app.number = (await me.page.locator(".reference").innerText()).trim();
  app.address = new URL(me.page.url()).pathname.replace(/\/terkirim$/, "");

  const officer = await arrive(1280, "-service-officer");
  await staff.signsIn(officer, "petugas@batam.localhost");
  await takes(officer, "Mulai periksa");
  await takes(officer, "Minta rekomendasi");
  const health = await arrive(360, "-service-health", false);
  await staff.signsIn(health, "dinkes@batam.localhost");
  await health.go(`/petugas${app.address}`);
  await health.look("asked");
  await health.press(health.page.locator("summary").filter({ hasText: "Jawab" }).first());
  await fills(health, { outcome: "baik", "isi.nomor_rekomendasi": "440/12" });
  await health.follow(health.button("Kirim jawaban"));
  await takes(officer, "Setujui", "Lengkap.");
  await officer.look("decided");
  await until("the document is issued", async () => {
    await me.go(app.address);
    return (await me.page.locator('main a[href*="/dokumen/"]').count()) > 0;
  });
  await me.look("issued");
});

test("every page kept its promises", (t) => {
  t.diagnostic(`${world.looked} pages were looked at`);
  assert.deepEqual(world.faults, []);
});

// fills writes into inputs by the names that they are sent under.
async function fills(p, values) {
  for (const [name, value] of Object.entries(values)) {
    const all = p.page.locator(`main [name="${name}"]`), field = all.first();
    const kind = await field.evaluate((e) => (e.tagName === "SELECT" ? "select" : e.type));
    if (kind === "select") await field.selectOption(value);
    else if (kind === "radio") await p.page.locator(`main [name="${name}"][value="${value}"]`).check();
    else if (kind === "checkbox") await field.check();
    else await field.evaluate((e) => e.closest("details:not([open])")?.setAttribute("open", "")).then(() => field.fill(value));
  }
}

async function saves(p, values) {
  await fills(p, values);
  await p.follow(p.button("Simpan di draf"));
  assert.equal(await p.page.locator(".error-box").count(), 0, await p.page.locator("main").innerText());
}

async function asks(p, path, values) {
  await p.go(`${home}/formulir/${path}`);
  await saves(p, values);
}

// takes a step of the case at the desk.
async function takes(p, name, why) {
  await p.go(`/petugas${app.address}`);
  const folded = p.page.locator(".acts details").filter({ hasText: name }).first();
  if (await folded.count()) await p.press(folded.locator("summary"));
  if (why) await folded.getByLabel("Alasan").fill(why);
  const button = (await folded.count()) ? folded.getByRole("button", { name }) : p.button(name);
  assert.equal(await p.follow(button), 200);
}
