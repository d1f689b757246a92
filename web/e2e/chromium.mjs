// Where Chromium is on this machine.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

export function installed() {
  if (process.env.CHROMIUM ?? process.env.CHROME) return process.env.CHROMIUM ?? process.env.CHROME;
  for (const name of ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]) {
    for (const folder of process.env.PATH.split(delimiter)) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // not in this folder
      }
    }
  }
  throw new Error("no Chromium in the PATH: deploy/setup.sh --test installs it, or name one in CHROMIUM");
}
