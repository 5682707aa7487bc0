// An anomaly map in the browser: reading, colouring on a fixed scale, values under a point, contour lines.
// Frame: the map covers the whole image; its pixel (x, y) covers [x, x+1) x [y, y+1) of a width x height grid.

import type { Point } from "../viewer/view.ts";

export interface AnomalyMap {
  readonly width: number;
  readonly height: number;
  /** Row-major. */
  readonly values: Float32Array;
}

/** Reads a .npy file of float32, C order, two dimensions. */
export function readNpy(buffer: ArrayBuffer): AnomalyMap {
  const view = new DataView(buffer);
  const magic = String.fromCharCode(...new Uint8Array(buffer, 1, 5));
  if (view.getUint8(0) !== 0x93 || magic !== "NUMPY") {
    throw new Error("not a .npy file");
  }
  const isFirst = view.getUint8(6) === 1;
  const length = isFirst ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = isFirst ? 10 : 12;
  const header = new TextDecoder("latin1").decode(new Uint8Array(buffer, start, length));
  const shape = /'shape': \((\d+), (\d+),?\)/.exec(header);
  if (!shape || !header.includes("'<f4'") || !header.includes("'fortran_order': False")) {
    throw new Error(`a .npy file of another kind: ${header.trim()}`);
  }
  const height = Number(shape[1]);
  const width = Number(shape[2]);
  return { width, height, values: new Float32Array(buffer.slice(start + length, start + length + 4 * width * height)) };
}

/**
 * RGBA pixels on the scale 0 to `high`, the same for every image that is shown with it. `colours` are 256 x RGB.
 * Values below a quarter of the scale fade in, so that sound regions stay clear.
 */
export function colourMap(map: AnomalyMap, colours: Uint8Array, high: number): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(map.values.length * 4);
  map.values.forEach((value, i) => {
    const share = Math.min(1, Math.max(0, value / high));
    const colour = Math.round(share * 255) * 3;
    pixels[4 * i] = colours[colour]!;
    pixels[4 * i + 1] = colours[colour + 1]!;
    pixels[4 * i + 2] = colours[colour + 2]!;
    pixels[4 * i + 3] = Math.min(1, share * 4) * 255;
  });
  return pixels;
}

/** The raw value at a point given in shares of the image (0 to 1), null outside. */
export function valueAt(map: AnomalyMap, at: Point): number | null {
  const x = Math.floor(at.x * map.width);
  const y = Math.floor(at.y * map.height);
  return x >= 0 && y >= 0 && x < map.width && y < map.height ? map.values[y * map.width + x]! : null;
}

/** A piece of a contour, in shares of the image. */
export type Segment = readonly [number, number, number, number];

/** Where the map crosses `level`: marching squares between the centres of its pixels. */
export function contour(map: AnomalyMap, level: number): Segment[] {
  const { width, height, values } = map;
  const segments: Segment[] = [];
  const value = (x: number, y: number): number => values[y * width + x]!;
  for (let y = 0; y + 1 < height; y++) {
    for (let x = 0; x + 1 < width; x++) {
      const [a, b, c, d] = [value(x, y), value(x + 1, y), value(x + 1, y + 1), value(x, y + 1)];
      const kind = (a >= level ? 8 : 0) | (b >= level ? 4 : 0) | (c >= level ? 2 : 0) | (d >= level ? 1 : 0);
      if (kind === 0 || kind === 15) {
        continue;
      }
      const between = (p: number, q: number): number => (level - p) / (q - p);
      const top: Point = { x: x + between(a, b), y };
      const right: Point = { x: x + 1, y: y + between(b, c) };
      const bottom: Point = { x: x + between(d, c), y: y + 1 };
      const left: Point = { x, y: y + between(a, d) };
      const add = (p: Point, q: Point): void => {
        segments.push([(p.x + 0.5) / width, (p.y + 0.5) / height, (q.x + 0.5) / width, (q.y + 0.5) / height]);
      };
      switch (kind) {
        case 1: case 14: add(left, bottom); break;
        case 2: case 13: add(bottom, right); break;
        case 3: case 12: add(left, right); break;
        case 4: case 11: add(top, right); break;
        case 6: case 9: add(top, bottom); break;
        case 7: case 8: add(left, top); break;
        case 5: add(left, top); add(bottom, right); break;
        case 10: add(left, bottom); add(top, right); break;
      }
    }
  }
  return segments;
}
