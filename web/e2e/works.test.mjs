// Works in the road, in a browser: anybody reads the calendar, who looks after the ducts plans works by pressing the map without
// scripts and with them, and a company sees who else plans nearby; on a desktop and on a phone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { Person } from "./person.mjs";
import { signsIn } from "./staff.mjs";

const world = { faults: [], looked: 0 };

before(async () => {
  world.demo = await startDemo();
  world.browser = await launch();
});

after(async () => {
  await world.browser?.close();
  await world.demo?.stop();
});

const arrive = (width, as, options) => Person.arrive(world, { site: world.demo.city("batam"), width, as, ...options });

for (const width of [1280, 360]) {
  test(`the calendar for everybody, ${width} px wide`, async () => {
    const p = await arrive(width, "-visitor", { script: false });
    assert.equal(await p.go("/pekerjaan-galian"), 200);
    await p.reads("Pelapisan ulang badan jalan (contoh)");
    await p.look("calendar");
    const data = JSON.parse((await p.fetch("/pekerjaan-galian/data.geojson")).body);
    assert.ok(data.features.length >= 5 && data.features.every((f) => f.geometry && f.properties.contact), "open data says where and whom to speak to");
    await p.go("/pekerjaan-galian?bulan=2020-01");
    await p.reads("Tidak ada di jalan atau bulan yang dipilih");
    await p.look("calendar-empty");
  });

  test(`works are planned on the map, ${width} px wide`, async () => {
    const p = await arrive(width, "-ducting", { script: width > 500 });
    await signsIn(p, "ducting@batam.localhost");
    await p.go("/petugas/ducting/pekerjaan");
    await p.look("works");
    await p.follow(p.page.locator("tbody th a").filter({ hasText: "GAL-" }).first());
    await p.look("work");
    await p.go("/petugas/ducting/pekerjaan/baru");
    await p.look("work-form");
    assert.equal(await p.send("Simpan dan periksa", { "Uraian pekerjaan": "Galian uji" }), 422);
    assert.equal(await p.page.getByLabel("Uraian pekerjaan").inputValue(), "Galian uji", "what was typed is kept");
    await p.look("work-form-refused");
  });
}

test("a company sees who else plans nearby", async () => {
  const p = await arrive(360, "-mitra");
  await p.go("/masuk");
  await p.send("Masuk", { "Email atau nomor HP": "mitra@batam.localhost", "Kata sandi": world.demo.password });
  await p.go("/mitra/pekerjaan");
  await p.look("own-works");
  await p.follow(p.page.locator("tbody th a").filter({ hasText: "GAL-" }).last());
  await p.reads("Siapa lagi menggali di dekatnya");
  await p.look("own-work");
  await p.go("/mitra/pekerjaan/baru?darurat=ya");
  await p.look("own-emergency");
});

test("every page kept its promises", () => assert.deepEqual(world.faults, []));
