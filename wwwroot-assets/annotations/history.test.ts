import assert from "node:assert/strict";
import { test } from "node:test";
import { History } from "./history.ts";
import type { Annotation } from "./shapes.ts";

const state = (n: number): Annotation => ({ label: n % 2 ? "good" : null, shapes: [] });

test("a new step after undo drops what was undone", () => {
  const history = new History(state(0));
  const second = state(2);
  history.commit(state(1));
  history.undo();
  history.commit(second);
  assert.ok(!history.canRedo);
  assert.equal(history.current, second);
  assert.ok(history.undo() && !history.undo());
});

test("only the last 500 states are kept, the newest among them", () => {
  const history = new History(state(0));
  const last = state(9999);
  for (let i = 1; i < 700; i++) {
    history.commit(state(i));
  }
  history.commit(last);
  assert.equal(history.current, last);
  let undone = 0;
  while (history.undo()) {
    undone++;
  }
  assert.equal(undone, 499);
});
