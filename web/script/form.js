// Follows a form whose questions depend on answers of the same page: shows and hides, marks what becomes required, works
// out what is computed. The server decides all of it again; a page without this script is shown once more by the server
// with the questions that its answers have brought up.
import { Reader, values } from "./expression.js";

for (const form of document.querySelectorAll("form[data-names]")) follow(form);

function follow(form) {
  const types = JSON.parse(form.dataset.names);
  const answered = JSON.parse(form.dataset.answered || "[]");
  const readers = new Map();

  // types of what a question sees: those of the page, and of its own row by their short names.
  function scope(code) {
    const [group, row] = /^([^.]+)\.(\d+)\./.exec(code)?.slice(1) ?? [];
    const key = Object.keys(types).some((n) => n.startsWith(group + ".*.")) ? group : "";
    if (!readers.has(key)) {
      const own = {};
      for (const [name, type] of Object.entries(types)) {
        if (!name.includes(".*.")) own[name] = type;
        else if (key && name.startsWith(key + ".*.")) own[name.slice(key.length + 3)] = type;
      }
      readers.set(key, { types: own, reader: new Reader(own) });
    }
    const prefix = key ? `${group}.${row}.` : "";
    const found = readers.get(key);
    const field = (name) => prefix && types[`${key}.*.${name}`] ? prefix + name : name;
    return { reader: found.reader, seen: values(found.types, (n) => answer(form, field(n), found.types[n]), (n) => files(form, field(n)), form.dataset.today, answered) };
  }

  function turn() {
    for (const box of form.querySelectorAll("[data-field]")) {
      const { reader, seen } = scope(box.dataset.field);
      const { show, need, compute, as } = box.dataset;
      if (show && reader.known(show)) {
        const shown = reader.holds(show, seen);
        box.hidden = box.disabled = !shown;
      }
      if (need && reader.known(need)) {
        for (const mark of box.querySelectorAll(".optional")) mark.hidden = reader.holds(need, seen);
      }
      if (compute && reader.known(compute)) {
        const out = box.querySelector("output");
        out.dataset.value = reader.gives(compute, seen);
        out.textContent = out.dataset.value === "" ? out.dataset.none : display(out.dataset.value, as);
      }
    }
  }
  form.addEventListener("input", turn);
  form.addEventListener("change", turn);
  turn();
}

// answer is what is typed now in the spelling in which the server keeps it. What is hidden has none.
function answer(form, name, type) {
  const inputs = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)].filter((el) => !el.matches(":disabled"));
  if (!inputs.length) {
    const out = form.querySelector(`output[id="f-${CSS.escape(name)}"]`);
    return out?.dataset.value ? [out.dataset.value] : [];
  }
  if (/^(radio|checkbox)$/.test(inputs[0].type)) return inputs.filter((el) => el.checked).map((el) => el.value);
  const typed = inputs.map((el) => el.value.trim());
  switch (type) {
    case "date": {
      const [d, m, y] = typed.map(Number);
      const day = new Date(Date.UTC(y, m - 1, d));
      return typed.every(Boolean) && y >= 1900 && day.getUTCDate() === d && day.getUTCMonth() === m - 1 ? [day.toISOString().slice(0, 10)] : [];
    }
    case "point":
      return typed.every(Boolean) ? [typed.map((x) => x.replace(",", ".")).join(",")] : [];
    case "money": {
      const digits = typed[0].replace(/^rp\.?/i, "").replace(/[. ]/g, "").replace(/,(00|-)$/, "");
      return /^\d{1,15}$/.test(digits) ? [digits] : [];
    }
    case "number": {
      const grouped = /^-?\d{1,3}(\.\d{3})+(,\d+)?$/.test(typed[0]) ? typed[0].replaceAll(".", "") : typed[0];
      return /^-?\d{1,16}([.,]\d{1,6})?$/.test(grouped) ? [grouped.replace(".", ",")] : [];
    }
    case "nik": case "kk": case "npwp": case "nib": case "nop":
      return [typed[0].replace(/[ ./()-]/g, "")];
  }
  return typed;
}

function files(form, name) {
  const input = form.querySelector(`input[type="file"][name="${CSS.escape(name)}"]`);
  const kept = form.querySelectorAll(`[data-files="${CSS.escape(name)}"] li`).length;
  return kept + (input?.matches(":disabled") ? 0 : input?.files.length ?? 0);
}

function display(value, as) {
  const [whole, decimals] = value.split(",");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ".");
  if (as === "money") return "Rp" + grouped;
  if (as === "number") return decimals ? grouped + "," + decimals : grouped;
  return value;
}
