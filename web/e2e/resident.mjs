// The resident's part of the path, from the front page to the document.
import assert from "node:assert/strict";
import { textOf } from "./paper.mjs";

const service = "KTP-el hilang";

// finds searches as people type and opens the service.
export async function finds(p) {
  await p.go("/");
  await p.look("home");
  await p.page.getByRole("searchbox").fill("ktp ilang");
  await p.follow(p.button("Cari"));
  await p.look("search");
  const first = p.page.locator(".results h2 a").first();
  assert.equal(await first.innerText(), service);
  await p.follow(first);
  assert.equal(await p.heading(), service);
  for (const part of ["Persyaratan", "Prosedur", "Waktu penyelesaian", "Biaya", "Yang Anda terima", "Pengaduan"]) await p.reads(part);
  await p.look("service");
}

// registers makes an account from the service's page and comes back to it.
export async function registers(p, who) {
  await p.follow(p.link("Ajukan sekarang"));
  await p.look("sign-in");
  await p.follow(p.link("Buat akun"));
  await p.look("register");
  const typed = { "Nama lengkap": who.name, "Alamat email": who.email, "Nomor HP": who.phone };
  assert.equal(await p.send("Buat akun", { ...typed, "Kata sandi": "pendek" }), 422);
  await p.look("register-refused");
  assert.equal(await p.page.getByLabel("Nama lengkap").inputValue(), who.name, "a refusal keeps what was typed");
  assert.match(await p.page.title(), /^Galat:/);
  assert.equal(await p.send("Buat akun", { "Kata sandi": who.password, "Saya sudah membaca": true }), 200);
  await p.look("register-sent");
  await p.mail(who.email, "Konfirmasi");
  await p.look("mailbox");
  await p.follow(p.page.locator(".mail a[href*='/konfirmasi/']"));
  await p.look("confirm");
  await p.send("Selesaikan dan masuk", { "Kata sandi": who.password });
  assert.equal(await p.heading(), service, "registering leads back to the service");
  await p.look("welcome");
}

export async function signsIn(p, who, path = "/masuk") {
  await p.go(path);
  await p.send("Masuk", { "Email atau nomor HP": who.email, "Kata sandi": who.password });
}

// applies fills in the form page by page and sends it. It returns the application's number and address.
export async function applies(p, who, papers) {
  await p.follow(p.button("Ajukan sekarang"));
  await p.look("form-01-before");
  await p.send("Lanjut", { "Saya sudah merekam KTP-el": true });
  await p.look("form-02-nik");
  assert.equal(await p.send("Lanjut", { "Nomor Induk Kependudukan": who.nik.slice(0, 15) }), 422);
  assert.equal(await p.page.getByLabel("Nomor Induk Kependudukan").inputValue(), who.nik.slice(0, 15), "a refusal keeps what was typed");
  await p.reads("16 angka", ".error-box");
  await p.look("form-02-nik-refused");
  await p.send("Lanjut", { "Nomor Induk Kependudukan": who.nik });
  assert.equal((await p.page.goBack()).status(), 422, "the browser can show a refused page again");
  assert.equal(await p.heading(), "NIK Anda");
  await p.page.goForward();
  assert.equal(await p.page.getByLabel("Nama lengkap").inputValue(), who.name, "the account's name is known");
  const [day, month, year] = who.born;
  assert.equal(await p.send("Lanjut", { "Nama lengkap": who.name, Tanggal: "31", Bulan: "2", Tahun: year }), 422);
  assert.equal(await p.page.getByLabel("Nama lengkap").inputValue(), who.name);
  await p.look("form-03-name-refused");
  await p.send("Lanjut", { Tanggal: day, Bulan: month, Tahun: year });
  await p.send("Lanjut", { "Nomor Kartu Keluarga": who.kk });
  await p.look("form-05-contact");
  await p.send("Lanjut", { "Nomor HP aktif": who.phone });
  await p.look("form-06-district");
  await choose(p, who.district);
  await p.send("Lanjut");
  await p.look("form-07-loss");
  await p.send("Lanjut", { Tanggal: "20", Bulan: "11", Tahun: "2026", "Tempat kehilangan": "Pasar Botania" });
  await p.look("form-08-upload");
  assert.equal(await p.send("Lanjut", { "Foto atau pindaian Kartu Keluarga": { name: "kk.png", mimeType: "image/png", buffer: Buffer.from("bukan gambar") } }), 422);
  await p.look("form-08-upload-refused");
  await p.send("Lanjut", { "Foto atau pindaian Kartu Keluarga": papers.family });
  await p.send("Lanjut", { "Surat keterangan kehilangan": papers.loss });
  await p.look("form-10-declaration");
  await p.send("Lanjut", { "Saya sudah membaca pemberitahuan": true, "Data dan berkas": true });
  assert.equal(await p.heading(), "Periksa jawaban Anda");
  await p.look("check");
  await p.follow(p.link("Ubah Tempat kehilangan"));
  await p.send("Lanjut", { "Tempat kehilangan": "Pasar Botania 2" });
  await p.reads("Pasar Botania 2");
  await p.send("Kirim permohonan");
  await p.look("sent");
  const number = (await p.page.locator(".reference").innerText()).trim();
  assert.match(number, /^BTM-\d\d-[0-9A-Z]{5}-[0-9A-Z]$/);
  return { number, address: new URL(p.page.url()).pathname.replace(/\/terkirim$/, "") };
}

