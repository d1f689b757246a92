// Conditions and computations of a form, evaluated as the server does (internal/kernel/form/condition.go): the same
// language, CEL, by a library that builds a tree and needs no eval. One that cannot be evaluated yet is not met. Both are
// held to internal/kernel/form/testdata/expressions.json.
import { Environment } from "@marcbachmann/cel-js";

const kinds = {
  number: "double", money: "int", group: "int", file: "int", yes_no: "bool", consent: "bool",
  date: "google.protobuf.Timestamp", multi_choice: "list<string>", point: "map<string, double>",
};

class Calculator {} // holds what CEL calls math.ceil and the like

function years(from, to) {
  const months = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
  return BigInt(Math.floor((months - (to.getUTCDate() < from.getUTCDate() ? 1 : 0)) / 12));
}

// away rounds halves away from zero, as the server does.
const away = (x) => Math.sign(x) * Math.round(Math.abs(x));

function environment(types) {
  const env = new Environment({ limits: { maxDepth: 50 } })
    .registerFunction("years(google.protobuf.Timestamp, google.protobuf.Timestamp): int", years)
    .registerType("Calculator", Calculator)
    .registerConstant("math", "Calculator", new Calculator())
    .registerFunction("Calculator.ceil(double): double", (_, x) => Math.ceil(x))
    .registerFunction("Calculator.floor(double): double", (_, x) => Math.floor(x))
    .registerFunction("Calculator.round(double): double", (_, x) => away(x))
    .registerFunction("Calculator.trunc(double): double", (_, x) => Math.trunc(x))
    .registerFunction("Calculator.abs(double): double", (_, x) => Math.abs(x))
    .registerVariable("today", "google.protobuf.Timestamp")
    .registerVariable("answered", "list<string>");
  const blocks = new Set();
  for (const [name, type] of Object.entries(types)) {
    const [block, part] = name.split(".");
    if (blocks.has(block)) continue;
    if (part) blocks.add(block);
    try {
      env.registerVariable(block, part ? "map" : kinds[type] ?? "string");
    } catch {
      // a word of the language, such as "type": the library cannot read what names it, and the server decides
    }
  }
  return env;
}

// value reads an answer in the spelling in which the server keeps it; undefined when there is none.
export function value(type, answer, files) {
  if (type === "file") return BigInt(files ?? 0);
  if (type === "group") return BigInt(answer?.[0] || 0);
  if (!answer?.length || answer[0] === "") return undefined;
  const one = answer[0];
  switch (type) {
    case "number": return Number(one.replace(",", "."));
    case "money": return BigInt(one);
    case "yes_no": case "consent": return one === "yes";
    case "date": return new Date(one + "T00:00:00Z");
    case "multi_choice": return answer;
    case "point": {
      const [lat, lon] = one.split(",").map(Number);
      return { lat, lon };
    }
  }
  return one;
}

// Reader evaluates expressions over answers whose types are known.
export class Reader {
  #env;
  #parsed = new Map();

  constructor(types) {
    this.#env = environment(types);
  }

  #eval(text, values) {
    let run = this.#parsed.get(text);
    if (run === undefined) {
      try {
        run = this.#env.parse(text);
      } catch {
        run = null;
      }
      this.#parsed.set(text, run);
    }
    try {
      return run?.(values);
    } catch {
      return undefined; // an answer that it needs is missing
    }
  }

  holds(text, values) {
    return this.#eval(text, values) === true;
  }

  // known reports whether the library can read the expression at all; what it cannot is left to the server.
  known(text) {
    this.#eval(text, {});
    return this.#parsed.get(text) !== null;
  }

  // gives is a computed answer in the spelling in which the server keeps it, or "".
  gives(text, values) {
    const v = this.#eval(text, values);
    if (typeof v === "bigint") return v < 0n ? "" : String(v);
    if (typeof v === "number") return Number.isFinite(v) ? v.toFixed(6).replace(/\.?0+$/, "").replace(".", ",") : "";
    return v ?? "";
  }
}

// values gathers what an expression sees: the parts of a block stand in it.
export function values(types, answerOf, filesOf, today, before = []) {
  const out = { today: new Date(today + "T00:00:00Z"), answered: [...before] };
  for (const [name, type] of Object.entries(types)) {
    const v = value(type, answerOf(name), filesOf(name));
    if (v === undefined) continue;
    const [block, part] = name.split(".");
    if (part) (out[block] ??= {})[part] = v;
    else out[name] = v;
    if (type !== "group" && (type !== "file" || v > 0n)) out.answered.push(name);
  }
  return out;
}
