// Brush strokes on whole pixels: integer stamps joined by integer lines, no anti-aliasing.

import type { Point, Rectangle } from "../viewer/view.ts";
import type { Mask } from "./mask.ts";

export const smallestBrush = 1;
export const largestBrush = 400;

/** Rows of a round stamp: row `dy` covers columns [-half, half) for an even and [-half, half] for an odd diameter. */
export interface Stamp {
  readonly diameter: number;
  /** Leftmost column and one past the rightmost, by row from the top, relative to the stamp's origin. */
  readonly rows: readonly { readonly dy: number; readonly from: number; readonly to: number }[];
}

const stamps = new Map<number, Stamp>();

/** The pixels whose centres lie within diameter / 2 of the stamp's centre (a pixel's centre for odd, a corner for even). */
export function stampOf(diameter: number): Stamp {
  let stamp = stamps.get(diameter);
  if (!stamp) {
    const isOdd = diameter % 2 === 1;
    const centre = isOdd ? 0.5 : 0;
    const reach = Math.floor(diameter / 2);
    const rows: { dy: number; from: number; to: number }[] = [];
    for (let dy = -reach; dy < reach + (isOdd ? 1 : 0); dy++) {
      const y = dy + 0.5 - centre;
      const half = Math.sqrt(Math.max(0, (diameter * diameter) / 4 - y * y));
      // Centres at k + 0.5 - centre with |k + 0.5 - centre| <= half.
      const from = Math.ceil(-half - 0.5 + centre);
      const to = Math.floor(half - 0.5 + centre) + 1;
      if (to > from) {
        rows.push({ dy, from, to });
      }
    }
    stamp = { diameter, rows };
    stamps.set(diameter, stamp);
  }
  return stamp;
}

/** Where a stamp of this diameter is put for the cursor at `at` (image pixels): a pixel for odd, a corner for even. */
export function stampOrigin(diameter: number, at: Point): Point {
  return diameter % 2 === 1 ? { x: Math.floor(at.x), y: Math.floor(at.y) } : { x: Math.round(at.x), y: Math.round(at.y) };
}

/** Adds (or removes) the stamps along the line between two origins; returns the rectangle that may have changed. */
export function paintLine(mask: Mask, stamp: Stamp, from: Point, to: Point, inside: boolean): Rectangle {
  // Bresenham, so that the stamps touch whatever the speed of the hand.
  let { x, y } = from;
  const dx = Math.abs(to.x - x);
  const dy = -Math.abs(to.y - y);
  const stepX = x < to.x ? 1 : -1;
  const stepY = y < to.y ? 1 : -1;
  let error = dx + dy;
  for (;;) {
    for (const row of stamp.rows) {
      mask.setRow(y + row.dy, x + row.from, x + row.to, inside);
    }
    if (x === to.x && y === to.y) {
      break;
    }
    const twice = 2 * error;
    if (twice >= dy) {
      error += dy;
      x += stepX;
    }
    if (twice <= dx) {
      error += dx;
      y += stepY;
    }
  }
  const reach = Math.ceil(stamp.diameter / 2) + 1;
  const left = Math.min(from.x, to.x) - reach;
  const top = Math.min(from.y, to.y) - reach;
  return { x: left, y: top, width: Math.abs(to.x - from.x) + 2 * reach + 1, height: Math.abs(to.y - from.y) + 2 * reach + 1 };
}