async function choose(p, option) {
  const list = p.page.locator("main select");
  if (await list.count()) await list.selectOption({ label: option });
  else await p.page.getByLabel(option).check();
}

// keepsReceipt opens the receipt and downloads it.
export async function keepsReceipt(p, app) {
  await p.go(app.address + "/terkirim");
  await p.follow(p.link("Lihat tanda terima"));
  await p.reads(app.number);
  assert.ok(await p.page.locator("img.qr").evaluate((img) => img.complete && img.naturalWidth > 100), "the QR code is drawn");
  await p.look("receipt");
  const pdf = await p.fetch(await p.link("Unduh PDF").getAttribute("href"));
  assert.equal(pdf.headers["content-type"], "application/pdf");
  assert.ok(textOf(pdf.body).includes(app.number), "the receipt says the number");
}

// tracks follows an application without an account.
export async function tracks(p, app, who) {
  await p.go("/lacak");
  await p.look("track");
  assert.equal(await p.send("Lihat status", { "Nomor permohonan": app.number, "4 angka terakhir": "0000" }), 404);
  await p.look("track-refused");
  await p.send("Lihat status", { "Nomor permohonan": app.number.toLowerCase(), "4 angka terakhir": who.phone.slice(-4) });
  await p.reads(app.number);
  assert.ok(!(await p.page.locator("main").innerText()).includes(who.name), "a stranger reads no name");
  await p.look("tracked");
}

// corrects does what the officer asked for and sends it back.
export async function corrects(p, app, who) {
  await p.mail(who.email, "perbaiki");
  await p.look("mail-correction");
  await p.go(app.address);
  await p.look("case-to-correct");
  await p.follow(p.link("Perbaiki sekarang"));
  await p.look("check-correction");
  await p.follow(p.link("Ubah Tempat kehilangan"));
  await p.look("form-correction");
  await p.send("Lanjut", { "Tempat kehilangan": "Pasar Botania 2, dekat halte" });
  await p.send("Kirim perbaikan");
  await p.reads("Perbaikan terkirim");
  await p.look("correction-sent");
}

// receives reads that it was approved, takes the document, and checks it as anyone could.
export async function receives(p, app, who) {
  await p.mail(who.email, "disetujui");
  await p.look("mail-approved");
  await p.go("/permohonan");
  await p.look("mine");
  await p.follow(p.link(service));
  await p.reads("Disetujui");
  await p.look("case-approved");
  const document = await p.link("Unduh dokumen").getAttribute("href");
  const pdf = await p.fetch(document);
  assert.equal(pdf.status, 200);
  const text = textOf(pdf.body);
  for (const words of [app.number, who.name]) assert.ok(text.includes(words), `the document says ${words}`);
  const check = await p.link("Halaman pemeriksaan").getAttribute("href");
  await p.go(check);
  await p.reads("Dokumen ini asli dan berlaku");
  assert.ok(!(await p.page.locator("main").innerText()).includes(who.name), "the check says no name");
  await p.look("verified");
  return { document, check };
}
