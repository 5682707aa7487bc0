// Shapes of one image and what can be asked of them. Immutable: an edit makes a new shape with the same id.
// Geometry in stored-image pixels; documents as docs/guide/ground-truth.md says.

import type { Point, Rectangle } from "../viewer/view.ts";
import { Mask } from "./mask.ts";
import { decode, encode } from "./runLengths.ts";

export type Provenance = "human" | "model" | "edited";
export type ImageLabel = "good" | "anomaly" | null;

interface Common {
  readonly id: string;
  readonly className: string;
  readonly provenance: Provenance;
  readonly author?: string;
  readonly time?: string;
  /** Fields of the document that this version does not know; written back. */
  readonly extra: Readonly<Record<string, unknown>>;
}

export interface BoxShape extends Common {
  readonly kind: "box" | "ellipse";
  readonly box: Rectangle;
}

export interface PolygonShape extends Common {
  readonly kind: "polygon";
  readonly points: readonly Point[];
}

export interface MaskShape extends Common {
  readonly kind: "mask";
  readonly mask: Mask;
}

export type Shape = BoxShape | PolygonShape | MaskShape;

/** What people say about an image. */
export interface Annotation {
  readonly label: ImageLabel;
  readonly shapes: readonly Shape[];
}

/** The image document of the server, as parsed JSON. */
export interface ImageDocument {
  schema: string;
  version: number;
  file: string;
  sha256?: string;
  width: number;
  height: number;
  label: ImageLabel;
  shapes: ShapeDocument[];
  [unknown: string]: unknown;
}

export interface ShapeDocument {
  id: string;
  class: string;
  kind: string;
  box?: number[];
  points?: number[][];
  rle?: { size: number[]; counts: string };
  author?: string;
  time?: string;
  provenance?: Provenance;
  [unknown: string]: unknown;
}

const encoded = new WeakMap<Mask, string>();

/** Run lengths of a mask that no longer changes; computed once for each. */
export function countsOfMask(mask: Mask): string {
  let counts = encoded.get(mask);
  if (counts === undefined) {
    counts = encode(mask);
    encoded.set(mask, counts);
  }
  return counts;
}

export function readAnnotation(document: ImageDocument): Annotation {
  return { label: document.label, shapes: document.shapes.map((shape) => readShape(shape, document.width, document.height)) };
}

/** The document to save: `base` supplies the image's own fields and those that this version does not know. */
export function writeAnnotation(annotation: Annotation, base: ImageDocument): ImageDocument {
  return { ...base, label: annotation.label, shapes: annotation.shapes.map((shape) => writeShape(shape, base.width, base.height)) };
}

export function readShape(document: ShapeDocument, width: number, height: number): Shape {
  const { id, class: className, kind, box, points, rle, author, time, provenance, ...extra } = document;
  const common = { id, className, provenance: provenance ?? "human", extra, ...(author ? { author } : {}), ...(time ? { time } : {}) };
  if ((kind === "box" || kind === "ellipse") && box) {
    return { ...common, kind, box: { x: box[0]!, y: box[1]!, width: box[2]!, height: box[3]! } };
  }
  if (kind === "polygon" && points) {
    return { ...common, kind, points: points.map(([x, y]) => ({ x: x!, y: y! })) };
  }
  if (kind === "mask" && rle) {
    const mask = decode(rle.counts, width, height);
    encoded.set(mask, rle.counts);
    return { ...common, kind, mask };
  }
  throw new Error(`shape ${id} is of unknown kind ${kind}`);
}

export function writeShape(shape: Shape, width: number, height: number): ShapeDocument {
  const geometry =
    shape.kind === "mask"
      ? { rle: { size: [height, width], counts: countsOfMask(shape.mask) } }
      : shape.kind === "polygon"
        ? { points: shape.points.map((point) => [point.x, point.y]) }
        : { box: [shape.box.x, shape.box.y, shape.box.width, shape.box.height] };
  return {
    ...shape.extra,
    id: shape.id,
    class: shape.className,
    kind: shape.kind,
    ...geometry,
    ...(shape.author ? { author: shape.author } : {}),
    ...(shape.time ? { time: shape.time } : {}),
    provenance: shape.provenance,
  };
}

