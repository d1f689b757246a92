// What one city has issued does not exist in another.
import assert from "node:assert/strict";
import { signsIn } from "./staff.mjs";

export async function nothingElsewhere(arrive, app, who, issued, asOfficer) {
  const other = await arrive("-other", undefined);
  other.site = other.world.demo.city("tanjungpinang");
  await other.go("/");
  await other.reads("Tanjungpinang", "header");
  assert.notEqual(await brand(other), await brand(other, "batam"), "each city has its own colour");
  await other.look("home");
  await other.go("/lacak");
  assert.equal(await other.send("Lihat status", { "Nomor permohonan": app.number, "4 angka terakhir": who.phone.slice(-4) }), 404);
  await other.reads("Tidak ada permohonan");
  assert.equal(await other.go(issued.check), 404);
  await other.reads("Dokumen tidak dikenal");
  await other.look("unknown-document");
  assert.notEqual((await other.fetch(issued.document)).status, 200);
  if (asOfficer) {
    await signsIn(other, "petugas@tanjungpinang.localhost");
    assert.equal(await other.go(app.address.replace("/permohonan/", "/petugas/permohonan/")), 404);
    assert.equal((await other.fetch(issued.document)).status, 404);
    await other.go("/petugas/antrean");
    await other.send("Cari", { "Nomor, nama, layanan, NIK, atau isi catatan": app.number });
    assert.equal(await other.page.locator("tbody tr").count(), 0);
  }
  await other.leave();
}

// brand is the colour that a city's own stylesheet sets.
async function brand(p, slug = "tanjungpinang") {
  const html = (await p.fetch(`${p.world.demo.city(slug)}/`)).body.toString();
  return /--brand-rgb:([^;}]+)/.exec((await p.fetch(p.world.demo.city(slug) + /href="(\/brand\/[^"]+\.css)"/.exec(html)[1])).body.toString())[1];
}
