// Looks at every page of the gallery at phone and desktop width, in both languages: takes a picture, runs axe, and
// fails on a violation, on anything the content policy blocked, and on a page that scrolls sideways.
//   node web/gallery/check.mjs [folder for pictures] [page name …]
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const base = process.env.GALLERY ?? "http://127.0.0.1:7070";
const [folder = "web/e2e/shots/gallery", ...wanted] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const names = wanted.length ? wanted : (await (await fetch(base + "/names")).text()).trim().split("\n");
mkdirSync(folder, { recursive: true });

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
let failures = 0;
const fail = (where, what) => { failures++; console.log(`${where}: ${what}`); };

for (const width of [360, 1280]) {
  const context = await browser.newContext({ viewport: { width, height: 800 }, bypassCSP: false });
  for (const lang of ["id", "en"]) {
    for (const name of names) {
      const where = `${lang}-${name}-${width}`;
      const page = await context.newPage();
      page.on("console", (m) => { if (m.type() === "error") fail(where, m.text()); });
      page.on("pageerror", (e) => fail(where, e.message));
      const response = await page.goto(`${base}/${lang}/${name}`, { waitUntil: "load" });
      if (!response.ok()) { fail(where, response.status()); await page.close(); continue; }
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) fail(where, `scrolls sideways by ${over} px`);
      await page.screenshot({ path: `${folder}/${where}.png`, fullPage: true });
      // axe comes in through the debugger, which the page's policy does not bind.
      const client = await context.newCDPSession(page);
      await client.send("Runtime.evaluate", { expression: axe });
      const { result } = await client.send("Runtime.evaluate", {
        expression: "axe.run(document, {resultTypes: ['violations']}).then(r => JSON.stringify(r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ') + ' ' + (n.any[0]?.message ?? '')).slice(0, 4).join(' | '))))",
        awaitPromise: true, returnByValue: true,
      });
      for (const v of JSON.parse(result.value)) fail(where, v);
      await page.close();
    }
  }
  await context.close();
}
await browser.close();
console.log(`${names.length} pages, ${failures} findings, pictures in ${folder}`);
process.exit(failures ? 1 : 0);