/** Same class and pixels; who and when do not count. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) {
    return true;
  }
  if (a.kind !== b.kind || a.className !== b.className || a.id !== b.id) {
    return false;
  }
  if (a.kind === "mask" && b.kind === "mask") {
    return a.mask === b.mask || a.mask.equals(b.mask);
  }
  if (a.kind === "polygon" && b.kind === "polygon") {
    return a.points.length === b.points.length && a.points.every((point, i) => point.x === b.points[i]!.x && point.y === b.points[i]!.y);
  }
  const [p, q] = [(a as BoxShape).box, (b as BoxShape).box];
  return p.x === q.x && p.y === q.y && p.width === q.width && p.height === q.height;
}

export function sameAnnotation(a: Annotation, b: Annotation): boolean {
  return a.label === b.label && a.shapes.length === b.shapes.length && a.shapes.every((shape, i) => sameShape(shape, b.shapes[i]!));
}

const boundsOfMasks = new WeakMap<Mask, Rectangle>();

/** The rectangle around a shape that no longer changes. */
export function boundsOf(shape: Shape): Rectangle {
  if (shape.kind === "mask") {
    let bounds = boundsOfMasks.get(shape.mask);
    if (!bounds) {
      bounds = shape.mask.bounds() ?? { x: 0, y: 0, width: 0, height: 0 };
      boundsOfMasks.set(shape.mask, bounds);
    }
    return bounds;
  }
  return shape.kind === "polygon" ? boundsOfPoints(shape.points) : shape.box;
}

export function boundsOfPoints(points: readonly Point[]): Rectangle {
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  const x = Math.min(...xs);
  const y = Math.min(...ys);
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** Whether `at` hits the shape; `slack` (image pixels) widens what is hard to hit. */
export function hits(shape: Shape, at: Point, slack: number): boolean {
  const bounds = boundsOf(shape);
  if (at.x < bounds.x - slack || at.y < bounds.y - slack || at.x > bounds.x + bounds.width + slack || at.y > bounds.y + bounds.height + slack) {
    return false;
  }
  switch (shape.kind) {
    case "box":
      return true;
    case "ellipse": {
      const rx = bounds.width / 2 + slack;
      const ry = bounds.height / 2 + slack;
      const dx = (at.x - bounds.x - bounds.width / 2) / rx;
      const dy = (at.y - bounds.y - bounds.height / 2) / ry;
      return dx * dx + dy * dy <= 1;
    }
    case "polygon":
      return isInPolygon(shape.points, at) || distanceToOutline(shape.points, at) <= slack;
    case "mask": {
      const reach = Math.min(16, Math.ceil(slack));
      for (let dy = -reach; dy <= reach; dy++) {
        for (let dx = -reach; dx <= reach; dx++) {
          if (dx * dx + dy * dy <= reach * reach && shape.mask.has(Math.floor(at.x) + dx, Math.floor(at.y) + dy)) {
            return true;
          }
        }
      }
      return false;
    }
  }
}

function isInPolygon(points: readonly Point[], at: Point): boolean {
  let inside = false;
  let a = points[points.length - 1]!;
  for (const b of points) {
    if (a.y <= at.y !== b.y <= at.y && at.x < a.x + ((at.y - a.y) / (b.y - a.y)) * (b.x - a.x)) {
      inside = !inside;
    }
    a = b;
  }
  return inside;
}

function distanceToOutline(points: readonly Point[], at: Point): number {
  let nearest = Infinity;
  let a = points[points.length - 1]!;
  for (const b of points) {
    nearest = Math.min(nearest, distanceToSegment(at, a, b));
    a = b;
  }
  return nearest;
}

export function distanceToSegment(at: Point, a: Point, b: Point): number {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((at.x - a.x) * dx + (at.y - a.y) * dy) / length));
  return Math.hypot(at.x - a.x - t * dx, at.y - a.y - t * dy);
}

/** The shape moved by whole or fractional pixels (a mask: whole ones), kept inside the image. */
export function movedBy(shape: Shape, dx: number, dy: number, width: number, height: number): Shape {
  const bounds = boundsOf(shape);
  const x = Math.min(width - bounds.width - bounds.x, Math.max(-bounds.x, dx));
  const y = Math.min(height - bounds.height - bounds.y, Math.max(-bounds.y, dy));
  switch (shape.kind) {
    case "mask":
      return touched({ ...shape, mask: shape.mask.movedBy(Math.round(x), Math.round(y)) });
    case "polygon":
      return touched({ ...shape, points: shape.points.map((point) => ({ x: point.x + x, y: point.y + y })) });
    default:
      return touched({ ...shape, box: { ...shape.box, x: shape.box.x + x, y: shape.box.y + y } });
  }
}

/** A model's proposal that a person changed is no longer the model's. */
export function touched<T extends Shape>(shape: T): T {
  return shape.provenance === "model" ? { ...shape, provenance: "edited" } : shape;
}
