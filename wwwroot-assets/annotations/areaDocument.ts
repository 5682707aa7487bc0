// The inspection area's document (docs/guide/inspection-area.md) as the annotation that tools, history and journal know:
// a region's use is its class.

import { request } from "../shell/http.ts";
import type { Size } from "../viewer/view.ts";
import type { AnnotationsApi, Revision } from "./session.ts";
import { readShape, type ImageDocument, type Shape, type ShapeDocument } from "./shapes.ts";

export type RegionUse = "include" | "ignore";

export const regionColours: Readonly<Record<RegionUse, string>> = { include: "#5bd07f", ignore: "#f2b04a" };

export interface AreaDocument {
  readonly schema: string;
  readonly version: number;
  readonly width: number;
  readonly height: number;
  readonly regions: readonly RegionDocument[];
}

interface RegionDocument {
  readonly id: string;
  readonly use: RegionUse;
  readonly kind: string;
  readonly box?: number[];
  readonly points?: number[][];
}

/** How much the ratio of an image's sides may differ from the drawn image's; twin of InspectionRegions.AspectTolerance. */
export const aspectTolerance = 0.02;

export function fits(area: Size, image: Size): boolean {
  const ratio = (image.width * area.height) / (image.height * area.width);
  return Math.max(ratio, 1 / ratio) <= 1 + aspectTolerance;
}

/** Without a region the document has no size yet: it takes that of the image that is looked at. */
export function toImageDocument(area: AreaDocument, image: Size): ImageDocument {
  const { width, height } = area.regions.length > 0 ? area : image;
  const shapes = area.regions.map(({ use, ...region }): ShapeDocument => ({ ...region, class: use }));
  return { schema: area.schema, version: area.version, file: "", width, height, label: null, shapes };
}

export function toAreaDocument(document: ImageDocument): AreaDocument {
  const regions = document.shapes.map(
    ({ id, class: use, kind, box, points }): RegionDocument => ({ id, use: use as RegionUse, kind, ...(box ? { box } : {}), ...(points ? { points } : {}) }),
  );
  return { schema: document.schema, version: document.version, width: document.width, height: document.height, regions };
}

/** The shapes on an image that is `x` times as wide and `y` times as high. */
export function scaledBy(shapes: readonly Shape[], x: number, y: number): readonly Shape[] {
  return x === 1 && y === 1 ? shapes : shapes.map((shape) => scaled(shape, x, y));
}

export function scaled(shape: Shape, x: number, y: number): Shape {
  if (shape.kind === "mask") {
    return shape;
  }
  return shape.kind === "polygon"
    ? { ...shape, points: shape.points.map((point) => ({ x: point.x * x, y: point.y * y })) }
    : { ...shape, box: { x: shape.box.x * x, y: shape.box.y * y, width: shape.box.width * x, height: shape.box.height * y } };
}

/** The regions at `url`, laid on an image of this size; null where they do not fit it. */
export async function loadRegions(url: string, image: Size, signal?: AbortSignal): Promise<readonly Shape[] | null> {
  const area = (await (await request(url, signal ? { signal } : {})).json()) as AreaDocument;
  const document = toImageDocument(area, image);
  const shapes = document.shapes.map((shape) => readShape(shape, document.width, document.height));
  return fits(document, image) ? scaledBy(shapes, image.width / document.width, image.height / document.height) : null;
}

/** GET and PUT /api/v1/projects/{id}/inspection-area for an `ImageSession`, whose image id is the project's. */
export function areaApi(image: () => Size): AnnotationsApi {
  const url = (projectId: string): string => `/api/v1/projects/${projectId}/inspection-area`;
  return {
    async get(projectId: string): Promise<Revision> {
      const response = await request(url(projectId), { cache: "no-store" });
      const revision = Number((response.headers.get("etag") ?? "").replace(/\D/g, ""));
      return { revision, document: toImageDocument((await response.json()) as AreaDocument, image()) };
    },

    async put(projectId: string, document: ImageDocument, revision: number, saveId: string): Promise<number> {
      const body = JSON.stringify(toAreaDocument(document));
      const response = await request(url(projectId), {
        method: "PUT",
        headers: { "Content-Type": "application/json", "If-Match": `"${revision}"`, "X-Save-Id": saveId },
        body,
        keepalive: body.length < 60_000, // survives the page being left; browsers allow 64 KiB of it
        signal: AbortSignal.timeout(60_000),
      });
      return ((await response.json()) as { revision: number }).revision;
    },
  };
}
