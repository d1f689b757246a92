// Papers as people have them: photographs to upload, and issued documents to read.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// photograph makes a picture of a paper, so that no picture has to be kept in the tree.
export async function photograph(browser, title, type) {
  const page = await browser.newPage({ viewport: { width: 640, height: 420 } });
  const lines = Array.from({ length: 9 }, (_, i) => `<p>${i + 1}. ${"contoh isian ".repeat(3)}</p>`).join("");
  await page.setContent(`<body style="margin:0;background:#6b5d4d;font:16px serif"><div style="margin:20px;padding:16px 28px;background:#fbfaf3"><h1 style="font-size:24px">${title}</h1>${lines}</div>`);
  const buffer = await page.screenshot({ type });
  await page.close();
  return { name: `${title.toLowerCase().replaceAll(" ", "-")}.${type === "jpeg" ? "jpg" : type}`, mimeType: `image/${type}`, buffer };
}

// textOf reads a PDF as a person would.
export function textOf(pdf) {
  if (pdf.subarray(0, 5).toString() !== "%PDF-") throw new Error(`not a PDF: ${pdf.subarray(0, 80)}`);
  const folder = mkdtempSync(join(tmpdir(), "bedelau-pdf-"));
  try {
    writeFileSync(join(folder, "document.pdf"), pdf);
    return execFileSync("pdftotext", ["-layout", join(folder, "document.pdf"), "-"], { encoding: "utf8" });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// pictures are the pages of a PDF as a printer would make them, each as its pixels, three bytes for one.
export function pictures(pdf) {
  const folder = mkdtempSync(join(tmpdir(), "bedelau-pdf-"));
  try {
    writeFileSync(join(folder, "document.pdf"), pdf);
    execFileSync("pdftoppm", ["-r", "72", join(folder, "document.pdf"), join(folder, "page")]);
    return readdirSync(folder).filter((name) => name.endsWith(".ppm")).sort().map((name) => {
      const raw = readFileSync(join(folder, name));
      const [head, width, height] = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(raw.subarray(0, 40).toString("latin1"));
      return { width: Number(width), height: Number(height), data: raw.subarray(head.length) };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
