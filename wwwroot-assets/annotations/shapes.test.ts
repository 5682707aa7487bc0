import assert from "node:assert/strict";
import { test } from "node:test";
import sample from "../contracts/imageGroundTruth.json";
import { boundsOf, hits, movedBy, readAnnotation, sameAnnotation, writeAnnotation, type ImageDocument, type Shape } from "./shapes.ts";

const document = sample as unknown as ImageDocument;

test("the sample document that C# is held to survives reading and writing", () => {
  const annotation = readAnnotation(document);
  assert.equal(annotation.shapes.length, 4);
  assert.deepEqual(writeAnnotation(annotation, document), document);
  assert.ok(sameAnnotation(annotation, readAnnotation(structuredClone(document))));
});

test("an unknown kind is not silently dropped", () => {
  const changed = structuredClone(document);
  changed.shapes[0]!.kind = "circle";
  assert.throws(() => readAnnotation(changed), /s1/);
});

test("hits respects the geometry of each kind", () => {
  const [box, polygon, ellipse, mask] = readAnnotation(document).shapes as [Shape, Shape, Shape, Shape];
  assert.ok(hits(box, { x: 1.5, y: 2.9 }, 0) && !hits(box, { x: 0.9, y: 1 }, 0) && hits(box, { x: 0.9, y: 1 }, 0.2));
  assert.ok(hits(polygon, { x: 3, y: 1 }, 0) && !hits(polygon, { x: 0.5, y: 2 }, 0));
  assert.ok(hits(ellipse, { x: 1.75, y: 1.5 }, 0) && !hits(ellipse, { x: 0.3, y: 0.6 }, 0));
  assert.ok(hits(mask, { x: 1.5, y: 1.5 }, 0) && !hits(mask, { x: 0.5, y: 0.5 }, 0));
});

test("moving stops at the image's edge and marks a model's proposal as edited", () => {
  const [box, , ellipse, mask] = readAnnotation(document).shapes as [Shape, Shape, Shape, Shape];
  assert.deepEqual(boundsOf(movedBy(box, 100, -100, 4, 3)), { x: 2, y: 0, width: 2, height: 3 });
  assert.deepEqual(boundsOf(movedBy(mask, 1, -9, 4, 3)), { x: 2, y: 0, width: 2, height: 2 });
  assert.equal(movedBy(ellipse, 0.5, 0, 4, 3).provenance, "edited");
  assert.equal(movedBy(box, 1, 0, 4, 3).provenance, "human");
});
