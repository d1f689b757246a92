// Where Chromium is on this machine. The one without windows draws the same with half of the work.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

// launch starts it. Its sandbox does not start as root, and the pages are our own.
export const launch = () => chromium.launch({ executablePath: installed(), args: ["--no-sandbox"] });

function installed() {
  if (process.env.CHROMIUM ?? process.env.CHROME) return process.env.CHROMIUM ?? process.env.CHROME;
  for (const name of ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]) {
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
