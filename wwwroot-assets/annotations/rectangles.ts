// From where the pointer is to coordinates that are stored.

import type { Point, Rectangle } from "../viewer/view.ts";

/** Eighths of a pixel: exact in binary, finer than anyone can aim. */
export function snapped(value: number, side: number): number {
  return Math.min(side, Math.max(0, Math.round(value * 8) / 8));
}

/** The whole pixels between two corners; at least one. */
export function wholePixels(a: Point, b: Point, size: { readonly width: number; readonly height: number }): Rectangle {
  const span = (p: number, q: number, side: number): [number, number] => {
    const from = Math.min(side - 1, Math.max(0, Math.floor(Math.min(p, q))));
    const to = Math.min(side, Math.max(from + 1, Math.ceil(Math.max(p, q))));
    return [from, to - from];
  };
  const [x, width] = span(a.x, b.x, size.width);
  const [y, height] = span(a.y, b.y, size.height);
  return { x, y, width, height };
}

/** The rectangle after its handle (as numbered by `handlesOf`) was dragged to `to`; whole pixels, at least one. */
export function resized(box: Rectangle, handle: number, to: Point, size: { readonly width: number; readonly height: number }): Rectangle {
  const left = handle === 0 || handle === 6 || handle === 7;
  const right = handle === 2 || handle === 3 || handle === 4;
  const top = handle <= 2;
  const bottom = handle >= 4 && handle <= 6;
  const x = Math.round(to.x);
  const y = Math.round(to.y);
  const fixed = { x: left ? box.x + box.width : box.x, y: top ? box.y + box.height : box.y };
  const moving = { x: left || right ? x : box.x + box.width, y: top || bottom ? y : box.y + box.height };
  return wholePixels(fixed, moving, size);
}
