// The border of a mask as closed lines along the edges of its pixels, holes included.

import type { Point } from "../viewer/view.ts";
import type { Mask } from "./mask.ts";

type Run = readonly [from: number, to: number];

/** Closed loops of corners in image pixels; filled by the even-odd rule they are the mask. */
export function maskOutline(mask: Mask): readonly (readonly Point[])[] {
  const next = edgesOf(mask);
  const stride = mask.width + 1;
  const loops: Point[][] = [];
  for (const [first, ends] of next) {
    while (ends.length > 0) {
      const corners: number[] = [];
      let at = first;
      do {
        corners.push(at);
        at = next.get(at)!.pop()!;
      } while (at !== first || corners.length === 0);
      loops.push(straightened(corners, stride));
    }
  }
  return loops;
}

/** From every corner on the border to those that an edge leads to, with the mask on the right; corners are y (width + 1) + x. */
function edgesOf(mask: Mask): Map<number, number[]> {
  const stride = mask.width + 1;
  const next = new Map<number, number[]>();
  const add = (fromX: number, fromY: number, toX: number, toY: number): void => {
    const from = fromY * stride + fromX;
    const ends = next.get(from);
    if (ends) {
      ends.push(toY * stride + toX);
    } else {
      next.set(from, [toY * stride + toX]);
    }
  };
  const rows = rowsOf(mask);
  for (const [y, runs] of rows) {
    for (const [from, to] of runs) {
      add(from, y + 1, from, y);
      add(to, y, to, y + 1);
    }
    for (const [from, to] of outside(runs, rows.get(y - 1) ?? [])) {
      add(from, y, to, y);
    }
    for (const [from, to] of outside(runs, rows.get(y + 1) ?? [])) {
      add(to, y + 1, from, y + 1);
    }
  }
  return next;
}

/** Runs of each row from left to right; runs that touch are one. */
function rowsOf(mask: Mask): ReadonlyMap<number, readonly Run[]> {
  const rows = new Map<number, [number, number][]>();
  mask.forEachRun((y, from, to) => {
    const runs = rows.get(y);
    if (runs) {
      runs.push([from, to]);
    } else {
      rows.set(y, [[from, to]]);
    }
  });
  for (const runs of rows.values()) {
    runs.sort((a, b) => a[0] - b[0]);
    let kept = 0;
    for (const run of runs) {
      const last = runs[kept - 1];
      if (last && last[1] === run[0]) {
        last[1] = run[1];
      } else {
        runs[kept++] = run;
      }
    }
    runs.length = kept;
  }
  return rows;
}

/** The parts of `runs` that `others` leave free. */
function outside(runs: readonly Run[], others: readonly Run[]): Run[] {
  const free: Run[] = [];
  let i = 0;
  for (const [from, to] of runs) {
    let at = from;
    while (i < others.length && others[i]![1] <= at) {
      i++;
    }
    for (let j = i; j < others.length && others[j]![0] < to; j++) {
      if (others[j]![0] > at) {
        free.push([at, others[j]![0]]);
      }
      at = Math.max(at, others[j]![1]);
    }
    if (at < to) {
      free.push([at, to]);
    }
  }
  return free;
}

/** Without the corners between edges of one direction. */
function straightened(corners: readonly number[], stride: number): Point[] {
  const points = corners.map((corner) => ({ x: corner % stride, y: Math.floor(corner / stride) }));
  return points.filter((point, i) => {
    const before = points[(i + points.length - 1) % points.length]!;
    const after = points[(i + 1) % points.length]!;
    return (point.x - before.x) * (after.y - point.y) !== (point.y - before.y) * (after.x - point.x);
  });
}
