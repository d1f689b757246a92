// An administrator writes a form in a browser, at the width of a phone by buttons and keys alone and on a desktop with a
// mouse, and a resident meets it: questions that follow answers on the same page, rows, a place.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { Person } from "./person.mjs";
import * as resident from "./resident.mjs";
import * as staff from "./staff.mjs";

const world = { faults: [], looked: 0 };
const home = "/kelola/layanan/ktp-el-hilang/formulir";

before(async () => {
  world.demo = await startDemo();
  world.browser = await launch();
});

after(async () => {
  await world.browser?.close();
  await world.demo?.stop();
});

test("on a phone, with buttons", async () => {
  const admin = await arrive(360, "-builder");
  await staff.signsIn(admin, "admin@batam.localhost");
  assert.equal(await admin.go("/kelola/layanan"), 200);
  await admin.go(home);
  await admin.reads("Versi 1 berlaku");
  await admin.look("builder");

  await admin.follow(admin.link("Tambah halaman"));
  await admin.look("builder-page-new");
  await admin.send("Simpan di draf", { "Judul halaman (Indonesia)": "Usaha Anda", "Judul halaman (Inggris)": "Your business" });
  await admin.reads("Usaha Anda");
  await addsQuestion(admin, "Usaha Anda", "Bentuk usaha", "choice", async () => {
    assert.ok(await admin.page.getByLabel("Pilihan").isVisible(), "the kind brings up its options");
    await admin.page.getByLabel("Pilihan").fill("orang | Perorangan\npt | PT | Company");
    await admin.look("builder-field-new");
  });
  await addsQuestion(admin, "Usaha Anda", "Nomor Induk Berusaha", "nib", async () => {
    assert.ok(!(await admin.page.getByLabel("Pilihan").isVisible()), "and hides what is not of its kind");
    await admin.page.getByLabel("Hanya jika jawaban atas").selectOption("bentuk_usaha");
    await admin.page.locator("#f-cond_op").selectOption("is");
    await admin.page.locator("#f-cond_value").fill("PT");
  });
  await addsQuestion(admin, "Usaha Anda", "Luas", "number");
  await addsQuestion(admin, "Usaha Anda", "Biaya", "computed", async () => {
    await admin.page.getByLabel("Hasil hitungan berupa").selectOption("money");
    await admin.page.getByLabel("Rumus").fill("int(luas * 2000.0)");
  });
  await addsQuestion(admin, "Usaha Anda", "Lokasi usaha", "point");
  await addsQuestion(admin, "Usaha Anda", "Pemilik", "person");
  await admin.reads("Hanya jika “Bentuk usaha” adalah PT");

  // A step by the keyboard alone, and one that breaks the form: it is said where.
  const up = admin.page.locator("#isian-nomor_induk_berusaha").getByRole("button", { name: "Naik" }).first();
  await up.focus();
  await Promise.all([admin.page.waitForNavigation(), admin.page.keyboard.press("Enter")]);
  assert.equal(await admin.page.evaluate(() => document.activeElement?.closest("button")?.closest("[id^=isian-]")?.id), "isian-nomor_induk_berusaha", "the focus left what was moved");
  await admin.reads("hal perlu diperbaiki");
  await admin.reads("Pertanyaan Nomor Induk Berusaha (ditanyakan jika)");
  await admin.look("builder-broken");
  assert.equal(await admin.follow(admin.button("Terbitkan versi 2")), 422);
  await admin.go(home);
  await admin.follow(admin.page.locator("#isian-nomor_induk_berusaha").getByRole("button", { name: "Turun" }).first());

  for (let n = 0; n < 12 && !(await admin.page.locator("section").first().innerText()).includes("Usaha Anda"); n++) {
    await admin.follow(admin.page.locator('[data-page="usaha_anda"] > header').getByRole("button", { name: "Naik" }));
  }
  await admin.follow(admin.page.locator('[data-page="usaha_anda"] > header').getByRole("link", { name: "Pratinjau" }));
  await followsAnswers(admin);
  await admin.look("builder-preview");
  await admin.go(home);
  await admin.follow(admin.button("Terbitkan versi 2"));
  await admin.reads("Versi 2 berlaku");
  await admin.leave();

  const me = await arrive(360, "-applicant");
  await resident.signsIn(me, { email: "warga@batam.localhost", password: world.demo.password }, "/masuk?next=/layanan/ktp-el-hilang");
  await me.go("/layanan/ktp-el-hilang");
  await me.follow(me.button("Ajukan sekarang"));
  await me.reads("Bentuk usaha");
  await followsAnswers(me);
  await me.look("form-follows");
});

