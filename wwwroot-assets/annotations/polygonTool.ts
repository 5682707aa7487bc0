// Polygons: a click for each corner.

import type { Frame } from "../viewer/imageSurface.ts";
import type { Point } from "../viewer/view.ts";
import { handleReach, type Board, type LabelTool } from "./labelTool.ts";
import { strokeBand } from "./overlayMarks.ts";
import { snapped } from "./rectangles.ts";
import { addPolygon } from "./shapeLayer.ts";

export class PolygonTool implements LabelTool {
  private readonly board: Board;
  private points: Point[] = [];
  private cursor: Point | null = null;

  constructor(board: Board) {
    this.board = board;
  }

  down(at: Point, event: PointerEvent): boolean {
    if (!this.board.canEdit) {
      return false;
    }
    if (this.points.length >= 3 && (this.closes(at) || event.detail > 1)) {
      this.finish();
      return true;
    }
    const { width, height } = this.board.size;
    const corner = { x: snapped(at.x, width), y: snapped(at.y, height) };
    const last = this.points[this.points.length - 1];
    if (!last || last.x !== corner.x || last.y !== corner.y) {
      this.points.push(corner);
    }
    this.board.redraw();
    return true;
  }

  drag(): void {}

  up(): void {}

  cancel(): void {}

  leave(): void {
    this.points = [];
    this.board.redraw();
  }

  hover(at: Point | null): void {
    this.cursor = at;
    this.board.setCursor("crosshair");
    this.board.redraw();
  }

  draw(frame: Frame): void {
    if (this.points.length === 0) {
      return;
    }
    const path = new Path2D();
    addPolygon(path, this.cursor ? [...this.points, this.cursor] : this.points, frame);
    strokeBand(frame, path, this.board.color);
    const side = 7 * frame.pixelRatio;
    this.points.forEach((point, i) => {
      const at = frame.place(point.x, point.y);
      const closes = i === 0 && this.points.length >= 3 && this.cursor !== null && this.closes(this.cursor);
      const s = closes ? side * 1.7 : side;
      frame.context.fillStyle = closes ? "#5bd07f" : "#ffffff";
      frame.context.fillRect(at.x - s / 2, at.y - s / 2, s, s);
    });
  }

  obey(command: string): boolean {
    if (this.points.length === 0) {
      return false;
    }
    if (command === "add" && this.points.length >= 3) {
      this.finish();
    } else if (command === "delete" || command === "undo") {
      this.points.pop();
      this.board.redraw();
    } else if (command === "drop") {
      this.leave();
    } else {
      return false;
    }
    return true;
  }

  private closes(at: Point): boolean {
    const first = this.points[0];
    return first !== undefined && Math.hypot(first.x - at.x, first.y - at.y) * this.board.scale <= handleReach;
  }

  private finish(): void {
    const points = this.points;
    this.leave();
    this.board.add({ id: crypto.randomUUID(), kind: "polygon", className: this.board.className, provenance: "human", extra: {}, points });
  }
}
