import assert from "node:assert/strict";
import { test } from "node:test";
import { Mask } from "./mask.ts";
import { paintLine, stampOf, stampOrigin } from "./brush.ts";

test("setRow sets exactly the pixels of the span", () => {
  for (const [from, to] of [[0, 1], [31, 33], [0, 32], [250, 260], [5, 5], [-3, 2], [290, 999]] as const) {
    const mask = new Mask(300, 2);
    mask.setRow(1, from, to, true);
    for (let x = 0; x < 300; x++) {
      assert.equal(mask.has(x, 1), x >= from && x < to);
      assert.equal(mask.has(x, 0), false);
    }
    mask.setRow(1, from, to, false);
    assert.ok(mask.isEmpty());
  }
});

test("a copy and its original do not see each other's changes", () => {
  const original = new Mask(600, 600);
  original.setRow(300, 100, 200, true);
  const copy = original.copy();
  copy.setRow(300, 150, 160, false);
  original.setRow(10, 0, 1, true);
  assert.equal(original.count(), 101);
  assert.equal(copy.count(), 90);
  const second = copy.copy();
  second.setRow(300, 0, 600, true);
  assert.equal(copy.count(), 90);
  assert.ok(!second.equals(copy));
});

test("bounds are tight across tiles and bit 31", () => {
  const mask = new Mask(1000, 800);
  assert.equal(mask.bounds(), null);
  mask.setRow(700, 31, 32, true);
  mask.setRow(255, 999, 1000, true);
  assert.deepEqual(mask.bounds(), { x: 31, y: 255, width: 969, height: 446 });
});

test("movedBy moves every pixel and cuts at the edge", () => {
  const mask = new Mask(600, 300);
  for (let y = 200; y < 300; y++) {
    mask.setRow(y, 250, 270, true);
  }
  const moved = mask.movedBy(-3, 7);
  assert.equal(moved.count(), 20 * 93);
  assert.deepEqual(moved.bounds(), { x: 247, y: 207, width: 20, height: 93 });
});

test("tiles go through the journal unchanged", () => {
  const mask = new Mask(513, 257);
  mask.setRow(256, 0, 513, true);
  mask.setRow(0, 77, 300, true);
  assert.ok(Mask.fromTiles(513, 257, structuredClone(mask.toTiles())).equals(mask));
});

test("a stamp holds the pixels whose centres lie within its radius", () => {
  const expected: Record<number, string[]> = {
    1: ["1"],
    2: ["11", "11"],
    3: ["111", "111", "111"],
    4: ["0110", "1111", "1111", "0110"],
    5: ["01110", "11111", "11111", "11111", "01110"],
  };
  for (const [diameter, rows] of Object.entries(expected)) {
    const d = Number(diameter);
    const mask = new Mask(20, 20);
    const origin = stampOrigin(d, { x: 10.4, y: 10.4 });
    assert.deepEqual(origin, { x: 10, y: 10 });
    paintLine(mask, stampOf(d), origin, origin, true);
    const reach = Math.floor(d / 2);
    const seen = Array.from({ length: d }, (_, y) => Array.from({ length: d }, (_, x) => (mask.has(10 - reach + x, 10 - reach + y) ? "1" : "0")).join(""));
    assert.deepEqual(seen, rows);
    assert.equal(mask.count(), rows.join("").replaceAll("0", "").length);
  }
});

test("large stamps agree with testing every pixel centre", () => {
  for (const d of [6, 7, 20, 33, 101]) {
    const mask = new Mask(300, 300);
    paintLine(mask, stampOf(d), { x: 150, y: 150 }, { x: 150, y: 150 }, true);
    const centre = d % 2 === 1 ? 150.5 : 150;
    for (let y = 90; y < 210; y++) {
      for (let x = 90; x < 210; x++) {
        const inside = (x + 0.5 - centre) ** 2 + (y + 0.5 - centre) ** 2 <= (d * d) / 4;
        assert.equal(mask.has(x, y), inside, `${d}: ${x}, ${y}`);
      }
    }
  }
});

test("a fast stroke leaves no gap, and its rectangle holds every pixel", () => {
  const mask = new Mask(400, 400);
  const changed = paintLine(mask, stampOf(1), { x: 10, y: 390 }, { x: 380, y: 20 }, true);
  assert.equal(mask.count(), 371);
  const bounds = mask.bounds()!;
  assert.ok(changed.x <= bounds.x && changed.y <= bounds.y);
  assert.ok(changed.x + changed.width >= bounds.x + bounds.width && changed.y + changed.height >= bounds.y + bounds.height);
});

test("erasing takes away exactly what was painted", () => {
  const mask = new Mask(400, 400);
  paintLine(mask, stampOf(40), { x: 100, y: 100 }, { x: 200, y: 150 }, true);
  const all = mask.count();
  paintLine(mask, stampOf(10), { x: 120, y: 120 }, { x: 120, y: 120 }, false);
  assert.ok(mask.count() < all && !mask.has(120, 120));
  paintLine(mask, stampOf(40), { x: 100, y: 100 }, { x: 200, y: 150 }, false);
  assert.ok(mask.isEmpty());
});
