// A line that is seen on every ground: black dashes on a wider white line. Whatever colour lies below, one of the two tones has a
// contrast of more than 4.5 : 1 to it (TruthOutlineTests in C# looks at every colour of the heatmaps).

import type { Frame } from "./imageSurface.ts";

export const twoTone = {
  light: "#ffffff",
  dark: "#000000",
  /** Css pixels, whatever the zoom. */
  lightWidth: 3,
  darkWidth: 1.5,
  dash: [6, 4],
} as const;

/** Strokes a path that is given in device pixels. */
export function strokeTwoTone(frame: Pick<Frame, "context" | "pixelRatio">, path: Path2D): void {
  const { context, pixelRatio } = frame;
  context.save();
  context.lineJoin = "round";
  context.lineWidth = twoTone.lightWidth * pixelRatio;
  context.strokeStyle = twoTone.light;
  context.stroke(path);
  context.lineWidth = twoTone.darkWidth * pixelRatio;
  context.strokeStyle = twoTone.dark;
  context.setLineDash(twoTone.dash.map((length) => length * pixelRatio));
  context.stroke(path);
  context.restore();
}
