import { equal, deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { fits, scaledBy, toAreaDocument, toImageDocument, type AreaDocument } from "./areaDocument.ts";
import { readAnnotation, writeAnnotation } from "./shapes.ts";

const area: AreaDocument = {
  schema: "adclip.inspection-regions",
  version: 1,
  width: 400,
  height: 300,
  regions: [
    { id: "a", use: "include", kind: "box", box: [20.25, 30, 250, 200] },
    { id: "b", use: "ignore", kind: "polygon", points: [[1, 2], [30, 4], [5, 60]] },
  ],
};

test("a document goes through the annotation and back unchanged", () => {
  const document = toImageDocument(area, { width: 9, height: 9 });
  deepEqual(toAreaDocument(writeAnnotation(readAnnotation(document), document)), area);
});

test("an empty document takes the size of the image that is looked at", () => {
  const document = toImageDocument({ ...area, width: 0, height: 0, regions: [] }, { width: 64, height: 48 });
  deepEqual([document.width, document.height], [64, 48]);
});

test("regions fit an image whose proportions differ by at most 2 %", () => {
  for (const [width, height, expected] of [
    [400, 300, true],
    [4000, 3000, true],
    [408, 300, true],
    [409, 300, false],
    [391, 300, false],
    [300, 400, false],
  ] as const) {
    equal(fits(area, { width, height }), expected, `${width} x ${height}`);
  }
});

test("scaling there and back gives the shapes again", () => {
  const shapes = readAnnotation(toImageDocument(area, area)).shapes;
  deepEqual(scaledBy(scaledBy(shapes, 2, 4), 0.5, 0.25), shapes);
});
