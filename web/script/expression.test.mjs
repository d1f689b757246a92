// The browser's reading of a form's expressions, held to the table that the server is held to.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Reader, values } from "./expression.js";

const corpus = JSON.parse(readFileSync(new URL("../../internal/kernel/form/testdata/expressions.json", import.meta.url)));

for (const { expr, types, answers, files = {}, as, gives, holds } of corpus) {
  test(`${expr} with ${JSON.stringify(answers)}`, () => {
    const reader = new Reader(types);
    const seen = values(types, (name) => answers[name], (name) => files[name], "2026-11-24");
    assert.ok(reader.known(expr), "the library reads it");
    if (as) assert.equal(reader.gives(expr, seen), gives);
    else assert.equal(reader.holds(expr, seen), holds);
  });
}
