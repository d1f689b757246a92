// An administrator changes a service's workflow in a browser: at the width of a phone from a new state to what is still
// wrong, and on a desktop to a version in force.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { Person } from "./person.mjs";
import * as staff from "./staff.mjs";

const world = { faults: [], looked: 0 };
const home = "/kelola/layanan/ktp-el-hilang/alur";

before(async () => {
  world.demo = await startDemo();
  world.browser = await launch();
});

after(async () => {
  await world.browser?.close();
  await world.demo?.stop();
});

test("on a phone", async () => {
  const admin = await arrive(360);
  await admin.go(home);
  await admin.reads("Versi 1 berlaku");
  await admin.look("flow");

  await admin.follow(admin.link("Tambah status"));
  await admin.look("flow-state-new");
  await admin.page.getByLabel("Nama (Indonesia)").fill("Tinjau lapangan");
  await admin.page.getByLabel("Nama (Inggris)").fill("Site visit");
  await admin.page.getByLabel("Penjelasan untuk pemohon (Indonesia)").fill("Petugas meninjau lokasi.");
  await admin.page.getByLabel("Penjelasan untuk pemohon (Inggris)").fill("An officer visits.");
  await admin.follow(admin.button("Simpan di draf"));
  await admin.reads("Status Tinjau lapangan");
  await admin.reads("tidak pernah tercapai");
  await admin.look("flow-broken");
  assert.equal(await admin.follow(admin.button("Terbitkan versi 2")), 422);

  await admin.go(home);
  await leads(admin, "Dalam verifikasi", "Tinjau", "Tinjau lapangan");
  await admin.follow(admin.link("Tanyakan kepada instansi Tinjau lapangan"));
  await admin.look("flow-branch-new");
  await admin.go(home);
  await leads(admin, "Tinjau lapangan", "Kembali", "Dalam verifikasi");
  assert.equal(await admin.page.getByText("hal perlu diperbaiki").count(), 0);
  await admin.look("flow-draft");
  await admin.leave();
});

test("on a desktop", async () => {
  const admin = await arrive(1280);
  await admin.go(home);
  await admin.reads("Tinjau lapangan");
  await admin.look("flow");
  await admin.follow(admin.link("Tambah pengingat"));
  await admin.look("flow-reminder-new");
  await admin.page.getByLabel("Beri tahu").selectOption("holder");
  await admin.page.getByLabel("Saat persen waktu berjalan").fill("75");
  await admin.follow(admin.button("Simpan di draf"));
  await admin.reads("saat 75% waktu sudah berjalan");

  await admin.follow(admin.link("Tulis sebagai teks"));
  await admin.look("flow-text");
  const text = admin.page.getByLabel("Alur kerja sebagai YAML");
  const good = await text.inputValue();
  await text.fill(`${good}stats: []\n`);
  await admin.follow(admin.button("Simpan di draf"));
  await admin.reads("stats tidak dikenal");
  await admin.look("flow-text-refused");

  await admin.go(home);
  await admin.follow(admin.link("Coba dahulu"));
  await admin.reads("Putar ulang");
  await admin.look("flow-simulation");
  await admin.follow(admin.button("Putar ulang"));
  await admin.go(home);
  await admin.follow(admin.button("Terbitkan versi 2"));
  await admin.reads("Versi 2 berlaku");
});

test("every page kept its promises", (t) => {
  t.diagnostic(`${world.looked} pages were looked at`);
  assert.deepEqual(world.faults, []);
});

async function arrive(width) {
  const admin = await Person.arrive(world, { site: world.demo.city("batam"), width, as: "-flow" });
  await staff.signsIn(admin, "admin@batam.localhost");
  return admin;
}

async function leads(admin, from, name, to) {
  await admin.follow(admin.link(`Tambah tindakan ${from}`));
  await admin.page.getByLabel("Nama (Indonesia)").fill(name);
  await admin.page.getByLabel("Nama (Inggris)").fill(name);
  await admin.page.getByLabel("Menuju status").selectOption({ label: to });
  await admin.page.getByLabel("Hak yang diperlukan").selectOption("application:review");
  if (name === "Tinjau") await admin.look("flow-action-new");
  await admin.follow(admin.button("Simpan di draf"));
  await admin.reads(`menuju ${to}`);
}
