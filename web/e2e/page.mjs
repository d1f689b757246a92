// Pages that lie beside the path, the weight of the first one, and the other language.
import assert from "node:assert/strict";

export async function platform(p) {
  await p.go("/");
  await p.look("platform");
}

// everyOther opens what a resident can open and the path does not lead through.
export async function everyOther(p) {
  for (const [name, path, status] of [
    ["services", "/layanan"], ["topic", "/layanan?kategori=kependudukan"], ["nothing-found", "/layanan?q=zzzqqq"],
    ["service-unverified", "/layanan/pbg"], ["service-counter", "/layanan/surat-keterangan-kelurahan"],
    ["agencies", "/instansi"], ["agency", "/instansi/disdukcapil"], ["dashboard", "/dasbor"], ["privacy", "/privasi"],
    ["forgot", "/lupa-sandi"], ["account", "/akun"], ["not-found", "/tidak-ada", 404], ["forbidden", "/kelola/staf", 403],
    ["mailbox-list", "/kotak-surat"],
  ]) {
    assert.equal(await p.go(path), status ?? 200, path);
    await p.look(name);
  }
}

// english changes the language by the button on the page and opens the main pages of each person.
export async function english([me, officer], app) {
  const own = ["/", "/layanan", "/layanan?q=lost+id", "/layanan/ktp-el-hilang", "/instansi", "/dasbor", "/lacak", "/privasi", "/permohonan", app.address, "/akun"];
  const desk = ["/petugas/antrean", app.address.replace("/permohonan/", "/petugas/permohonan/")];
  for (const [p, paths] of [[me, own], [officer, desk]]) {
    await p.go(paths[0]);
    await p.follow(p.button("English"));
    for (const path of paths) {
      assert.equal(await p.go(path), 200, path);
      await p.look(`en${path.replace(app.address, "/case").replace(/[/?=+]+/g, "-")}`, { lang: "en" });
    }
  }
}

// weight is what a first visit of the front page costs over the wire, everything included.
export async function weight(world) {
  const context = await world.browser.newContext({ viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  const client = await context.newCDPSession(page);
  let bytes = 0;
  await client.send("Network.enable");
  client.on("Network.loadingFinished", (e) => { bytes += e.encodedDataLength; });
  await page.goto(world.demo.city("batam") + "/", { waitUntil: "networkidle" });
  await context.close();
  assert.ok(bytes > 10_000 && bytes < 100_000, `${bytes} bytes`);
  return bytes;
}