test("on a desktop, with a mouse", async () => {
  const admin = await arrive(1280, "-builder");
  await staff.signsIn(admin, "admin@batam.localhost");
  await admin.go(home);
  const names = () => admin.page.locator('[data-list="usaha_anda"] > li').evaluateAll((all) => all.map((li) => li.dataset.fieldCode));
  await admin.page.setViewportSize({ width: 1280, height: 2600 }); // a scroll in the midst of it would take hold of another
  const old = await names();
  assert.ok(old.length >= 3);
  await admin.page.locator("#isian-biaya .builder-name").hover();
  await admin.page.mouse.down();
  await admin.page.locator("#isian-pemilik").hover({ position: { x: 40, y: 4 } });
  await admin.page.locator("#isian-pemilik").hover({ position: { x: 44, y: 4 } });
  assert.notDeepEqual(await names(), old, "the question follows the mouse");
  await admin.page.locator("h1").hover();
  await admin.page.mouse.up();
  assert.deepEqual(await names(), old, "and goes back where it is let go of outside");
  await Promise.all([
    admin.page.waitForNavigation(),
    admin.page.locator("#isian-biaya .builder-name").dragTo(admin.page.locator("#isian-pemilik"), { targetPosition: { x: 40, y: 4 } }),
  ]);
  const now = await names();
  assert.notDeepEqual(now, old, "dragging moves the question");
  assert.deepEqual([...now].sort(), [...old].sort(), "and loses none");
  await admin.page.setViewportSize({ width: 1280, height: 800 });
  await admin.reads("Ada perubahan yang belum diterbitkan");
  await admin.look("builder");
  await admin.press(admin.page.getByText("Buang perubahan", { exact: true }));
  await admin.follow(admin.button("Ya, buang perubahan"));
  assert.deepEqual(await names(), old);
  await admin.follow(admin.page.locator('[data-page="usaha_anda"] > header').getByRole("link", { name: "Pratinjau" }));
  await admin.look("builder-preview");
});

test("every page kept its promises", (t) => {
  t.diagnostic(`${world.looked} pages were looked at`);
  assert.deepEqual(world.faults, []);
});

const arrive = (width, as) => Person.arrive(world, { site: world.demo.city("batam"), width, as });

async function addsQuestion(p, page, label, kind, more = async () => {}) {
  await p.follow(p.link(`Tambah pertanyaan ${page}`));
  await p.page.getByLabel("Jenis jawaban").selectOption(kind);
  await p.page.getByLabel("Pertanyaan (Indonesia)").fill(label);
  await p.page.getByLabel("Pertanyaan (Inggris)").fill(label);
  await more();
  await p.follow(p.button("Simpan di draf"));
  await p.reads(label);
}

// followsAnswers holds a page to what its author said of it, while answers are typed.
async function followsAnswers(p) {
  const nib = p.page.getByLabel("Nomor Induk Berusaha");
  assert.ok(!(await nib.isVisible()), "what is not asked is not shown");
  await p.page.getByLabel("PT", { exact: true }).check();
  assert.ok(await nib.isVisible(), "an answer brings up the question that needs it");
  await p.page.getByLabel("Perorangan").check();
  assert.ok(!(await nib.isVisible()));
  await p.page.getByLabel("Luas").fill("12,5");
  assert.equal((await p.page.locator("output").innerText()).trim(), "Rp25.000");
}
