import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnomalyMap } from "./anomalyMap.ts";
import { hotRegionAt, hotRegions } from "./hotRegions.ts";

const rows = [
  [0.1, 0.1, 0.1, 0.9],
  [0.6, 0.1, 0.1, 0.1],
  [0.1, 0.7, 0.1, 0.1],
  [0.1, 0.1, 0.1, 0.1],
];
const map: AnomalyMap = { width: 4, height: 4, values: Float32Array.from(rows.flat()) };

test("hotRegions: diagonal neighbours are one region, the hottest comes first", () => {
  const [first, second, ...others] = hotRegions(map, 0.5);
  assert.deepEqual(first?.box, { x: 0.75, y: 0, width: 0.25, height: 0.25 });
  assert.deepEqual(second?.box, { x: 0, y: 0.25, width: 0.5, height: 0.5 });
  assert.deepEqual(second?.point, { x: 0.375, y: 0.625 });
  assert.equal(others.length, 0);
});

test("hotRegionAt: the region under the point, nothing where the map is cold or outside", () => {
  assert.deepEqual(hotRegionAt(map, 0.5, { x: 0.1, y: 0.3 })?.box, { x: 0, y: 0.25, width: 0.5, height: 0.5 });
  assert.equal(hotRegionAt(map, 0.5, { x: 0.6, y: 0.9 }), null);
  assert.equal(hotRegionAt(map, 0.5, { x: 1.2, y: 0 }), null);
});

test("hotRegions: a map without anything hot has none", () => {
  assert.deepEqual(hotRegions(map, 2), []);
});
