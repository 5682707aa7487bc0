import assert from "node:assert/strict";
import { test } from "node:test";
import { resized, wholePixels } from "./rectangles.ts";

const size = { width: 100, height: 50 };

test("a drag covers the pixels it touched, at least one, within the image", () => {
  assert.deepEqual(wholePixels({ x: 10.2, y: 5.9 }, { x: 20.1, y: 8 }, size), { x: 10, y: 5, width: 11, height: 3 });
  assert.deepEqual(wholePixels({ x: 20.1, y: 8 }, { x: 10.2, y: 5.9 }, size), { x: 10, y: 5, width: 11, height: 3 });
  assert.deepEqual(wholePixels({ x: 3.2, y: 3.2 }, { x: 3.3, y: 3.4 }, size), { x: 3, y: 3, width: 1, height: 1 });
  assert.deepEqual(wholePixels({ x: -40, y: -1 }, { x: 400, y: 400 }, size), { x: 0, y: 0, width: 100, height: 50 });
  assert.deepEqual(wholePixels({ x: 400, y: 400 }, { x: 500, y: 500 }, size), { x: 99, y: 49, width: 1, height: 1 });
});

test("each handle moves its own sides, through the box and out at the other side too", () => {
  const box = { x: 10, y: 10, width: 20, height: 10 };
  assert.deepEqual(resized(box, 0, { x: 5, y: 6 }, size), { x: 5, y: 6, width: 25, height: 14 });
  assert.deepEqual(resized(box, 1, { x: 99, y: 12 }, size), { x: 10, y: 12, width: 20, height: 8 });
  assert.deepEqual(resized(box, 3, { x: 40.4, y: 0 }, size), { x: 10, y: 10, width: 30, height: 10 });
  assert.deepEqual(resized(box, 4, { x: 31, y: 21 }, size), { x: 10, y: 10, width: 21, height: 11 });
  assert.deepEqual(resized(box, 7, { x: 35, y: 0 }, size), { x: 30, y: 10, width: 5, height: 10 });
  assert.deepEqual(resized(box, 5, { x: 0, y: 500 }, size), { x: 10, y: 10, width: 20, height: 40 });
});
