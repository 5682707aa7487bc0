// Pan and zoom by wheel, trackpad, mouse, pen, touch and keyboard. What is not a gesture goes to the tool.

import { toImage, type Point, type View } from "./view.ts";

/** Pointer input that is left for a tool, in image pixels (fractions; may lie outside the image). */
export interface Tool {
  /** Returns false to let the drag pan instead. */
  down(at: Point, event: PointerEvent): boolean;
  /** Every position since the last call, oldest first. */
  drag(path: readonly Point[], event: PointerEvent): void;
  up(at: Point, event: PointerEvent): void;
  /** The drag became a pinch, or the browser took the pointer away. */
  cancel(): void;
  hover(at: Point | null, event: PointerEvent): void;
}

/** What the gestures move: an image seen in an element. Positions and steps in CSS pixels of the element. */
export interface Movable {
  readonly element: HTMLElement;
  readonly view: View;
  pan(dx: number, dy: number): void;
  zoom(factor: number, css: Point): void;
}

const wheelStep = 1.0015;
const panButtons = new Set([1, 2]);

type Drag = { kind: "pan"; pointer: number; last: Point } | { kind: "tool"; pointer: number } | { kind: "pinch" };

/** Connects `surface` with its pointers; `spaceHeld` turns the primary drag into a pan. */
export class Gestures {
  tool: Tool | null = null;
  spaceHeld = false;
  private readonly surface: Movable;
  private readonly touches = new Map<number, Point>();
  private readonly stopListening = new AbortController();
  private drag: Drag | null = null;

  constructor(surface: Movable) {
    this.surface = surface;
    const element = surface.element;
    const signal = this.stopListening.signal;
    element.addEventListener("wheel", (event) => this.wheel(event), { passive: false, signal });
    element.addEventListener("pointerdown", (event) => this.down(event), { signal });
    element.addEventListener("pointermove", (event) => this.move(event), { signal });
    element.addEventListener("pointerup", (event) => this.up(event), { signal });
    element.addEventListener("pointercancel", (event) => this.cancel(event), { signal });
    element.addEventListener("pointerleave", (event) => this.tool?.hover(null, event), { signal });
    element.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
    // A middle click would otherwise start the browser's own scrolling.
    element.addEventListener("mousedown", (event) => event.button === 1 && event.preventDefault(), { signal });
  }

  get isPanning(): boolean {
    return this.drag?.kind === "pan";
  }

  dispose(): void {
    this.stopListening.abort();
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 33 : 1;
    if (event.shiftKey) {
      this.surface.pan(-(event.deltaX + event.deltaY) * lines, 0);
      return;
    }
    // A pinch on a trackpad arrives as a wheel with the control key and small steps.
    const strength = event.ctrlKey && Math.abs(event.deltaY) < 50 ? 8 : 1;
    this.surface.zoom(wheelStep ** (-event.deltaY * lines * strength), this.cssPoint(event));
  }

  private down(event: PointerEvent): void {
    const element = this.surface.element;
    element.focus({ preventScroll: true });
    const css = this.cssPoint(event);
    if (event.pointerType === "touch") {
      this.touches.set(event.pointerId, css);
      if (this.touches.size === 2) {
        if (this.drag?.kind === "tool") {
          this.tool?.cancel();
        }
        this.drag = { kind: "pinch" };
        return;
      }
    }
    if (this.drag) {
      return;
    }
    capture(element, event.pointerId);
    const pans = panButtons.has(event.button) || this.spaceHeld;
    if (!pans && event.button === 0 && this.tool?.down(this.imagePoint(event), event)) {
      this.drag = { kind: "tool", pointer: event.pointerId };
    } else if (!(event.button === 2 && event.altKey)) {
      this.drag = { kind: "pan", pointer: event.pointerId, last: css };
      element.classList.add("is-panning");
    }
  }

  private move(event: PointerEvent): void {
    const css = this.cssPoint(event);
    if (this.drag?.kind === "pinch" && this.touches.has(event.pointerId)) {
      this.pinch(event.pointerId, css);
    } else if (this.drag?.kind === "pan" && this.drag.pointer === event.pointerId) {
      this.surface.pan(css.x - this.drag.last.x, css.y - this.drag.last.y);
      this.drag.last = css;
    } else if (this.drag?.kind === "tool" && this.drag.pointer === event.pointerId) {
      const coalesced = event.getCoalescedEvents?.() ?? [];
      const events = coalesced.length > 0 ? coalesced : [event];
      this.tool?.drag(events.map((e) => this.imagePoint(e)), event);
    }
    this.tool?.hover(this.imagePoint(event), event);
  }

  private up(event: PointerEvent): void {
    this.touches.delete(event.pointerId);
    if (this.drag?.kind === "tool" && this.drag.pointer === event.pointerId) {
      this.tool?.up(this.imagePoint(event), event);
    }
    this.finish(event);
  }

  private cancel(event: PointerEvent): void {
    this.touches.delete(event.pointerId);
    if (this.drag?.kind === "tool" && this.drag.pointer === event.pointerId) {
      this.tool?.cancel();
    }
    this.finish(event);
  }

  private finish(event: PointerEvent): void {
    const ended = this.drag?.kind === "pinch" ? this.touches.size === 0 : this.drag?.pointer === event.pointerId;
    if (ended) {
      this.drag = null;
      this.surface.element.classList.remove("is-panning");
    }
  }

  private pinch(moved: number, css: Point): void {
    const [a, b] = [...this.touches.values()];
    this.touches.set(moved, css);
    const [c, d] = [...this.touches.values()];
    if (a && b && c && d) {
      const before = middle(a, b);
      const after = middle(c, d);
      this.surface.pan(after.x - before.x, after.y - before.y);
      this.surface.zoom(distance(c, d) / Math.max(1, distance(a, b)), after);
    }
  }

  private cssPoint(event: MouseEvent): Point {
    const bounds = this.surface.element.getBoundingClientRect();
    return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
  }

  private imagePoint(event: MouseEvent): Point {
    return toImage(this.surface.view, this.cssPoint(event));
  }
}

/** A pointer may be gone before its event is handled; the drag then simply ends at the surface's edge. */
function capture(element: Element, pointer: number): void {
  try {
    element.setPointerCapture(pointer);
  } catch (gone) {
    if (!(gone instanceof DOMException)) {
      throw gone;
    }
  }
}

function middle(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
