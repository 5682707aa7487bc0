// Selects shapes, moves them, and drags their handles and corners.

import type { Point } from "../viewer/view.ts";
import { handleReach, hitReach, type Board, type LabelTool } from "./labelTool.ts";
import { resized, snapped } from "./rectangles.ts";
import { handlesOf } from "./shapeLayer.ts";
import { boundsOf, distanceToSegment, hits, movedBy, touched, type PolygonShape, type Shape } from "./shapes.ts";

export class SelectTool implements LabelTool {
  private readonly board: Board;
  private start: Point | null = null;
  private handle = -1;
  private changed: Shape | null = null;

  constructor(board: Board) {
    this.board = board;
  }

  down(at: Point): boolean {
    const { board } = this;
    if (!board.areShapesVisible) {
      return false;
    }
    this.handle = this.handleAt(at);
    if (this.handle < 0) {
      const hit = this.shapeAt(at);
      board.select(hit?.id ?? null);
      if (!hit) {
        return false;
      }
    }
    this.start = at;
    return true;
  }

  drag(path: readonly Point[]): void {
    const { board, start } = this;
    const shape = board.selected;
    const to = path[path.length - 1];
    if (!start || !shape || !to || !board.canEdit) {
      return;
    }
    if (!this.changed && Math.hypot(to.x - start.x, to.y - start.y) * board.scale < 3) {
      return; // a click with a shaking hand moves nothing
    }
    this.changed =
      this.handle >= 0
        ? this.withHandleAt(shape, to)
        : movedBy(shape, Math.round(to.x - start.x), Math.round(to.y - start.y), board.size.width, board.size.height);
    board.preview(new Map([[shape.id, this.changed]]));
  }

  up(_at: Point, event: PointerEvent): void {
    const { board, changed } = this;
    const shape = board.selected;
    if (changed) {
      board.replace(new Map([[changed.id, changed]]));
    } else if (shape?.kind === "polygon" && this.handle >= 0 && event.altKey && shape.points.length > 3 && board.canEdit) {
      board.replace(new Map([[shape.id, touched({ ...shape, points: shape.points.filter((_, i) => i !== this.handle) })]]));
    } else if (shape?.kind === "polygon" && this.handle < 0 && event.altKey && this.start && board.canEdit) {
      this.addCorner(shape, this.start);
    }
    this.leave();
  }

  cancel(): void {
    this.leave();
  }

  leave(): void {
    this.start = null;
    this.changed = null;
    this.handle = -1;
    this.board.preview(null);
  }

  hover(at: Point | null): void {
    const onHandle = at !== null && this.handleAt(at) >= 0;
    const hit = at && !onHandle ? this.shapeAt(at) : null;
    this.board.hover(hit?.id ?? null);
    this.board.setCursor(onHandle ? "crosshair" : hit ? "move" : "");
  }

  draw(): void {}

  obey(): boolean {
    return false;
  }

  private handleAt(at: Point): number {
    const shape = this.board.selected;
    if (!shape || !this.board.canEdit) {
      return -1;
    }
    const reach = handleReach / this.board.scale;
    return handlesOf(shape).findIndex((handle) => Math.abs(handle.x - at.x) <= reach && Math.abs(handle.y - at.y) <= reach);
  }

  /** The topmost of the smallest: a defect inside a large box can be reached. */
  private shapeAt(at: Point): Shape | null {
    const slack = hitReach / this.board.scale;
    const found = this.board.shapes.filter((shape) => hits(shape, at, slack)).reverse();
    const area = (shape: Shape): number => boundsOf(shape).width * boundsOf(shape).height;
    return found.sort((a, b) => area(a) - area(b))[0] ?? null;
  }

  private withHandleAt(shape: Shape, to: Point): Shape {
    const { size } = this.board;
    if (shape.kind === "polygon") {
      const corner = { x: snapped(to.x, size.width), y: snapped(to.y, size.height) };
      return touched({ ...shape, points: shape.points.map((point, i) => (i === this.handle ? corner : point)) });
    }
    return shape.kind === "mask" ? shape : touched({ ...shape, box: resized(shape.box, this.handle, to, size) });
  }

  private addCorner(shape: PolygonShape, at: Point): void {
    const { size, scale } = this.board;
    let nearest = 0;
    let least = Infinity;
    shape.points.forEach((a, i) => {
      const d = distanceToSegment(at, a, shape.points[(i + 1) % shape.points.length]!);
      if (d < least) {
        least = d;
        nearest = i;
      }
    });
    if (least * scale <= handleReach) {
      const corner = { x: snapped(at.x, size.width), y: snapped(at.y, size.height) };
      this.board.replace(new Map([[shape.id, touched({ ...shape, points: shape.points.toSpliced(nearest + 1, 0, corner) })]]));
    }
  }
}
