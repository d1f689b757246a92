// Issued documents and what surrounds them in a browser, at the width of a phone and of a desktop, and once more without
// scripts: the register, a licence that is signed with a test certificate, what anyone reads who checks it, a step on all
// that is in a filter, substitutes, reasons, and a fee from its bill to its payment.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { Person } from "./person.mjs";
import * as resident from "./resident.mjs";
import * as staff from "./staff.mjs";
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

const arrive = (width, as, options = {}) => Person.arrive(world, { site: world.demo.city("batam"), width, as, ...options });

for (const [as, width, script] of [["", 360, true], ["-plain", 360, false], ["", 1280, true]]) {
  const how = `at ${width} px${script ? "" : " without scripts"}`;

  test(`a head keeps the papers ${how}`, async () => {
    const p = await arrive(width, `-papers${as}`, { script });
    await staff.signsIn(p, "kepala@batam.localhost");
    await until("the document of the demonstration", async () => {
      await p.go("/petugas/dokumen");
      return (await p.page.locator("tbody th a").count()) > 0;
    });
    await p.look("papers");
    await p.follow(p.page.locator("tbody th a").first());
    for (const name of ["Cabut", "Terbitkan kembali"]) {
      const more = p.page.locator("summary").filter({ hasText: name });
      if (await more.count()) await p.press(more.first());
    }
    await p.look("paper");
    await p.go("/petugas/dokumen/menunggu");
    await p.look("papers-waiting");

    await p.go("/petugas/pengganti");
    await p.look("away");
    assert.equal(await p.follow(p.button("Simpan")), 422);
    await p.look("away-wrong");
    await p.go("/petugas/alasan");
    await p.look("reasons");
    assert.equal(await p.send("Simpan", { Judul: "Foto buram" }), 422);
    await p.look("reasons-wrong");
    await p.page.locator("select[name=service]").selectOption("kia");
    assert.equal(await p.send("Simpan", { Judul: `Foto buram ${width}${as}`, Isi: "Foto tidak terbaca. Mohon unggah lagi." }), 200);
    await p.reads("Untuk layanan Kartu Identitas Anak");
    await p.look("reasons-one");
    await p.leave();
  });

  test(`an officer acts on all of a filter ${how}`, async () => {
    const p = await arrive(width, `-bulk${as}`, { script });
    await staff.signsIn(p, "petugas2@batam.localhost");
    await p.go("/petugas/antrean/massal");
    await p.look("batches-before");
    await p.go("/petugas/antrean?lihat=semua");
    assert.equal(await p.follow(p.button("Ambil tindakan untuk semua")), 200);
    await p.look("bulk-all");
    if (await p.page.locator("input[name=action]").count()) { // those before have taken every step there was
      assert.equal(await p.follow(p.button("Jalankan untuk")), 422);
      await p.reads("Pilih tindakannya");
      await p.page.locator("input[name=action]").first().check();
      await p.page.getByLabel("Alasan").fill("Sudah dicocokkan dengan data kependudukan.");
      assert.equal(await p.follow(p.button("Jalankan untuk")), 200);
      await p.reads("permohonan berhasil");
    }
    await p.go("/petugas/antrean/massal");
    await p.look("batches");
    await p.follow(p.page.locator('main a[href^="/petugas/antrean/massal/"]').first());
    await p.look("batch");
    await p.follow(p.page.locator('main a[href$="hasil=selesai"]'));
    await p.look("batch-good");
    await p.leave();
  });

  test(`an administrator sees what is signed, and anyone checks it ${how}`, async () => {
    const p = await arrive(width, `-signed${as}`, { script });
    await staff.signsIn(p, "admin@batam.localhost");
    const licence = p.page.locator("tbody tr").filter({ hasText: "Surat Izin Praktik" }).filter({ hasText: "Berlaku" });
    await until("the licence that is signed", async () => {
      await p.go("/petugas/dokumen");
      return (await licence.count()) > 0;
    });
    await p.follow(licence.locator("th a").first());
    await p.reads("sertifikat uji");
    await p.look("paper-signed");
    const file = await p.fetch(await p.page.locator('a[href$=".pdf"]').first().getAttribute("href"));
    assert.equal(file.status, 200);
    await p.follow(p.page.locator('a[href^="/verifikasi/"]').first());
    await p.reads("CA Uji Bedelau (bukan sertifikat resmi)");
    await p.reads("tidak berkekuatan hukum");
    await p.look("verified");
    await p.go("/kelola/penanda-tangan?instansi=dpmptsp");
    await p.reads("Sertifikat uji");
    await p.look("signers");
    await p.press(p.page.locator("summary").first());
    await p.look("signers-key");
    await p.go("/kelola/layanan/sip-dokter/dokumen");
    await p.look("template");
    await p.leave();
  });
}

test("a fee is billed and paid", async () => {
  const cktr = await arrive(1280, "-fee");
  await staff.signsIn(cktr, "cktr@batam.localhost");
  await cktr.go("/petugas/tugas");
  await cktr.look("fee-tasks");
  await cktr.follow(cktr.page.locator('main a[href^="/petugas/permohonan/"]').first());
  const answer = cktr.page.locator("details").filter({ has: cktr.page.locator("select[name=outcome]") });
  await cktr.press(answer.locator("summary").first());
  await cktr.page.locator("select[name=outcome]").first().selectOption("layak");
  await cktr.follow(cktr.page.locator("form").filter({ has: cktr.page.locator("select[name=outcome]") }).locator("button[type=submit]").first());
  await cktr.leave();

  for (const [as, script] of [["", true], ["-plain", false]]) {
    const me = await arrive(360, `-fee${as}`, { script });
    await resident.signsIn(me, { email: "warga@batam.localhost", password: world.demo.password }, "/masuk?next=/permohonan");
    await me.follow(me.page.locator("main a[href^='/permohonan/']").filter({ hasText: "reklame" }).first());
    await me.reads("Rp405.000");
    await me.look("fee-bill");
    await me.leave();
  }

  const p = await arrive(1280, "-fee-desk");
  await staff.signsIn(p, "ptsp@batam.localhost");
  await p.go("/petugas/antrean?lihat=semua&layanan=izin-reklame");
  await p.follow(p.page.locator("tbody th a").first());
  await p.reads("Rp405.000");
  for (const more of await p.page.locator(".acts summary").all()) await p.press(more);
  await p.look("fee-case");
  await p.leave();
});

test("nothing is broken on any of these pages", (t) => {
  t.diagnostic(`${world.looked} pages were looked at`);
  assert.deepEqual(world.faults, []);
});
