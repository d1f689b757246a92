// A company of the demonstration on a phone, without scripts: it looks for a way, orders one, and waits for one that is full; and
// with them it reads its map.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { Person } from "./person.mjs";

const world = { faults: [], looked: 0 };
const partner = "mitra@batam.localhost";

before(async () => {
  world.demo = await startDemo();
  world.browser = await launch();
});

after(async () => {
  await world.browser?.close();
  await world.demo?.stop();
});

const arrive = (width, as, options) => Person.arrive(world, { site: world.demo.city("batam"), width, as, ...options });

// enters signs in somebody of the company.
async function enters(p) {
  await p.go("/masuk");
  await p.send("Masuk", { "Email atau nomor HP": partner, "Kata sandi": world.demo.password });
  assert.equal(new URL(p.page.url()).pathname, "/mitra");
}

// day is so many days from now, as an address has it.
const day = (from) => new Date(Date.now() + from * 86_400_000).toISOString().slice(0, 10);

for (const width of [360, 1280]) {
  test(`a company orders and waits at ${width} px, without scripts`, async () => {
    const p = await arrive(width, `-order-${width}`, { script: false });
    await enters(p);
    await p.go("/mitra/peta");
    assert.ok((await p.page.locator("#ruas tbody th").count()) > 0, "the map lists segments");
    await p.look("map-table");
    await p.go(`/mitra/rencana?dari=LB-BC-MH&ke=&jenis=subduct&jumlah=1&mulai=${day(30)}&sampai=`);
    const places = (await p.page.locator("select[name=dari] option").evaluateAll((all) => all.map((o) => o.value))).filter((code) => /MH\d/.test(code));
    assert.ok(places.length > 4, "several nodes fit");
    const asks = (n) => `/mitra/rencana?dari=${places[0]}&ke=${places[3]}&jenis=subduct&jumlah=${n}&mulai=${day(30)}&sampai=`;
    assert.equal(await p.go(asks(1)), 200);
    await p.look("plan-priced");
    if ((await p.page.locator("#pesan").count()) > 0) {
      await p.follow(p.button("Pesan rute ini"));
      await p.look("confirm");
    }
    assert.equal(await p.go(asks(99)), 200);
    await p.look("plan-full");
    await p.follow(p.button("Gabung daftar tunggu"));
    await p.look("waiting");
    for (const path of ["/mitra/antrean", "/mitra/pesanan", "/mitra"]) {
      assert.equal(await p.go(path), 200, path);
      await p.look(`own${path.replaceAll("/", "-")}`);
    }
  });
}

test("every page kept its promises", () => assert.deepEqual(world.faults, []));
