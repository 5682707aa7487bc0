// Boxes, ellipses and polygons, their handles and names; drawn above the image, culled to what is visible.

import type { Frame, Layer } from "../viewer/imageSurface.ts";
import type { Point, Rectangle } from "../viewer/view.ts";
import { boundsOf, type Shape } from "./shapes.ts";

const mostNames = 60;
const gridFromScale = 16;

export interface ShapeScene {
  readonly shapes: readonly Shape[];
  readonly selectedId: string | null;
  readonly hoveredId: string | null;
  readonly isVisible: boolean;
  readonly opacity: number;
  readonly size: { readonly width: number; readonly height: number };
  colorOf(className: string): string;
}

export class ShapeLayer implements Layer {
  private readonly scene: () => ShapeScene;

  constructor(scene: () => ShapeScene) {
    this.scene = scene;
  }

  draw(frame: Frame): void {
    const scene = this.scene();
    drawPixelGrid(frame, scene.size);
    if (!scene.isVisible) {
      return;
    }
    const visible = scene.shapes.filter((shape) => touches(boundsOf(shape), frame.visible));
    const byColor = new Map<string, Shape[]>();
    for (const shape of visible) {
      if (shape.kind !== "mask" && shape.id !== scene.selectedId) {
        const key = `${scene.colorOf(shape.className)}${shape.provenance === "model" ? "?" : ""}`;
        const group = byColor.get(key);
        if (group) {
          group.push(shape);
        } else {
          byColor.set(key, [shape]);
        }
      }
    }
    for (const [key, shapes] of byColor) {
      drawOutlines(frame, shapes, key.slice(0, 7), key.endsWith("?"), scene.opacity, 1.75);
    }
    const selected = visible.find((shape) => shape.id === scene.selectedId);
    if (selected) {
      drawSelected(frame, selected, scene.colorOf(selected.className), scene.opacity);
    }
    if (visible.length <= mostNames) {
      for (const shape of visible) {
        drawName(frame, shape, scene.colorOf(shape.className));
      }
    } else {
      const named = visible.filter((shape) => shape.id === scene.selectedId || shape.id === scene.hoveredId);
      for (const shape of named) {
        drawName(frame, shape, scene.colorOf(shape.className));
      }
    }
  }
}

function touches(a: Rectangle, b: Rectangle): boolean {
  return a.x <= b.x + b.width && a.y <= b.y + b.height && a.x + a.width >= b.x && a.y + a.height >= b.y;
}

export function addPath(path: Path2D, shape: Shape, frame: Pick<Frame, "place">): void {
  if (shape.kind === "polygon") {
    addPolygon(path, shape.points, frame);
    return;
  }
  const bounds = boundsOf(shape);
  const a = frame.place(bounds.x, bounds.y);
  const b = frame.place(bounds.x + bounds.width, bounds.y + bounds.height);
  if (shape.kind === "ellipse") {
    path.moveTo(b.x, (a.y + b.y) / 2);
    path.ellipse((a.x + b.x) / 2, (a.y + b.y) / 2, (b.x - a.x) / 2, (b.y - a.y) / 2, 0, 0, 2 * Math.PI);
  } else {
    path.rect(a.x, a.y, b.x - a.x, b.y - a.y);
  }
}

export function addPolygon(path: Path2D, points: readonly Point[], frame: Pick<Frame, "place">): void {
  points.forEach((point, i) => {
    const at = frame.place(point.x, point.y);
    if (i === 0) {
      path.moveTo(at.x, at.y);
    } else {
      path.lineTo(at.x, at.y);
    }
  });
  path.closePath();
}

function drawOutlines(frame: Frame, shapes: readonly Shape[], color: string, isDashed: boolean, opacity: number, width: number): void {
  const path = new Path2D();
  for (const shape of shapes) {
    addPath(path, shape, frame);
  }
  const { context, pixelRatio } = frame;
  if (shapes.length <= 200) {
    context.globalAlpha = opacity * 0.16;
    context.fillStyle = color;
    context.fill(path, "evenodd");
    context.globalAlpha = 1;
    // A dark rim keeps the line visible on a ground of its own colour.
    context.lineWidth = (width + 1.5) * pixelRatio;
    context.strokeStyle = "rgb(0 0 0 / 55%)";
    context.stroke(path);
  }
  context.globalAlpha = 1;
  context.setLineDash(isDashed ? [6 * pixelRatio, 4 * pixelRatio] : []);
  context.lineWidth = width * pixelRatio;
  context.strokeStyle = color;
  context.stroke(path);
  context.setLineDash([]);
}

