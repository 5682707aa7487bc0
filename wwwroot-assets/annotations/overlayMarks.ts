// What tools draw above the image while they are at work.

import type { Frame } from "../viewer/imageSurface.ts";
import type { Point } from "../viewer/view.ts";

/** A rubber band that shows on light and dark ground. */
export function strokeBand(frame: Frame, path: Path2D, color: string): void {
  const { context, pixelRatio } = frame;
  context.globalAlpha = 0.18;
  context.fillStyle = color;
  context.fill(path, "evenodd");
  context.globalAlpha = 1;
  context.lineWidth = 3.5 * pixelRatio;
  context.strokeStyle = "rgb(0 0 0 / 60%)";
  context.stroke(path);
  context.lineWidth = 1.75 * pixelRatio;
  context.strokeStyle = color;
  context.stroke(path);
}

/** A short text beside the pointer. */
export function drawNote(frame: Frame, text: string, at: Point): void {
  const { context, pixelRatio } = frame;
  context.font = `600 ${12 * pixelRatio}px Pretendard, sans-serif`;
  const width = context.measureText(text).width + 12 * pixelRatio;
  const height = 20 * pixelRatio;
  const x = Math.min(at.x + 10 * pixelRatio, context.canvas.width - width);
  const y = Math.min(at.y + 10 * pixelRatio, context.canvas.height - height);
  context.fillStyle = "rgb(11 15 20 / 85%)";
  context.fillRect(x, y, width, height);
  context.fillStyle = "#ffffff";
  context.textBaseline = "middle";
  context.fillText(text, x + 6 * pixelRatio, y + height / 2);
}
