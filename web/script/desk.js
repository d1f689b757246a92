// The desk works without this file. It adds letters for the keyboard, ticking a whole page, and turning a picture.
//
// A letter is not taken while somebody writes, with a modifier, or once they are switched off (WCAG 2.1.4).
const store = "bedelau-keys";

const off = () => localStorage.getItem(store) === "off";
const writes = (el) => el?.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], iframe");
const help = () => document.querySelector("[data-keys]");

function openHelp() {
  const dialog = help();
  if (!dialog || dialog.open) return;
  dialog.querySelector("[data-keys-switch]").checked = !off();
  dialog.showModal();
}

// The rows of the list, one of which is marked by the focus on its link.
function move(step) {
  const links = [...document.querySelectorAll("[data-key-open]")];
  const at = links.findIndex((a) => a.closest("[data-key-row]").contains(document.activeElement));
  const next = links[at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step];
  next?.focus();
  return links.length > 0;
}

const marked = () => document.activeElement?.closest("[data-key-row]") ?? document;
const press = (selector, within = document) => within.querySelector(selector)?.click();

const keys = {
  j: () => move(1) || press("[data-key-after]"),
  k: () => move(-1) || press("[data-key-before]"),
  o: () => press("[data-key-open]", marked() === document ? document.createElement("p") : marked()),
  c: () => (document.querySelector("[data-key-row]") && marked() === document ? null : press("[data-key-claim]", marked())),
  n: () => press("[data-key-next]"),
  "/": () => document.querySelector("[data-key-search]")?.focus(),
  "?": openHelp,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || writes(event.target) || document.querySelector("dialog[open]")) return;
  const act = keys[event.key];
  if (!act || off()) return;
  event.preventDefault();
  act();
});

// Ticking: the box in the head ticks the page, and the bar says how many.
function count() {
  const all = [...document.querySelectorAll("[data-pick]")];
  const n = all.filter((x) => x.checked).length;
  const head = document.querySelector("[data-pick-all]");
  if (head) {
    head.checked = n > 0 && n === all.length;
    head.indeterminate = n > 0 && n < all.length;
  }
  const said = document.querySelector("[data-picked]");
  if (said) said.textContent = `${n} ${said.dataset.text}`;
}

document.addEventListener("change", (event) => {
  const el = event.target;
  if (el.matches("[data-pick-all]")) for (const x of document.querySelectorAll("[data-pick]")) x.checked = el.checked;
  if (el.matches("[data-pick-all], [data-pick]")) count();
  if (el.matches("[data-keys-switch]")) localStorage.setItem(store, el.checked ? "on" : "off");
});

// A picture in the viewer: four turns, and steps of a quarter of its size. Classes alone, because styles in the page are
// forbidden here.
const sizes = ["s50", "s75", "fit", "s150", "s200", "s300"];
const view = { size: 2, turn: 0 };

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys-open]")) openHelp();
  const act = event.target.closest("[data-view]")?.dataset.view;
  const image = document.querySelector("[data-view-image]");
  if (!act || !image) return;
  if (act === "in") view.size = Math.min(view.size + 1, sizes.length - 1);
  if (act === "out") view.size = Math.max(view.size - 1, 0);
  if (act === "turn") view.turn = (view.turn + 90) % 360;
  if (act === "fit") Object.assign(view, { size: 2, turn: 0 });
  image.className = `size-${sizes[view.size]} turn-${view.turn}`;
});

// A reason that is picked goes behind what is written, and nothing else of the form changes.
document.addEventListener("click", (event) => {
  const picked = event.target.closest("[data-phrase]");
  const reason = picked?.form?.elements.namedItem("reason");
  if (!reason) return;
  event.preventDefault();
  reason.value = [reason.value.trim(), picked.dataset.phrase].filter(Boolean).join("\n\n");
  reason.focus();
});

// What only works with a script is shown once a part of the page is new, as app.js does when it is loaded.
document.addEventListener("htmx:after:swap", () => {
  for (const el of document.querySelectorAll("[data-needs-script]")) el.hidden = false;
  count();
});
count();
