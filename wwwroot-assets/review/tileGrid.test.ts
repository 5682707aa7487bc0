import assert from "node:assert/strict";
import { test } from "node:test";
import { edges } from "./tileGrid.ts";

test("tiles that overlap begin and end at lines of their own", () => {
  assert.deepEqual(edges([0, 75, 100], 100), { begins: [0, 75, 100], ends: [175, 200] });
});

test("tiles side by side share their lines", () => {
  assert.deepEqual(edges([0, 100], 100), { begins: [0, 100], ends: [200] });
});
