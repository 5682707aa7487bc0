import assert from "node:assert/strict";
import { test } from "node:test";
import { colourMap, contour, readNpy, valueAt, type AnomalyMap } from "./anomalyMap.ts";

function npy(height: number, width: number, values: number[]): ArrayBuffer {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${height}, ${width},), }`.padEnd(117) + "\n";
  const bytes = new Uint8Array(10 + header.length + 4 * values.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(new Uint8Array(new Float32Array(values).buffer), 10 + header.length);
  return bytes.buffer;
}

test("readNpy: shape and values as written; anything else is refused", () => {
  const map = readNpy(npy(2, 3, [1, 2, 3, 4, 5, 6]));
  assert.deepEqual([map.width, map.height, [...map.values]], [3, 2, [1, 2, 3, 4, 5, 6]]);
  assert.throws(() => readNpy(new ArrayBuffer(64)));
});

test("valueAt: the pixel that covers the point, nothing outside", () => {
  const map = readNpy(npy(2, 2, [1, 2, 3, 4]));
  assert.equal(valueAt(map, { x: 0.49, y: 0.49 }), 1);
  assert.equal(valueAt(map, { x: 0.99, y: 0.51 }), 4);
  assert.equal(valueAt(map, { x: 1, y: 0 }), null);
  assert.equal(valueAt(map, { x: -0.01, y: 0 }), null);
});

test("colourMap: the same value has the same colour whatever else the map holds", () => {
  const colours = Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3));
  const of = (values: number[]): number[] => [...colourMap({ width: values.length, height: 1, values: Float32Array.from(values) }, colours, 0.5)];
  assert.deepEqual(of([0.25, 0.1]).slice(0, 4), of([0.25, 0.9]).slice(0, 4));
  assert.deepEqual(of([2]), [255, 255, 255, 255]);
  assert.equal(of([0])[3], 0);
});

test("contour: a disc's outline lies on the circle and is closed", () => {
  const side = 41;
  const values = Float32Array.from({ length: side * side }, (_, i) => 10 - Math.hypot((i % side) - 20, Math.floor(i / side) - 20));
  const map: AnomalyMap = { width: side, height: side, values };
  const segments = contour(map, 0);
  assert.ok(segments.length > 40);
  const ends = new Map<string, number>();
  for (const [x1, y1, x2, y2] of segments) {
    for (const [x, y] of [[x1, y1], [x2, y2]] as const) {
      const radius = Math.hypot(x * side - 20.5, y * side - 20.5);
      assert.ok(Math.abs(radius - 10) < 0.1, `radius ${radius}`);
      const key = `${x.toFixed(6)} ${y.toFixed(6)}`;
      ends.set(key, (ends.get(key) ?? 0) + 1);
    }
  }
  assert.ok([...ends.values()].every((n) => n % 2 === 0));
});

test("contour: nothing to draw where no value or every value is above", () => {
  const map: AnomalyMap = { width: 4, height: 4, values: new Float32Array(16).fill(1) };
  assert.equal(contour(map, 2).length, 0);
  assert.equal(contour(map, 0.5).length, 0);
});
