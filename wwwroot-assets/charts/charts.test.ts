import assert from "node:assert/strict";
import { test } from "node:test";
import { toBins } from "./histogram.ts";
import { cumulativeShares } from "./pareto.ts";
import { equalF1, f1Of, nearestPoint } from "./precisionRecall.ts";

test("equalF1: every point has the F1 asked for and lies in the unit square", () => {
  for (const f1 of [0.2, 0.5, 0.95]) {
    for (const [recall, precision] of equalF1(f1)) {
      assert.ok(Math.abs(f1Of({ threshold: 0, precision, recall }) - f1) < 1e-12);
      assert.ok(recall <= 1 && precision <= 1 + 1e-12);
    }
  }
});

test("nearestPoint: takes the nearest in the plane, null without points", () => {
  const points = [
    { threshold: 0.1, precision: 0.5, recall: 1 },
    { threshold: 0.6, precision: 1, recall: 0.4 },
  ];
  assert.equal(nearestPoint(points, 0.5, 0.9)?.threshold, 0.6);
  assert.equal(nearestPoint([], 0.5, 0.9), null);
});

test("toBins: every score is counted once, edges go up, the largest into the last bin", () => {
  const bins = toBins([0, 0.5, 1], [0.25, 1], 4);
  assert.deepEqual(bins.good, [1, 0, 1, 1]);
  assert.deepEqual(bins.anomaly, [0, 1, 0, 1]);
});

test("toBins: one value only still makes bins", () => {
  const bins = toBins([2, 2], [], 10);
  assert.equal(bins.good.reduce((a, b) => a + b), 2);
});

test("cumulativeShares: ends at one; nothing at all stays at zero", () => {
  assert.deepEqual(cumulativeShares([6, 3, 1]), [0.6, 0.9, 1]);
  assert.deepEqual(cumulativeShares([0, 0]), [0, 0]);
});
