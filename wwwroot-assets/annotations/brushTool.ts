// Brush and eraser: strokes on exact pixels.

import type { Frame } from "../viewer/imageSurface.ts";
import type { Point, Rectangle } from "../viewer/view.ts";
import { largestBrush, paintLine, smallestBrush, stampOf, stampOrigin } from "./brush.ts";
import type { Board, LabelTool } from "./labelTool.ts";
import { Mask } from "./mask.ts";
import { drawNote } from "./overlayMarks.ts";
import { addPolygon } from "./shapeLayer.ts";
import { touched, type MaskShape, type Shape } from "./shapes.ts";

/** Paints into the selected mask (or a new one of the current class); the eraser into the selected or all of them. */
export class BrushTool implements LabelTool {
  private readonly board: Board;
  private readonly erases: boolean;
  private drafts = new Map<string, MaskShape>();
  private isNew = false;
  private last: Point | null = null;
  private inside = true;
  private cursor: Point | null = null;
  private sizing: { startX: number; startSize: number } | null = null;

  constructor(board: Board, erases: boolean) {
    this.board = board;
    this.erases = erases;
  }

  down(at: Point, event: PointerEvent): boolean {
    const { board } = this;
    if (event.altKey) {
      this.sizing = { startX: event.clientX, startSize: board.brushSize };
      return true;
    }
    if (!board.canEdit) {
      return false;
    }
    this.inside = !(this.erases || event.shiftKey || (event.buttons & 32) !== 0); // 32: the eraser end of a pen
    const { selected } = board;
    this.drafts = new Map();
    this.isNew = false;
    if (selected?.kind === "mask") {
      this.drafts.set(selected.id, touched({ ...selected, mask: selected.mask.copy() }));
    } else if (this.inside) {
      const { width, height } = board.size;
      const shape: MaskShape = {
        id: crypto.randomUUID(),
        kind: "mask",
        className: board.className,
        provenance: "human",
        extra: {},
        mask: new Mask(width, height),
      };
      this.drafts.set(shape.id, shape);
      this.isNew = true;
    } else {
      for (const shape of board.shapes) {
        if (shape.kind === "mask") {
          this.drafts.set(shape.id, touched({ ...shape, mask: shape.mask.copy() }));
        }
      }
    }
    if (this.drafts.size === 0) {
      return true;
    }
    this.last = stampOrigin(board.brushSize, at);
    this.paint(this.last);
    return true;
  }

  drag(path: readonly Point[], event: PointerEvent): void {
    if (this.sizing) {
      const size = Math.round(this.sizing.startSize + (event.clientX - this.sizing.startX) / 2);
      this.board.brushSize = Math.min(largestBrush, Math.max(smallestBrush, size));
      return;
    }
    for (const at of path) {
      this.paint(stampOrigin(this.board.brushSize, at));
    }
  }

  up(): void {
    const drafts = this.drafts;
    const isNew = this.isNew;
    const painted = this.last !== null;
    this.sizing = null;
    this.last = null;
    this.drafts = new Map();
    if (!painted) {
      return;
    }
    if (isNew) {
      const shape = [...drafts.values()][0]!;
      if (!shape.mask.isEmpty()) {
        this.board.add(shape);
        return;
      }
    } else {
      const before = new Map(this.board.shapes.map((shape) => [shape.id, shape]));
      const changes = new Map<string, Shape | null>();
      for (const [id, draft] of drafts) {
        const old = before.get(id);
        if (old?.kind === "mask" && !old.mask.equals(draft.mask)) {
          changes.set(id, draft.mask.isEmpty() ? null : draft);
        }
      }
      if (changes.size > 0) {
        this.board.replace(changes);
        return;
      }
    }
    this.board.preview(null);
  }

  cancel(): void {
    this.leave();
  }

  leave(): void {
    this.drafts = new Map();
    this.last = null;
    this.sizing = null;
    this.board.preview(null);
  }

  hover(at: Point | null): void {
    if (!this.sizing) {
      this.cursor = at;
    }
    this.board.setCursor("none");
    this.board.redraw();
  }

  /** The outline of exactly the pixels that a click would cover. */
  draw(frame: Frame): void {
    if (!this.cursor) {
      return;
    }
    const { context, pixelRatio } = frame;
    const stamp = stampOf(this.board.brushSize);
    const origin = stampOrigin(this.board.brushSize, this.cursor);
    const path = new Path2D();
    if (frame.scale >= 3 * pixelRatio && this.board.brushSize <= 64) {
      // Down the right side, up the left one.
      const corners: Point[] = [];
      for (const row of stamp.rows) {
        corners.push({ x: row.to, y: row.dy }, { x: row.to, y: row.dy + 1 });
      }
      for (const row of stamp.rows.toReversed()) {
        corners.push({ x: row.from, y: row.dy + 1 }, { x: row.from, y: row.dy });
      }
      addPolygon(path, corners.map((corner) => ({ x: origin.x + corner.x, y: origin.y + corner.y })), frame);
    } else {
      const middle = this.board.brushSize % 2 === 1 ? 0.5 : 0;
      const at = frame.place(origin.x + middle, origin.y + middle);
      path.arc(at.x, at.y, Math.max(2 * pixelRatio, (this.board.brushSize / 2) * frame.scale), 0, 2 * Math.PI);
    }
    context.lineWidth = 3 * pixelRatio;
    context.strokeStyle = "rgb(0 0 0 / 70%)";
    context.stroke(path);
    context.lineWidth = 1.25 * pixelRatio;
    context.strokeStyle = this.erases ? "#ffffff" : this.board.color;
    context.stroke(path);
    if (this.sizing) {
      drawNote(frame, `${this.board.brushSize} px`, frame.place(origin.x, origin.y));
    }
  }

  obey(command: string): boolean {
    if (command === "drop" && this.last) {
      this.leave();
      return true;
    }
    return false;
  }

  private paint(to: Point): void {
    if (!this.last) {
      return;
    }
    const stamp = stampOf(this.board.brushSize);
    let changed: Rectangle | null = null;
    for (const draft of this.drafts.values()) {
      changed = paintLine(draft.mask, stamp, this.last, to, this.inside);
    }
    this.last = to;
    if (changed) {
      this.board.previewMasks(this.drafts, changed);
    }
  }
}
