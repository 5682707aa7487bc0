// What is not inspected, dimmed and hatched, and the outline of what is. Needs a plane of its own: it takes parts of what it
// drew away again.

import type { Frame, Layer } from "../viewer/imageSurface.ts";
import type { Point, Size } from "../viewer/view.ts";
import { regionColours } from "./areaDocument.ts";
import { addPath } from "./shapeLayer.ts";
import type { Shape } from "./shapes.ts";

export interface OutsideScene {
  /** On the shown image; the class is the region's use. */
  readonly regions: readonly Shape[];
  readonly size: Size;
  readonly isVisible: boolean;
  readonly hasOutline: boolean;
}

const hatchSide = 9;
const countedSide = 200;

/** The part of the image that is not inspected, 0 to 1, to about half a percent. */
export function shareOutside(regions: readonly Shape[], size: Size): number {
  const canvas = new OffscreenCanvas(countedSide, countedSide);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context || regions.length === 0) {
    return 0;
  }
  const place = (x: number, y: number): Point => ({ x: (x * countedSide) / size.width, y: (y * countedSide) / size.height });
  const fill = (shapes: readonly Shape[]): void => {
    for (const shape of shapes) {
      const path = new Path2D();
      addPath(path, shape, { place });
      context.fill(path, "evenodd");
    }
  };
  const included = regions.filter((region) => region.className !== "ignore");
  if (included.length === 0) {
    context.fillRect(0, 0, countedSide, countedSide);
  }
  fill(included);
  context.globalCompositeOperation = "destination-out";
  fill(regions.filter((region) => region.className === "ignore"));
  const { data } = context.getImageData(0, 0, countedSide, countedSide);
  let inside = 0;
  for (let i = 3; i < data.length; i += 4) {
    inside += data[i]! / 255;
  }
  return 1 - inside / (countedSide * countedSide);
}

export class OutsideLayer implements Layer {
  private readonly scene: () => OutsideScene;
  private hatch: { readonly pixelRatio: number; readonly canvas: HTMLCanvasElement } | null = null;

  constructor(scene: () => OutsideScene) {
    this.scene = scene;
  }

  draw(frame: Frame): void {
    const { regions, size, isVisible, hasOutline } = this.scene();
    if (!isVisible || regions.length === 0 || size.width === 0) {
      return;
    }
    const { context } = frame;
    const included = regions.filter((region) => region.className !== "ignore");
    const ignored = regions.filter((region) => region.className === "ignore");
    const pattern = context.createPattern(this.pattern(frame.pixelRatio), "repeat") ?? "rgb(11 15 20 / 60%)";
    context.save();
    const whole = new Path2D();
    const from = frame.snap(0, 0);
    const to = frame.snap(size.width, size.height);
    whole.rect(from.x, from.y, to.x - from.x, to.y - from.y);
    context.clip(whole);
    context.fillStyle = pattern;
    if (included.length > 0) {
      context.fill(whole);
      this.each(frame, included, "destination-out", "#000");
    }
    for (const region of ignored) {
      // Where it meets what is hatched already, the hatch must not lie twice.
      this.each(frame, [region], "destination-out", "#000");
      this.each(frame, [region], "source-over", pattern);
    }
    if (hasOutline) {
      this.outline(frame, included, regionColours.include);
      this.outline(frame, ignored, regionColours.ignore);
    }
    context.restore();
  }

  private each(frame: Frame, regions: readonly Shape[], operation: GlobalCompositeOperation, style: string | CanvasPattern): void {
    const { context } = frame;
    context.globalCompositeOperation = operation;
    context.fillStyle = style;
    for (const region of regions) {
      const path = new Path2D();
      addPath(path, region, frame);
      context.fill(path, "evenodd");
    }
    context.globalCompositeOperation = "source-over";
  }

  private outline(frame: Frame, regions: readonly Shape[], color: string): void {
    const { context, pixelRatio } = frame;
    const path = new Path2D();
    for (const region of regions) {
      addPath(path, region, frame);
    }
    context.lineWidth = 3 * pixelRatio;
    context.strokeStyle = "rgb(0 0 0 / 60%)";
    context.stroke(path);
    context.lineWidth = 1.5 * pixelRatio;
    context.strokeStyle = color;
    context.setLineDash([6 * pixelRatio, 4 * pixelRatio]);
    context.stroke(path);
    context.setLineDash([]);
  }

  private pattern(pixelRatio: number): HTMLCanvasElement {
    if (this.hatch?.pixelRatio !== pixelRatio) {
      const canvas = document.createElement("canvas");
      const side = Math.round(hatchSide * pixelRatio);
      canvas.width = canvas.height = side;
      const context = canvas.getContext("2d");
      if (context) {
        context.fillStyle = "rgb(11 15 20 / 62%)";
        context.fillRect(0, 0, side, side);
        context.strokeStyle = "rgb(255 255 255 / 26%)";
        context.lineWidth = pixelRatio;
        context.beginPath();
        for (const shift of [-side, 0, side]) {
          context.moveTo(shift - 1, side + 1);
          context.lineTo(shift + side + 1, -1);
        }
        context.stroke();
      }
      this.hatch = { pixelRatio, canvas };
    }
    return this.hatch!.canvas;
  }
}
