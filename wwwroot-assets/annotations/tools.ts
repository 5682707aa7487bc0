// What the pointer does: select and change, box, ellipse, polygon, brush, eraser. A tool changes the annotation only by
// committing a new one; what it shows while the pointer is down is its own.

import type { Frame } from "../viewer/imageSurface.ts";
import type { Tool } from "../viewer/gestures.ts";
import type { Point, Rectangle } from "../viewer/view.ts";
import { largestBrush, paintLine, smallestBrush, stampOf, stampOrigin } from "./brush.ts";
import { Mask } from "./mask.ts";
import { addPath, addPolygon, handlesOf } from "./shapeLayer.ts";
import { boundsOf, distanceToSegment, hits, movedBy, touched, type BoxShape, type MaskShape, type PolygonShape, type Shape } from "./shapes.ts";

export type ToolName = "select" | "box" | "ellipse" | "polygon" | "brush" | "eraser";

/** What tools see of the labeler. */
export interface Board {
  readonly size: { readonly width: number; readonly height: number };
  readonly shapes: readonly Shape[];
  readonly selected: Shape | null;
  readonly className: string;
  readonly color: string;
  readonly canEdit: boolean;
  readonly areShapesVisible: boolean;
  brushSize: number;
  /** Css pixels for an image pixel. */
  readonly scale: number;
  select(id: string | null): void;
  hover(id: string | null): void;
  /** Adds a shape above the others and selects it; one step. */
  add(shape: Shape): void;
  /** One step; null removes. */
  replace(changes: ReadonlyMap<string, Shape | null>): void;
  /** Shows shapes in another form while a drag lasts; null for the annotation itself. */
  preview(shapes: ReadonlyMap<string, Shape> | null): void;
  /** Shows masks in another form while a stroke lasts; `changed` has to be painted again. */
  previewMasks(masks: ReadonlyMap<string, MaskShape>, changed: Rectangle): void;
  /** Redraws what the tool draws itself. */
  redraw(): void;
  setCursor(cursor: string): void;
}

export interface LabelTool extends Tool {
  /** The overlay: rubber bands and the brush's outline. */
  draw(frame: Frame): void;
  /** True when the key was the tool's. */
  key(event: KeyboardEvent): boolean;
  /** Gives up whatever is half done. */
  leave(): void;
}

const handleReach = 9; // css pixels
const hitReach = 4;

/** Eighths of a pixel: exact in binary, finer than anyone can aim. */
function snapped(value: number, side: number): number {
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
    this.changed = this.handle >= 0 ? this.withHandleAt(shape, to) : movedBy(shape, Math.round(to.x - start.x), Math.round(to.y - start.y), board.size.width, board.size.height);
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

  key(): boolean {
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

  key(event: KeyboardEvent): boolean {
    if (event.key === "Escape" && this.start) {
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

  key(event: KeyboardEvent): boolean {
    if (this.points.length === 0) {
      return false;
    }
    if (event.key === "Enter" && this.points.length >= 3) {
      this.finish();
    } else if (event.key === "Backspace" || (event.key === "z" && (event.ctrlKey || event.metaKey))) {
      this.points.pop();
      this.board.redraw();
    } else if (event.key === "Escape") {
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
      const shape: MaskShape = { id: crypto.randomUUID(), kind: "mask", className: board.className, provenance: "human", extra: {}, mask: new Mask(width, height) };
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

  key(event: KeyboardEvent): boolean {
    if (event.key === "Escape" && this.last) {
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

function strokeBand(frame: Frame, path: Path2D, color: string): void {
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

function drawNote(frame: Frame, text: string, at: Point): void {
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