function drawSelected(frame: Frame, shape: Shape, color: string, opacity: number): void {
  const { context, pixelRatio } = frame;
  if (shape.kind === "mask") {
    const bounds = boundsOf(shape);
    const a = frame.place(bounds.x, bounds.y);
    const b = frame.place(bounds.x + bounds.width, bounds.y + bounds.height);
    const gap = 4 * pixelRatio;
    context.setLineDash([5 * pixelRatio, 4 * pixelRatio]);
    context.lineWidth = pixelRatio;
    context.strokeStyle = "#ffffff";
    context.strokeRect(a.x - gap, a.y - gap, b.x - a.x + 2 * gap, b.y - a.y + 2 * gap);
    context.setLineDash([]);
    return;
  }
  drawOutlines(frame, [shape], color, false, Math.min(1, opacity * 1.6), 2.5);
  const side = 8 * pixelRatio;
  for (const handle of handlesOf(shape)) {
    const at = frame.place(handle.x, handle.y);
    context.fillStyle = "#ffffff";
    context.fillRect(at.x - side / 2, at.y - side / 2, side, side);
    context.lineWidth = 1.5 * pixelRatio;
    context.strokeStyle = "#0b0f14";
    context.strokeRect(at.x - side / 2, at.y - side / 2, side, side);
  }
}

export function drawName(frame: Frame, shape: Shape, color: string): void {
  const { context, pixelRatio } = frame;
  const bounds = boundsOf(shape);
  const at = frame.place(bounds.x, bounds.y);
  const height = 18 * pixelRatio;
  const gap = (shape.kind === "mask" ? 6 : 3) * pixelRatio;
  context.font = `600 ${11.5 * pixelRatio}px Pretendard, "Noto Sans KR", "Noto Sans CJK KR", sans-serif`;
  const width = context.measureText(shape.className).width + 10 * pixelRatio;
  const x = Math.max(0, at.x);
  const y = Math.max(0, at.y - height - gap);
  context.fillStyle = color;
  context.beginPath();
  context.roundRect(x, y, width, height, 3 * pixelRatio);
  context.fill();
  context.fillStyle = isLight(color) ? "#0b0f14" : "#ffffff";
  context.textBaseline = "middle";
  context.fillText(shape.className, x + 5 * pixelRatio, y + height / 2 + 0.5 * pixelRatio);
}

/** Lines between the pixels, once they are large. */
export function drawPixelGrid(frame: Frame, size: { readonly width: number; readonly height: number }): void {
  if (frame.scale < gridFromScale * frame.pixelRatio) {
    return;
  }
  const { context, visible } = frame;
  const left = Math.max(0, Math.floor(visible.x));
  const top = Math.max(0, Math.floor(visible.y));
  const right = Math.min(size.width, Math.ceil(visible.x + visible.width));
  const bottom = Math.min(size.height, Math.ceil(visible.y + visible.height));
  context.beginPath();
  for (let x = left; x <= right; x++) {
    const at = Math.round(frame.place(x, 0).x) + 0.5;
    context.moveTo(at, frame.place(0, top).y);
    context.lineTo(at, frame.place(0, bottom).y);
  }
  for (let y = top; y <= bottom; y++) {
    const at = Math.round(frame.place(0, y).y) + 0.5;
    context.moveTo(frame.place(left, 0).x, at);
    context.lineTo(frame.place(right, 0).x, at);
  }
  context.lineWidth = 1;
  context.strokeStyle = "rgb(255 255 255 / 14%)";
  context.stroke();
}

/** Points to grab: eight around a box or ellipse (from the top left, clockwise), the corners of a polygon, none of a mask. */
export function handlesOf(shape: Shape): readonly Point[] {
  if (shape.kind === "mask") {
    return [];
  }
  if (shape.kind === "polygon") {
    return shape.points;
  }
  const { x, y, width, height } = shape.box;
  const [mx, my, r, b] = [x + width / 2, y + height / 2, x + width, y + height];
  return [{ x, y }, { x: mx, y }, { x: r, y }, { x: r, y: my }, { x: r, y: b }, { x: mx, y: b }, { x, y: b }, { x, y: my }];
}

/** Whether dark text reads better than white on this colour ("#rrggbb"). */
export function isLight(color: string): boolean {
  const linear = (at: number): number => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(1) + 0.7152 * linear(3) + 0.0722 * linear(5) > 0.18;
}
