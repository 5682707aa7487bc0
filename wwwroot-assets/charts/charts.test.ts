import assert from "node:assert/strict";
import { test } from "node:test";
import { placeOf, rangeOf, runsOf } from "./errorBars.ts";
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

const stageData = {
  steps: ["0+4", "0+10", "10+4", "10+10"],
  groups: [0, 0, 1, 1],
  lines: [{ name: "bank", points: [{ mean: 70, deviation: 5 }, { mean: 72, deviation: null }, { mean: 71, deviation: 1 }, null] }],
  stepName: "",
  valueName: "",
  isPercent: true,
};

test("runsOf: a line is broken between groups and leaves out what has no value", () => {
  assert.deepEqual(runsOf(stageData, 0), [[0, 1], [2]]);
});

test("rangeOf: holds every bar, and never goes beyond what a percentage can be", () => {
  const [low, high] = rangeOf(stageData);
  assert.ok(low < 65 && high > 75);
  assert.equal(rangeOf({ ...stageData, lines: [{ name: "", points: [{ mean: 99, deviation: 4 }] }] })[1], 100);
});

test("placeOf: lines of a step stand side by side, nearest to their own step", () => {
  assert.equal(placeOf(2, 0, 1), 2);
  assert.ok(placeOf(2, 0, 3) < placeOf(2, 1, 3) && Math.round(placeOf(2, 2, 3)) === 2);
});
