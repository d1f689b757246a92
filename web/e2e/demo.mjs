// Starts a demonstration of its own, on a free port and in a folder of its own, and ends it whatever the tests do.
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "./until.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

// Where BEDELAU_SEED names the folder of a demonstration that was stopped, this one goes on from a copy of it, which spares
// making all of its cases again.
export async function startDemo({ keep = false } = {}) {
  const program = process.env.BEDELAU ?? join(root, "bin", "bedelau");
  if (!existsSync(program)) throw new Error(`${program} is missing: run make build first`);
  const folder = mkdtempSync(join(tmpdir(), "bedelau-e2e-"));
  chmodSync(folder, 0o755); // PostgreSQL runs as another user when the tests run as root
  if (process.env.BEDELAU_SEED) execFileSync("cp", ["-a", `${process.env.BEDELAU_SEED}/.`, folder]);
  const port = await freePort();
  // A group of its own, so that Ctrl-C reaches it once, through stop.
  const child = spawn(program, ["demo", "--data", folder, "--port", String(port)], { detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let said = "", gone;
  for (const out of [child.stdout, child.stderr]) out.on("data", (d) => { said += d; });
  const ended = new Promise((resolve) => {
    child.once("error", (e) => resolve((gone = e.message)));
    child.once("exit", (code, signal) => resolve((gone = `it ended with ${signal ?? code}`)));
  });
  const kill = () => { if (!gone) child.kill("SIGKILL"); };
  const interrupted = () => { child.kill("SIGINT"); ended.then(() => process.exit(130)); };
  process.once("exit", kill);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, interrupted);

  const stop = async () => {
    if (!gone) child.kill("SIGINT");
    const late = setTimeout(kill, 20_000);
    await ended;
    clearTimeout(late);
    process.removeListener("exit", kill);
    for (const signal of ["SIGINT", "SIGTERM"]) process.removeListener(signal, interrupted);
    if (!keep) rmSync(folder, { recursive: true, force: true });
    return gone;
  };
  const city = (slug) => `http://${slug}.localhost:${port}`;
  const demo = { stop, city, folder, platform: `http://localhost:${port}`, log: () => readFileSync(join(folder, "demo.log"), "utf8") };
  try {
    await until("the demonstration is ready", async () => {
      if (gone) throw new Error(`the demonstration did not start: ${gone}\n${said}`);
      return (await fetchRaw(`${demo.platform}/readyz`).catch(() => ({}))).status === 200;
    }, 60_000);
    demo.password = await until("the password is printed", () => /password of everybody is: (\S+)/.exec(said)?.[1]);
    return demo;
  } catch (e) {
    await stop();
    throw e;
  }
}

// fetchRaw asks the demonstration from outside the browser, which needs no resolver for *.localhost.
export function fetchRaw(url, { cookie, method = "GET", body } = {}) {
  const { host, port, pathname, search } = new URL(url);
  const headers = { Host: host, ...(cookie && { Cookie: cookie }), ...(body && { "Content-Type": "application/x-www-form-urlencoded" }) };
  return new Promise((resolve, reject) => {
    const request = http.request({ host: "127.0.0.1", port, path: pathname + search, method, headers }, (response) => {
      const parts = [];
      response.on("data", (d) => parts.push(d));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }));
    });
    request.on("error", reject);
    request.end(body && new URLSearchParams(body).toString());
  });
}

// freePort is free, and so is the one above it that the demonstration gives its metrics.
async function freePort() {
  for (;;) {
    const first = await listen(0);
    const { port } = first.address();
    const second = await listen(port + 1010).catch(() => null);
    for (const server of [first, second]) if (server) await new Promise((done) => server.close(done));
    if (second) return port;
  }
}

function listen(port) {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
