// Runs the browser's tests, or those that are named (`npm run e2e -- queue paper`), each file on a copy of one demonstration, which
// is made here once, and as many files at a time as there are processors: a browser and its server wait for each other much.
import { spawn } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startDemo } from "./demo.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const all = readdirSync(here).filter((f) => f.endsWith(".test.mjs")).sort();
const named = process.argv.slice(2).map((name) => `${name}.test.mjs`);
const unknown = named.filter((name) => !all.includes(name));
if (unknown.length) throw new Error(`there is no ${unknown.join(", ")} in ${here}`);

const seed = await startDemo({ keep: true });
process.once("exit", () => rmSync(seed.folder, { recursive: true, force: true }));
const ended = await seed.stop();
if (ended !== "it ended with 0") throw new Error(`the demonstration did not stop as asked: ${ended}`);

const tests = spawn(process.execPath, ["--test", "--test-reporter=spec", `--test-concurrency=${availableParallelism()}`,
  ...(named.length ? named : all).map((f) => join(here, f))],
  { stdio: "inherit", env: { ...process.env, BEDELAU_SEED: seed.folder } });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => tests.kill(signal));
tests.once("exit", (code) => process.exit(code ?? 1));
