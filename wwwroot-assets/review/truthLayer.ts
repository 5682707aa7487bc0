// The ground truth on a result: a two-tone outline that is seen on the photograph and on every colour of the heatmap, with the
// names of the classes, and, if it is wanted, a faint filling in the colour of the class.

import { maskOutline } from "../annotations/maskOutline.ts";
import { addPath, drawName } from "../annotations/shapeLayer.ts";
import type { MaskShape, Shape } from "../annotations/shapes.ts";
import type { Frame, Layer } from "../viewer/imageSurface.ts";
import { strokeTwoTone } from "../viewer/twoTone.ts";

export interface Truth {
  readonly shapes: readonly Shape[];
  readonly isVisible: boolean;
  /** 0: the outline alone. */
  readonly fill: number;
  colorOf(className: string): string;
}

const mostNames = 60;

export class TruthLayer implements Layer {
  private readonly truth: () => Truth;
  private readonly outlines = new WeakMap<Shape, Path2D>();

  constructor(truth: () => Truth) {
    this.truth = truth;
  }

  draw(frame: Frame): void {
    const { shapes, isVisible, fill, colorOf } = this.truth();
    if (!isVisible) {
      return;
    }
    const { context } = frame;
    const all = new Path2D();
    for (const shape of shapes) {
      const path = new Path2D();
      if (shape.kind === "mask") {
        this.addMask(path, shape, frame);
      } else {
        addPath(path, shape, frame);
      }
      if (fill > 0) {
        context.globalAlpha = fill;
        context.fillStyle = colorOf(shape.className);
        context.fill(path, "evenodd");
        context.globalAlpha = 1;
      }
      all.addPath(path);
    }
    strokeTwoTone(frame, all);
    for (const shape of shapes.length <= mostNames ? shapes : []) {
      drawName(frame, shape, colorOf(shape.className));
    }
  }

  // Traced once for each mask; a frame only places it, so that the line is as wide at every zoom.
  private addMask(path: Path2D, shape: MaskShape, frame: Frame): void {
    let outline = this.outlines.get(shape);
    if (!outline) {
      outline = new Path2D();
      for (const loop of maskOutline(shape.mask)) {
        loop.forEach((point, i) => (i === 0 ? outline!.moveTo(point.x, point.y) : outline!.lineTo(point.x, point.y)));
        outline.closePath();
      }
      this.outlines.set(shape, outline);
    }
    const origin = frame.place(0, 0);
    path.addPath(outline, new DOMMatrix([frame.scale, 0, 0, frame.scale, origin.x, origin.y]));
  }
}
