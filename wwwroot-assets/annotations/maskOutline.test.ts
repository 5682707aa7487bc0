import assert from "node:assert/strict";
import { test } from "node:test";
import type { Point } from "../viewer/view.ts";
import { Mask } from "./mask.ts";
import { maskOutline } from "./maskOutline.ts";

function maskOf(...rows: readonly string[]): Mask {
  const mask = new Mask(rows[0]!.length, rows.length);
  rows.forEach((row, y) => [...row].forEach((pixel, x) => pixel === "#" && mask.setRow(y, x, x + 1, true)));
  return mask;
}

/** By the even-odd rule: how many vertical edges lie left of the middle of the pixel. */
function isInside(loops: readonly (readonly Point[])[], x: number, y: number): boolean {
  let crossings = 0;
  for (const loop of loops) {
    loop.forEach((a, i) => {
      const b = loop[(i + 1) % loop.length]!;
      if (a.x === b.x && a.x <= x && Math.min(a.y, b.y) <= y && Math.max(a.y, b.y) > y) {
        crossings++;
      }
    });
  }
  return crossings % 2 === 1;
}

test("one pixel is a square, and a square has four corners", () => {
  assert.deepEqual(maskOutline(maskOf("...", ".#.", "...")).map((loop) => loop.length), [4]);
  assert.deepEqual(maskOutline(maskOf("###", "###", "###")).map((loop) => loop.length), [4]);
  assert.deepEqual(maskOutline(maskOf("...")), []);
});

test("a hole is a loop of its own", () => {
  assert.equal(maskOutline(maskOf("####", "#..#", "####")).length, 2);
});

test("filled again, the outline of any mask is the mask, across its tiles too", () => {
  let seed = 7;
  const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (const [width, height, share] of [[9, 7, 0.5], [12, 12, 0.2], [40, 30, 0.7], [300, 270, 0.5]] as const) {
    const mask = new Mask(width, height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (random() < share) {
          mask.setRow(y, x, x + 1 + Math.floor(random() * 3), true);
        }
      }
    }
    const loops = maskOutline(mask);
    const step = width > 100 ? 7 : 1;
    for (let y = 0; y < height; y += step) {
      for (let x = 0; x < width; x += step) {
        assert.equal(isInside(loops, x, y), mask.has(x, y), `${width} x ${height}: ${x}, ${y}`);
      }
    }
    // Lines along the pixels' edges only, each turning at its corners.
    for (const loop of loops) {
      loop.forEach((a, i) => {
        const b = loop[(i + 1) % loop.length]!;
        assert.ok((a.x === b.x) !== (a.y === b.y));
      });
    }
  }
});
