// Builds what the browser gets into static/dist, which the binary embeds: two stylesheets, each with only the rules
// its templates use, and one script. Every file is named by its content and compressed once, here, at full strength.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import postcss from "postcss";
import { PurgeCSS } from "purgecss";

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "static", "dist");
// Phones of 2022 and later; esbuild rewrites what these do not know.
const target = ["chrome100", "firefox102", "safari15.4"];
const office = ["office"];

// The pages are light only: keep the first branch of light-dark() and drop the rules of the dark theme.
const lightOnly = {
  postcssPlugin: "light-only",
  Once(css) {
    css.walkRules((rule) => {
      if (!rule.selectors) return;
      const kept = rule.selectors.filter((s) => !/theme-dark|theme=.?dark/.test(s.replace(/:not\([^)]*\)/g, "")));
      if (kept.length === 0) rule.remove();
      else rule.selectors = kept;
    });
    css.walkDecls((decl) => {
      while (decl.value.includes("light-dark(")) decl.value = firstBranch(decl.value);
    });
    css.walkComments((c) => c.remove());
  },
};

function firstBranch(value) {
  const start = value.indexOf("light-dark(");
  let depth = 0, comma = -1, i = start + "light-dark".length;
  for (; i < value.length; i++) {
    if (value[i] === "(") depth++;
    else if (value[i] === ")" && --depth === 0) break;
    else if (value[i] === "," && depth === 1 && comma < 0) comma = i;
  }
  return value.slice(0, start) + value.slice(start + "light-dark(".length, comma).trim() + value.slice(i + 1);
}

// Classes of Tabler that our own sheets extend. Any other class of ours is ours alone: what Tabler says of a class with
// the same name is left out.
const extended = /^(btn|form-|table|visually-hidden)/;

function withoutOurs(own) {
  const names = new Set();
  postcss.parse(own).walkRules((rule) => {
    for (const [, name] of rule.selector.matchAll(/\.([a-z][\w-]*)/gi)) if (!extended.test(name)) names.add(name);
  });
  return {
    postcssPlugin: "without-ours",
    Once(css) {
      css.walkRules((rule) => {
        const kept = rule.selectors?.filter((s) => ![...s.matchAll(/\.([a-z][\w-]*)/gi)].some(([, name]) => names.has(name)));
        if (kept?.length === 0) rule.remove();
        else if (kept) rule.selectors = kept;
      });
    },
  };
}

async function bundle(entry) {
  const out = await esbuild.build({ entryPoints: [entry], bundle: true, write: false, target });
  return out.outputFiles[0].text;
}

async function stylesheet(entry, areas) {
  const own = await bundle(join(root, "style", entry));
  const tabler = await bundle(join(root, "node_modules", "@tabler", "core", "dist", "css", "tabler.css"));
  const base = (await postcss([lightOnly, withoutOurs(own)]).process(tabler, { from: undefined })).css;
  const content = ["ui", ...areas.map((a) => join("page", a))].flatMap(sources);
  const [purged] = await new PurgeCSS().purge({
    content: [...content, join(root, "script", "app.js"), join(root, "script", "form.js"), join(root, "script", "map.js"), join(root, "script", "builder.js")],
    css: [{ raw: base + own }],
    defaultExtractor: (text) => text.match(/[A-Za-z0-9_-]+/g) ?? [],
    variables: true,
    keyframes: true,
    fontFace: true,
    // Classes that Go completes with a tone, and the variables that a city's own stylesheet sets.
    safelist: { standard: [/^(note|tag|bar|line|swatch)-/, /^(size|turn)-/], variables: [/^--brand/] },
  });
  const small = await esbuild.transform(purged.css, { loader: "css", minify: true, target });
  return small.code;
}

// sources lists the hand-written files of a folder; what templ generates repeats them.
function sources(folder) {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".templ") || /(?<!_templ|_test)\.go$/.test(name))
    .map((name) => join(root, folder, name));
}

async function script(name, format = "iife") {
  const out = await esbuild.build({
    entryPoints: [join(root, "script", name)], bundle: true, minify: true, write: false, target, format,
  });
  return out.outputFiles[0].text;
}

function publish(files) {
  rmSync(dist, { recursive: true, force: true });
  const manifest = {};
  for (const [name, text] of Object.entries(files)) {
    const raw = Buffer.from(text);
    const hash = createHash("sha256").update(raw).digest("hex").slice(0, 12);
    const br = brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
    const gz = gzipSync(raw, { level: 9 });
    mkdirSync(join(dist, hash), { recursive: true });
    writeFileSync(join(dist, hash, name), raw);
    writeFileSync(join(dist, hash, name + ".br"), br);
    writeFileSync(join(dist, hash, name + ".gz"), gz);
    manifest[name] = hash;
    console.log(`${name.padEnd(12)} ${kb(raw)} raw  ${kb(gz)} gzip  ${kb(br)} brotli`);
  }
  writeFileSync(join(dist, "manifest.json"), JSON.stringify(manifest, null, 1) + "\n");
}

const kb = (b) => (b.length / 1024).toFixed(1).padStart(7) + " KB";

const areas = readdirSync(join(root, "page"));
publish({
  "public.css": await stylesheet("public.css", areas.filter((a) => !office.includes(a))),
  "office.css": await stylesheet("office.css", areas),
  "app.js": await script("app.js"),
  "form.js": await script("form.js"),
  "map.js": await script("map.js"),
  "builder.js": await script("builder.js"),
  "desk.js": await script("desk.js"),
  // The map of the ducts, for its page alone: the library is a module and starts its worker from a file of its own.
  "netmap.css": (await esbuild.build({ entryPoints: [join(root, "style", "netmap.css")], bundle: true, minify: true, write: false, target })).outputFiles[0].text,
  "netmap.js": await script("netmap.js", "esm"),
  "maplibre-gl-worker.mjs": readFileSync(join(root, "node_modules", "maplibre-gl", "dist", "maplibre-gl-worker.mjs")),
});
