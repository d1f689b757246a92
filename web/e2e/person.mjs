// A person with a browser: what they press and read, and what their browser complains of meanwhile.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fetchRaw } from "./demo.mjs";
import { broken } from "./promise.mjs";
import { until } from "./until.mjs";

const shots = join(dirname(fileURLToPath(import.meta.url)), "shots");

export class Person {
  // arrive opens a browser of its own at a site. What goes wrong on any page is added to world.faults.
  static async arrive(world, { site, width, script = true, as = "" }) {
    const phone = width < 600;
    const context = await world.browser.newContext({
      viewport: { width, height: phone ? 740 : 800 }, isMobile: phone, hasTouch: phone, javaScriptEnabled: script, locale: "id-ID",
    });
    context.setDefaultTimeout(10_000);
    const p = Object.assign(new Person(), { world, site, width, phone, script, as, context, page: await context.newPage() });
    p.listen();
    return p;
  }

  listen() {
    const complain = (what) => this.world.faults.push(`${this.width}${this.as} ${this.page.url()}: ${what}`);
    this.page.on("pageerror", (e) => complain(e.message));
    this.page.on("console", (m) => {
      // A page may answer 404 or 422; that its answer is a page is looked at elsewhere.
      if (m.type() === "error" && !m.text().startsWith("Failed to load resource")) complain(m.text());
    });
    this.page.on("response", (r) => {
      if (r.status() >= 500 || (r.status() >= 400 && r.request().resourceType() !== "document")) complain(`${r.status()} for ${r.url()}`);
    });
    this.page.on("requestfailed", (r) => {
      const why = r.failure()?.errorText;
      if (why !== "net::ERR_ABORTED") complain(`${why} for ${r.url()}`); // left before it had loaded
    });
    return this.script && this.page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`));
    });
  }

  async go(path) {
    return (await this.page.goto(new URL(path, this.site).href, { waitUntil: "load" })).status();
  }

  link(name) { return this.page.getByRole("link", { name }).locator("visible=true").first(); }

  button(name) { return this.page.getByRole("button", { name }).locator("visible=true").first(); }

  press(target) { return this.phone ? target.tap() : target.click(); }

  // follow presses what leads to another page and returns the status of that page.
  async follow(target) {
    const [response] = await Promise.all([this.page.waitForNavigation({ waitUntil: "load" }), this.press(target)]);
    return response?.status();
  }

  // send fills in a form by its labels and sends it.
  async send(button, fields = {}) {
    for (const [label, value] of Object.entries(fields)) {
      const field = this.page.getByLabel(label).locator("visible=true").first();
      if (value === true) await field.check();
      else if (value?.buffer) await field.setInputFiles(value);
      else await field.fill(value);
    }
    return this.follow(this.button(button));
  }

  heading() { return this.page.locator("h1").innerText(); }

  async reads(text, where = "main") {
    const said = await this.page.locator(where).first().innerText();
    assert.ok(said.includes(text), `${this.page.url()} does not say “${text}” but:\n${said.slice(0, 1500)}`);
  }

  // look holds the page to what every page promises, and takes its picture when one is broken; of every page where SHOTS is set.
  async look(name, options) {
    const from = this.page.url(), faults = await broken(this, options);
    for (const fault of faults) this.world.faults.push(`${this.width}${this.as} ${name} (${from}): ${fault}`);
    if (faults.length || process.env.SHOTS) {
      mkdirSync(shots, { recursive: true });
      await this.page.screenshot({ path: join(shots, `${this.width}${this.as}-${name}.png`), fullPage: true });
    }
    return (this.world.looked = (this.world.looked ?? 0) + 1);
  }

  // fetch asks for an address of this site with this person's session, outside the page.
  async fetch(path, options) {
    const url = new URL(path, this.site).href;
    const cookie = (await this.context.cookies(url)).map((c) => `${c.name}=${c.value}`).join("; ");
    return fetchRaw(url, { cookie, ...options });
  }

  // mail opens the newest letter to an address whose subject has words in it.
  async mail(to, words) {
    const letter = this.page.locator(".mails a").filter({ hasText: to }).filter({ hasText: words }).first();
    await until(`a letter “${words}” to ${to}`, async () => {
      await this.go("/kotak-surat");
      return (await letter.count()) > 0;
    });
    await this.follow(letter);
  }

  leave() { return this.context.close(); }
}
