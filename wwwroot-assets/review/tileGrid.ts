// The outlines of the tiles that an image was cut into: solid where a tile begins, dashed where it ends.

import type { Frame } from "../viewer/imageSurface.ts";

/** Twin of TileGrid in ResultViewInterop.cs. Pixels of the stored image. */
export interface TileGrid {
  readonly lefts: readonly number[];
  readonly tops: readonly number[];
  readonly width: number;
  readonly height: number;
}

// Tiles that are this far apart on the screen can be told from each other at a glance.
const roomyPixels = 40;

/** How far apart tiles begin. */
function stepOf(starts: readonly number[], side: number): number {
  return starts.length > 1 ? (starts[1] ?? side) - (starts[0] ?? 0) : side;
}

/** The lines of one direction: where tiles begin, and where they end. */
export function edges(starts: readonly number[], side: number): { readonly begins: readonly number[]; readonly ends: readonly number[] } {
  const begins = new Set(starts);
  return { begins: starts, ends: starts.map((start) => start + side).filter((end) => !begins.has(end)) };
}

export function drawTileGrid(frame: Frame, grid: TileGrid): void {
  const columns = edges(grid.lefts, grid.width);
  const rows = edges(grid.tops, grid.height);
  const right = Math.max(...columns.begins, ...columns.ends);
  const bottom = Math.max(...rows.begins, ...rows.ends);
  const path = (xs: readonly number[], ys: readonly number[]): Path2D => {
    const lines = new Path2D();
    const line = (x1: number, y1: number, x2: number, y2: number): void => {
      const from = frame.place(x1, y1);
      const to = frame.place(x2, y2);
      lines.moveTo(from.x, from.y);
      lines.lineTo(to.x, to.y);
    };
    xs.forEach((x) => line(x, 0, x, bottom));
    ys.forEach((y) => line(0, y, right, y));
    return lines;
  };
  const { context, pixelRatio } = frame;
  // Thousands of tiles in view would hide the image: the denser, the fainter, and where they end is told only when there is room.
  const step = Math.min(stepOf(grid.lefts, grid.width), stepOf(grid.tops, grid.height));
  const spacing = (frame.place(step, 0).x - frame.place(0, 0).x) / pixelRatio;
  const strength = Math.min(1, Math.max(0.25, spacing / roomyPixels));
  const stroke = (lines: Path2D): void => {
    context.lineWidth = 2.5 * pixelRatio;
    context.strokeStyle = `rgb(0 0 0 / ${45 * strength}%)`;
    context.stroke(lines);
    context.lineWidth = pixelRatio;
    context.strokeStyle = `rgb(255 255 255 / ${85 * strength}%)`;
    context.stroke(lines);
  };
  stroke(path(columns.begins, rows.begins));
  if (spacing < roomyPixels) {
    return;
  }
  context.setLineDash([5 * pixelRatio, 4 * pixelRatio]);
  stroke(path(columns.ends, rows.ends));
  context.setLineDash([]);
}
