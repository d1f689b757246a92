// The part of those who work: officers decide, administrators keep order, the BUMD reads the usage.
import assert from "node:assert/strict";
import { codeOf } from "./code.mjs";

// signsIn proves a member of staff by password and code and keeps the session of that world: the next browser of the same person at the
// same site goes on with it, because a code holds once and the next one may be half a minute away. Whoever looks at the
// pages of a sign-in goes through them.
export async function signsIn(p, login, { look = false } = {}) {
  const kept = (p.world.sessions ??= new Map()), who = `${p.site} ${login}`;
  if (!look && kept.has(who) && (await goesOn(p, kept.get(who)))) return;
  await p.go("/masuk");
  if (look && p.as === "-bumd") await p.look("sign-in");
  const field = p.site === p.world.demo.platform ? "Email kerja" : "Email atau nomor HP";
  await p.send("Masuk", { [field]: login, "Kata sandi": p.world.demo.password });
  assert.equal(await p.heading(), "Masukkan kode");
  if (look) await p.look("code");
  await p.send("Lanjut", { "Kode 6 angka": await codeOf(login) });
  kept.set(who, { cookie: await session(p), page: p.page.url() });
}

const session = async (p) => (await p.context.cookies(p.site)).find((c) => c.name === "bedelau_session");

// goesOn opens the page where a sign-in ended with the session that was kept. A session that is over leads elsewhere.
async function goesOn(p, { cookie, page }) {
  await p.context.addCookies([cookie]);
  if ((await p.go(page)) === 200 && p.page.url() === page) return true;
  await p.context.clearCookies({ name: cookie.name });
  return false;
}

// opens finds an application in the queue, which is ordered by deadline, and opens it.
export async function opens(p, app, { look = false } = {}) {
  await p.go("/petugas/antrean");
  if (look) await p.look("queue");
  const row = p.page.locator("tbody tr").filter({ hasText: app.number });
  await p.follow(row.locator("th a"));
  await p.reads(app.number);
}

// asksForCorrection loses a race against a colleague first: what was written is kept and sent again.
export async function asksForCorrection(p, colleague, app) {
  await opens(p, app, { look: true });
  await p.look("case");
  await opens(colleague, app);
  await colleague.follow(colleague.button("Ambil permohonan ini"));
  await colleague.press(colleague.page.locator("summary").filter({ hasText: "Lepaskan" }));
  await colleague.follow(colleague.button("Lepaskan ke antrean"));
  const form = p.page.locator("details").filter({ hasText: "Minta perbaikan" });
  await p.press(form.locator("summary"));
  const why = "Sebutkan tempat kehilangan lebih jelas.";
  await form.getByLabel("Tempat kehilangan").check();
  await form.getByLabel("Alasan").fill(why);
  assert.equal(await p.follow(form.getByRole("button", { name: "Minta perbaikan" })), 409);
  await p.reads("Permohonan ini berubah sejak Anda membukanya");
  await p.look("case-changed");
  assert.equal(await form.getByLabel("Alasan").inputValue(), why, "a conflict keeps what was written");
  assert.ok(await form.getByLabel("Tempat kehilangan").isChecked());
  assert.equal(await p.follow(form.getByRole("button", { name: "Minta perbaikan" })), 200);
  await p.reads("Perlu perbaikan");
}

// looksAtPapers reads what is masked, which is recorded. Each answer opens in its place: those opened before stay open,
// and what is being written stays written.
export async function looksAtPapers(p, app, who) {
  await opens(p, app);
  await p.reads("Pasar Botania 2, dekat halte");
  assert.ok(!(await p.page.locator("main").innerText()).includes(who.nik), "the NIK is masked");
  const note = p.page.getByLabel("Catatan", { exact: true });
  await note.fill("Cocokkan dengan KK.");
  for (const [id, value] of [["nik", who.nik], ["nomor_kk", who.kk]]) {
    await p.press(p.page.locator(`#isi-${id} button`));
    await p.page.locator(`#isi-${id}`).getByText(value).waitFor();
    assert.equal(await p.page.evaluate(() => document.activeElement.textContent), value, "the focus is on what was opened");
  }
  await p.reads(who.nik);
  assert.equal(await note.inputValue(), "Cocokkan dengan KK.");
  await p.look("case-revealed");
  const file = await p.page.locator(".doc .head a[target=_blank]").first().getAttribute("href");
  const paper = await p.fetch(file);
  assert.equal(paper.status, 200);
  assert.match(paper.headers["content-type"], /^image\//);
}

export async function approves(p, app) {
  await opens(p, app);
  const form = p.page.locator(".acts details").filter({ hasText: "Setujui" });
  await p.press(form.locator("summary"));
  await form.getByLabel("Alasan").fill("Data cocok dengan basis data kependudukan.");
  await p.look("case-approving");
  assert.equal(await p.follow(form.getByRole("button", { name: "Setujui" })), 200);
  await p.reads("Disetujui");
  await p.look("case-decided");
}

// administers opens every page of a city's administration.
export async function administers(p) {
  for (const [name, path] of Object.entries({
    services: "/kelola/layanan", staff: "/kelola/staf", roles: "/kelola/peran", calendar: "/kelola/kalender",
    audit: "/kelola/audit", "own-usage": "/kelola/pemakaian", account: "/akun",
  })) {
    assert.equal(await p.go(path), 200, path);
    await p.look(`admin-${name}`);
  }
  await p.go("/kelola/staf");
  await p.follow(p.page.locator("tbody th a").first());
  await p.look("admin-member");
}

// readsUsage reads what the cities used this month and what that costs.
export async function readsUsage(p) {
  await p.look("usage");
  const batam = p.page.locator("tbody tr").filter({ hasText: "Batam" });
  const [cost, ...used] = await batam.locator("td.end").allInnerTexts();
  assert.match(cost, /^Rp[\d.]*[1-9]/, "Batam's month costs something");
  assert.ok(used.some((c) => /[1-9]/.test(c)), `and it used something: ${used}`);
  await p.follow(batam.locator("th a"));
  await p.reads("Rp");
  assert.ok(/[1-9]\d* permohonan/i.test(await p.page.locator(".readings").innerText()), "applications were counted");
  await p.look("usage-city");
}
