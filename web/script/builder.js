// Dragging a question of a form to another place, where there is a mouse. The buttons beside it do the same for everybody.
const form = document.querySelector("form[data-builder]");
let held, place; // the question being dragged, and where it stood

for (const item of form?.querySelectorAll("[data-field-code]") ?? []) {
  item.draggable = true;
  item.addEventListener("dragstart", (event) => {
    held = item;
    place = { list: item.parentNode, next: item.nextSibling };
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", item.dataset.fieldCode);
    item.classList.add("builder-held");
  });
  item.addEventListener("dragend", () => {
    item.classList.remove("builder-held");
    if (held) place.list.insertBefore(held, place.next); // let go of outside, or by Escape: nothing is saved
    held = undefined;
  });
}

for (const page of form?.querySelectorAll("[data-page]") ?? []) {
  const list = page.querySelector("[data-list]");
  page.addEventListener("dragover", (event) => {
    if (!held) return;
    event.preventDefault();
    list.insertBefore(held, before(list, event.clientY));
  });
  page.addEventListener("drop", (event) => {
    if (!held) return;
    event.preventDefault();
    const index = [...list.children].indexOf(held);
    const drop = form.querySelector('[name="drop"]');
    drop.disabled = false;
    drop.value = `${held.dataset.fieldCode} ${list.dataset.list} ${index}`;
    held = undefined;
    form.submit();
  });
}

// before is the question above which the pointer is.
function before(list, y) {
  return [...list.children].find((el) => {
    const box = el.getBoundingClientRect();
    return el !== held && y < box.top + box.height / 2;
  }) ?? null;
}
