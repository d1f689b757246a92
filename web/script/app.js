// The pages work without this file. It makes three things nicer: searching and paging without a full reload (htmx,
// attributes only), copying a number, and printing.
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

// Buttons that can only work with a script stay hidden until there is one.
for (const el of document.querySelectorAll("[data-needs-script]")) el.hidden = false;
