// The path of the product in a browser: a resident applies, an officer decides, the city's usage is on its bill. It is
// walked at the width of a phone and of a desktop, side by side, and the resident's part once more without scripts.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { photograph } from "./paper.mjs";
import { Person } from "./person.mjs";
import * as resident from "./resident.mjs";
import * as staff from "./staff.mjs";
import * as apart from "./apart.mjs";
import * as page from "./page.mjs";
import * as place from "./place.mjs";

const world = { faults: [], looked: 0 };
let papers;

before(async () => {
  world.demo = await startDemo();
  world.browser = await launch();
  papers = { family: await photograph(world.browser, "Kartu Keluarga", "jpeg"), loss: await photograph(world.browser, "Surat Kehilangan", "png") };
});

after(async () => {
  await world.browser?.close();
  await world.demo?.stop();
});

const people = {
  phone: { name: "Nur Aini", email: "nur@batam.localhost", phone: "081277001111", password: "perahu-melaut-pagi", nik: "2171046703900011",
    born: ["27", "3", "1990"], kk: "2171040512100011", district: "Sekupang" },
  desktop: { name: "Siti Rahma", email: "warga@batam.localhost", phone: "081270001234", nik: "2171104508880012",
    born: ["5", "8", "1988"], kk: "2171100512100012", district: "Bengkong" },
  plain: { name: "Togar", email: "togar@batam.localhost", phone: "081277003333", password: "perahu-melaut-pagi", nik: "2171010101750013",
    born: ["1", "1", "1975"], kk: "2171010512100013", district: "Belakang Padang" },
};

describe("the path of the product", { concurrency: true }, () => {
  for (const [name, width, officer, colleague] of [
    ["phone", 360, "petugas@batam.localhost", "petugas2@batam.localhost"],
    ["desktop", 1280, "petugas2@batam.localhost", "petugas@batam.localhost"],
  ]) {
    test(`on a ${name}, ${width} px wide`, (t) => path(t, people[name], width, officer, colleague));
  }
  test("without scripts, as far as the resident goes", plain);
});

async function path(t, who, width, officerLogin, colleagueLogin) {
  const step = stepsOf(t);
  const arrive = (as, site = world.demo.city("batam")) => Person.arrive(world, { site, width, as });
  const me = await arrive("");
  let officer, app, issued;
  await step("finds the service by a search with a typo", () => resident.finds(me));
  if (who.password) await step("registers, with the link from the mail", () => resident.registers(me, who));
  else {
    await step("signs in", async () => {
      await resident.signsIn(me, { ...who, password: world.demo.password }, "/masuk?next=/layanan/ktp-el-hilang");
    });
  }
  await step("fills in the form, changes an answer, sends it", async () => { app = await resident.applies(me, who, papers); });
  await step("keeps the receipt", () => resident.keepsReceipt(me, app));
  await step("is followed by number alone", async () => {
    const stranger = await arrive("");
    await resident.tracks(stranger, app, who);
    await stranger.leave();
  });
  await step("an officer asks for a correction, after a colleague was faster", async () => {
    officer = await arrive("-officer");
    const colleague = await arrive("-colleague");
    await staff.signsIn(officer, officerLogin, { look: true });
    await staff.signsIn(colleague, colleagueLogin);
    await staff.asksForCorrection(officer, colleague, app);
    await colleague.leave();
  });
  await step("corrects it", () => resident.corrects(me, app, who));
  await step("the officer looks at the papers and approves", async () => {
    await staff.looksAtPapers(officer, app, who);
    await staff.approves(officer, app);
  });
  await step("receives the document, which anyone can check", async () => { issued = await resident.receives(me, app, who); });
  await step("another city knows nothing of it", () => apart.nothingElsewhere(arrive, app, who, issued, width === 1280));
  await step("the administrator keeps order", async () => {
    const admin = await arrive("-admin");
    await staff.signsIn(admin, "admin@batam.localhost");
    await staff.administers(admin);
    await admin.leave();
  });
  await step("the BUMD sees the usage and its cost", async () => {
    const bumd = await arrive("-bumd", world.demo.platform);
    await page.platform(bumd);
    await staff.signsIn(bumd, "bumd@platform.localhost", { look: true });
    await staff.readsUsage(bumd);
    await bumd.leave();
  });
  await step("every other page for everyone", () => page.everyOther(me));
  await step("in English", () => page.english([me, officer], app));
}

async function plain(t) {
  const step = stepsOf(t), who = people.plain;
  const me = await Person.arrive(world, { site: world.demo.city("batam"), width: 360, script: false, as: "-plain" });
  let app;
  await step("finds the service", () => resident.finds(me));
  await step("registers", () => resident.registers(me, who));
  await step("applies", async () => { app = await resident.applies(me, who, papers); });
  await step("keeps the receipt", () => resident.keepsReceipt(me, app));
  await step("follows it", () => resident.tracks(me, app, who));
}

for (const [how, width, city, email, middle, script] of [["on a phone", 360, "batam", "warga2@batam.localhost", [0.9, 104.05], true],
  ["on a desktop", 1280, "batam", "warga@batam.localhost", [0.9, 104.05], true],
  ["without scripts, in a city without coasts", 360, "tanjungpinang", "warga@tanjungpinang.localhost", [0.93, 104.47], false]]) {
  test(`a place is set on the map ${how}`, async (t) => {
    const step = stepsOf(t);
    const me = await Person.arrive(world, { site: world.demo.city(city), width, script, as: script ? "" : "-plain" });
    await step("signs in", () => resident.signsIn(me, { email, password: world.demo.password }));
    await step("sets a point", () => place.setsAPoint(me, middle));
    await step("draws a line", () => place.drawsALine(me));
    await me.leave();
  });
}

for (const width of [360, 1280]) {
  test(`the line of a dig permit is drawn at ${width} px`, async (t) => {
    const step = stepsOf(t);
    const site = world.demo.city("batam");
    let app;
    await step("for the office", async () => {
      const office = await Person.arrive(world, { site, width, as: "-office" });
      await staff.signsIn(office, "binamarga@batam.localhost");
      app = await place.seesTheLine(office);
      await office.leave();
    });
    await step("on the receipt", async () => {
      const me = await Person.arrive(world, { site, width });
      await resident.signsIn(me, { email: "warga2@batam.localhost", password: world.demo.password });
      await place.keepsTheLine(me, app);
      await me.leave();
    });
  });
}

test("the front page weighs less than 100 KB", () => page.weight(world));

test("every page kept its promises: axe, width, policy, language, no failing request", (t) => {
  t.diagnostic(`${world.looked} pages were looked at`);
  assert.deepEqual(world.faults, []);
});

// stepsOf names the parts of a story. After one has failed the rest would only fail after it.
function stepsOf(t) {
  let failed = false;
  return async (name, run) => {
    if (failed) return;
    await t.test(name, async () => {
      failed = true;
      await run();
      failed = false;
    });
  };
}
