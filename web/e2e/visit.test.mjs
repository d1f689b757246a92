// Appointments and the working calendar in a browser, at the width of a phone and of a desktop, and the resident's part
// once more without scripts: a counter is set up, a time is booked, moved and cancelled, the day is served, a year imported.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { Person } from "./person.mjs";
import * as resident from "./resident.mjs";
import * as staff from "./staff.mjs";

const world = { faults: [], looked: 0 };

before(async () => {
  world.demo = await startDemo();
  world.browser = await launch();
});

after(async () => {
  await world.browser?.close();
  await world.demo?.stop();
});

const arrive = (width, as, options = {}) => Person.arrive(world, { site: world.demo.city("batam"), width, as, ...options });

for (const [width, email, options] of [[360, "warga@batam.localhost", {}], [1280, "warga2@batam.localhost", {}]]) {
  test(`a resident books at ${width} px`, async () => {
    const me = await arrive(width, "-visit", options);
    await resident.signsIn(me, { email, password: world.demo.password });
    await me.go("/janji");
    await me.look("visit-none");
    await me.follow(me.link("Buat janji temu"));
    await me.look("visit-service");
    await me.follow(me.link("Kartu Identitas Anak (KIA)"));
    assert.equal(await me.heading(), "Hari apa?");
    await me.look("visit-day");
    await me.follow(me.page.locator(".card-link a").last());
    assert.equal(await me.heading(), "Jam berapa?");
    await me.look("visit-slot");
    const slot = me.page.locator("select[name=jam]");
    if (await slot.count()) await slot.selectOption({ index: 2 });
    else await me.page.locator("input[name=jam]").first().check();
    await me.follow(me.button("Lanjut"));
    assert.equal(await me.heading(), "Periksa janji temu Anda");
    await me.look("visit-check");
    await me.follow(me.button("Buat janji temu"));
    await me.reads("Terjadwal");
    await me.reads("J-");
    await me.look("visit");
    const visit = me.page.url();
    await me.follow(me.link("Pilih waktu lain"));
    await me.look("visit-move");
    await me.go("/janji");
    await me.look("visit-list");
    await me.go(visit);
    await me.page.locator("summary", { hasText: "Batalkan janji temu" }).click();
    await me.follow(me.button("Ya, batalkan"));
    await me.reads("Dibatalkan");
    await me.leave();
  });

  test(`the office serves and keeps its days at ${width} px`, async () => {
    const officer = await arrive(width, "-counter");
    await staff.signsIn(officer, width === 360 ? "petugas@batam.localhost" : "petugas2@batam.localhost");
    await officer.go("/petugas/loket");
    await officer.look("counters");
    await officer.follow(officer.link("Loket Disdukcapil"));
    await officer.look("roster");
    await officer.leave();

    const admin = await arrive(width, "-days");
    await staff.signsIn(admin, "admin@batam.localhost");
    await admin.go("/kelola/loket");
    await admin.look("counter-list");
    await admin.follow(admin.link("Loket baru"));
    await admin.look("counter-new");
    await admin.go("/kelola/kalender");
    await admin.look("calendar");
    await admin.go("/kelola/kalender/instansi/rsud");
    await admin.look("calendar-agency");
    await admin.go("/kelola/kalender/impor?tahun=2031");
    await admin.page.locator("details", { has: admin.page.locator("#f-text") }).locator("summary").click();
    await admin.page.getByRole("textbox", { name: "Daftar hari" }).fill("2031-01-01;libur;Tahun Baru 2031\nbesok;Salah");
    await admin.page.locator("#f-source").fill("SKB 2031");
    await admin.follow(admin.button("Periksa dulu"));
    await admin.reads("1 baris tidak terbaca");
    await admin.look("import-fault");
    await admin.leave();
  });
}

test("nothing is broken on any of these pages", () => {
  assert.deepEqual(world.faults, []);
  assert.ok(world.looked > 20, `${world.looked} pages were looked at`);
});
