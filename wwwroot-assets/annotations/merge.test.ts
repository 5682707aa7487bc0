import assert from "node:assert/strict";
import { test } from "node:test";
import { merge } from "./merge.ts";
import type { Annotation, BoxShape, ImageLabel } from "./shapes.ts";

const box = (id: string, x: number): BoxShape => ({
  id,
  kind: "box",
  className: "dent",
  provenance: "human",
  extra: {},
  box: { x, y: 0, width: 1, height: 1 },
});
const of = (label: ImageLabel, ...shapes: BoxShape[]): Annotation => ({ label, shapes });
const ids = (annotation: Annotation): string[] => annotation.shapes.map((shape) => shape.id);
const newId = (): string => "new";

test("additions of both sides are kept", () => {
  const merged = merge(of("anomaly", box("a", 0)), of("anomaly", box("a", 0), box("m", 1)), of("anomaly", box("a", 0), box("t", 2)), newId);
  assert.deepEqual(ids(merged.annotation), ["a", "t", "m"]);
  assert.equal(merged.keptBoth + merged.keptDeleted, 0);
});

test("edits and deletions of one side are taken over", () => {
  const merged = merge(
    of("anomaly", box("a", 0), box("b", 0), box("c", 0)),
    of("anomaly", box("a", 5), box("c", 0)),
    of("anomaly", box("a", 0), box("b", 0), box("c", 7)),
    newId,
  );
  assert.deepEqual(merged.annotation.shapes, [box("a", 5), box("c", 7)]);
});

test("the same shape changed on both sides is kept twice", () => {
  const merged = merge(of("anomaly", box("a", 0)), of("anomaly", box("a", 1)), of("anomaly", box("a", 2)), newId);
  assert.deepEqual(merged.annotation.shapes, [box("a", 2), box("new", 1)]);
  assert.equal(merged.keptBoth, 1);
});

test("the same change on both sides is one change", () => {
  const merged = merge(of("anomaly", box("a", 0)), of("anomaly", box("a", 1)), of("anomaly", box("a", 1)), newId);
  assert.deepEqual(merged.annotation.shapes, [box("a", 1)]);
  assert.equal(merged.keptBoth, 0);
});

test("what one deleted and the other changed stays", () => {
  const base = of("anomaly", box("a", 0), box("b", 0));
  const merged = merge(base, of("anomaly", box("b", 3)), of("anomaly", box("a", 2)), newId);
  assert.deepEqual(ids(merged.annotation).sort(), ["a", "b"]);
  assert.equal(merged.keptDeleted, 2);
});

test("a disputed label becomes anomaly, an undisputed one is taken over", () => {
  assert.deepEqual(merge(of(null), of("good"), of("anomaly"), newId).annotation.label, "anomaly");
  assert.ok(merge(of(null), of("good"), of("anomaly"), newId).labelDisputed);
  assert.equal(merge(of(null), of("good"), of(null), newId).annotation.label, "good");
  assert.equal(merge(of("good"), of("good"), of(null), newId).annotation.label, null);
});

test("an image with shapes is never merged to good", () => {
  const merged = merge(of(null), of("good"), of(null, box("t", 1)), newId);
  assert.equal(merged.annotation.label, "anomaly");
  assert.ok(merged.labelDisputed);
});
