// What every page promises, whoever opens it and however wide their screen is.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const locales = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "internal", "kernel", "i18n", "locale");

// words are the product's own: key → {id, en}.
const words = new Map();
for (const file of readdirSync(locales)) {
  for (const line of readFileSync(join(locales, file), "utf8").split("\n")) {
    const [, key, rest] = /^([\w.-]+): (\{.*\})$/.exec(line) ?? [];
    if (!key) continue;
    const [id, en] = ["id", "en"].map((l) => JSON.parse(new RegExp(`[{ ]${l}: ("(?:[^"\\\\]|\\\\.)*")`).exec(rest)?.[1] ?? '""'));
    words.set(key, { id, en });
  }
}
const rawKey = new RegExp(`(?<![\\w@/.-])(${[...new Set([...words.keys()].map((k) => k.split(".")[0]))].join("|")})\\.[a-z0-9_]+[a-z0-9_.]*`);

// foreign lists what the product says in one language alone and never as a word of the other.
const spoken = (l) => new Set([...words.values()].map((w) => w[l]));
const foreign = (l, other) => {
  const own = spoken(l);
  return new Set([...spoken(other)].filter((text) => !own.has(text) && !text.includes("{")));
};
const notIn = { id: foreign("id", "en"), en: foreign("en", "id") };

// broken lists the promises that the page in front of p breaks. The page's policy does not bind the debugger, through
// which axe comes in.
export async function broken(p, { lang = "id" } = {}) {
  if (p.script) await evaluate(p, `(${loadAll})()`);
  const page = await evaluate(p, `(${read})()`);
  const out = [];
  if (!page.title.trim()) out.push("no title");
  if (page.lang !== lang) out.push(`lang is ${page.lang}`);
  if (page.h1 !== 1) out.push(`${page.h1} first headings`);
  if (page.width > p.width) out.push(`scrolls sideways: ${page.width} px wide`);
  for (const text of page.cut) out.push(`cuts off: ${text}`);
  for (const text of page.split) out.push(`breaks a number: ${text}`);
  for (const text of new Set(page.said)) {
    if (rawKey.test(text)) out.push(`shows a key: ${text}`);
    if (notIn[lang].has(text)) out.push(`not in ${lang}: ${text}`);
  }
  if (p.script) {
    await evaluate(p, axe + ";0");
    const found = await evaluate(p, `axe.run(document, {resultTypes: ["violations"], preload: {assets: ["media"]}, rules: {"target-size": {enabled: true}}})
      .then((r) => r.violations.map((v) => v.id + ": " + v.nodes.slice(0, 4).map((n) => n.target.join(" ") + " " + (n.any[0]?.message ?? "")).join(" | ")))`);
    out.push(...found);
  }
  return out;
}

// loadAll runs in the page. It waits for the pictures that would be loaded when one scrolls to them: one that is missing is a fault.
function loadAll() {
  return Promise.all([...document.images].filter((img) => !img.complete).map((img) => {
    img.loading = "eager";
    return new Promise((loaded) => ["load", "error"].forEach((end) => img.addEventListener(end, loaded)));
  }));
}

// read runs in the page. What it says leaves out names of the city's own, words of another language that are marked as
// such, and codes that are shown as codes.
function read() {
  const own = "script, style, .code, code, .facts, [lang]:not(html)";
  const texts = [...document.body.querySelectorAll("*")].filter((e) => !e.closest(own))
    .flatMap((e) => [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).filter(Boolean));
  // A map ends at its edge, and so does the name of a place there.
  const cut = [...document.body.querySelectorAll("*")].filter((e) => {
    return e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1 && !e.closest("[data-net-canvas]") && ["hidden", "clip"].includes(getComputedStyle(e).overflowX);
  });
  const numbers = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), split = [], range = document.createRange();
  while (numbers.nextNode()) {
    const text = numbers.currentNode.data.trim();
    if (!/^[-−]?(Rp)?\d[\d.,]*$/.test(text)) continue;
    range.selectNodeContents(numbers.currentNode);
    if (new Set([...range.getClientRects()].filter((b) => b.width > 1).map((b) => Math.round(b.top))).size > 1) split.push(text);
  }
  return {
    title: document.title, lang: document.documentElement.lang, width: document.documentElement.scrollWidth,
    h1: document.querySelectorAll("h1").length, said: texts, cut: cut.map((e) => e.innerText.slice(0, 60)), split,
  };
}

async function evaluate(p, expression) {
  p.debugger ??= await p.page.context().newCDPSession(p.page);
  const { result, exceptionDetails } = await p.debugger.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value;
}
