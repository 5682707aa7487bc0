// Boxes and ellipses: one drag each.

import type { Frame } from "../viewer/imageSurface.ts";
import type { Point, Rectangle } from "../viewer/view.ts";
import type { Board, LabelTool } from "./labelTool.ts";
import { drawNote, strokeBand } from "./overlayMarks.ts";
import { wholePixels } from "./rectangles.ts";
import { addPath } from "./shapeLayer.ts";
import type { BoxShape } from "./shapes.ts";

export class BoxTool implements LabelTool {
  private readonly board: Board;
  private readonly kind: "box" | "ellipse";
  private start: Point | null = null;
  private end: Point | null = null;

  constructor(board: Board, kind: "box" | "ellipse") {
    this.board = board;
    this.kind = kind;
  }

  down(at: Point): boolean {
    if (!this.board.canEdit) {
      return false;
    }
    this.start = this.end = at;
    return true;
  }

  drag(path: readonly Point[]): void {
    this.end = path[path.length - 1] ?? this.end;
    this.board.redraw();
  }

  up(at: Point): void {
    const shape = this.shapeTo(at);
    const moved = this.start && Math.hypot(at.x - this.start.x, at.y - this.start.y) * this.board.scale >= 2;
    this.leave();
    if (shape && moved) {
      this.board.add(shape);
    }
  }

  cancel(): void {
    this.leave();
  }

  leave(): void {
    this.start = this.end = null;
    this.board.redraw();
  }

  hover(): void {
    this.board.setCursor("crosshair");
  }

  draw(frame: Frame): void {
    const shape = this.end && this.shapeTo(this.end);
    if (!shape) {
      return;
    }
    const path = new Path2D();
    addPath(path, shape, frame);
    strokeBand(frame, path, this.board.color);
    const at = frame.place(shape.box.x + shape.box.width, shape.box.y + shape.box.height);
    drawNote(frame, `${shape.box.width} × ${shape.box.height}`, at);
  }

  obey(command: string): boolean {
    if (command === "drop" && this.start) {
      this.leave();
      return true;
    }
    return false;
  }

  private shapeTo(end: Point): BoxShape | null {
    return this.start && newBox(this.kind, this.board.className, wholePixels(this.start, end, this.board.size));
  }
}

export function newBox(kind: "box" | "ellipse", className: string, box: Rectangle): BoxShape {
  return { id: crypto.randomUUID(), kind, className, provenance: "human", extra: {}, box };
}
