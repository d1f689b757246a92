// The pages work without this file. It makes six things nicer: searching and paging without a full reload (htmx,
// attributes only), copying a number, printing, filling in where the device is, closing the menu with Escape, and menus
// wider than a phone, which begin at where one is.
import "htmx.org";

document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    await navigator.clipboard.writeText(copy.dataset.copy);
    copy.querySelector("[data-copied]")?.removeAttribute("hidden");
    return;
  }
  if (event.target.closest("[data-print]")) window.print();
});

// Where the device is, for a question that asks for a place.
document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-locate]")?.closest("[data-point]");
  if (!box) return;
  const failed = box.querySelector("[data-locate-failed]");
  failed.hidden = true;
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    const [lat, lon] = box.querySelectorAll("input");
    lat.value = coords.latitude.toFixed(6);
    lon.value = coords.longitude.toFixed(6);
    lat.dispatchEvent(new Event("input", { bubbles: true }));
  }, () => { failed.hidden = false; }, { enableHighAccuracy: true, timeout: 15_000 });
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector(".nav-small[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// Buttons that can only work with a script stay hidden until there is one.
for (const el of document.querySelectorAll("[data-needs-script]")) el.hidden = false;

// A row that scrolls sideways is turned to its current entry, now and when a part of the page is new.
function turn() {
  for (const el of document.querySelectorAll("[data-turns] [aria-current]")) {
    const row = el.closest("[data-turns]");
    row.scrollLeft += el.getBoundingClientRect().left - row.getBoundingClientRect().left - (row.clientWidth - el.offsetWidth) / 2;
  }
}
turn();
document.addEventListener("htmx:after:swap", turn);
