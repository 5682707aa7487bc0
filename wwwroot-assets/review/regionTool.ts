// Chooses a region of a result to speak of: a click takes what is hot there, a drag draws a box, keys go from region to region.

import type { Tool } from "../viewer/gestures.ts";
import type { Frame, ImageSurface } from "../viewer/imageSurface.ts";
import type { Point, Rectangle } from "../viewer/view.ts";
import type { AnomalyMap } from "./anomalyMap.ts";
import { hotRegionAt, hotRegions, type HotRegion } from "./hotRegions.ts";

/** Twin of RegionChoice in ResultViewInterop.cs. Pixels of the stored image. */
export interface RegionChoice {
  readonly box: Rectangle;
  /** Within what is hot; null: the box alone. */
  readonly point: Point | null;
  /** The level of the map that makes it hot. */
  readonly level: number | null;
}

const clickPixels = 4;
// A patch of most models is about a sixteenth of the picture or less.
const keyStep = 1 / 32;

export class RegionTool implements Tool {
  private readonly surface: ImageSurface;
  private readonly state: () => { readonly map: AnomalyMap | null; readonly level: number };
  private readonly onChosen: (choice: RegionChoice | null) => void;
  private readonly onHover: (at: Point | null) => void;
  private start: Point | null = null;
  private end: Point | null = null;
  private chosen: RegionChoice | null = null;

  constructor(
    surface: ImageSurface,
    state: () => { readonly map: AnomalyMap | null; readonly level: number },
    onChosen: (choice: RegionChoice | null) => void,
    onHover: (at: Point | null) => void,
  ) {
    this.surface = surface;
    this.state = state;
    this.onChosen = onChosen;
    this.onHover = onHover;
  }

  down(at: Point): boolean {
    this.start = this.end = at;
    return true;
  }

  drag(path: readonly Point[]): void {
    this.end = path[path.length - 1] ?? this.end;
    this.surface.invalidate();
  }

  up(at: Point): void {
    const start = this.start;
    this.cancel();
    if (!start) {
      return;
    }
    const isClick = Math.hypot(at.x - start.x, at.y - start.y) * this.surface.view.scale < clickPixels;
    if (isClick) {
      const { width, height } = this.surface.size;
      const { map, level } = this.state();
      const region = map && hotRegionAt(map, level, { x: at.x / width, y: at.y / height });
      this.choose(region ? this.ofHot(region, at, level) : null);
    } else {
      const box = this.boxOf(start, at);
      this.choose(box.width >= 1 && box.height >= 1 ? { box, point: null, level: null } : null);
    }
  }

  cancel(): void {
    this.start = this.end = null;
    this.surface.invalidate();
  }

  hover(at: Point | null): void {
    this.surface.element.style.cursor = "crosshair";
    this.onHover(at);
  }

  /** Forgets the region without telling anybody. */
  drop(): void {
    this.chosen = null;
    this.surface.invalidate();
  }

  leave(): void {
    this.surface.element.style.cursor = "";
    this.cancel();
    this.drop();
  }

  /** True where the command was for the tool. */
  obey(command: string, event: KeyboardEvent): boolean {
    if (command === "nextRegion" || command === "previousRegion") {
      this.next(command === "nextRegion" ? 1 : -1);
      return true;
    }
    if (command !== "moveRegion" && command !== "resizeRegion") {
      return false;
    }
    if (!this.chosen) {
      return true;
    }
    const { width, height } = this.surface.size;
    const dx = (event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0) * width * keyStep;
    const dy = (event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0) * height * keyStep;
    const { box } = this.chosen;
    const moved = command === "resizeRegion"
      ? { ...box, width: Math.max(width * keyStep, box.width + dx), height: Math.max(height * keyStep, box.height + dy) }
      : { ...box, x: Math.min(width - box.width, Math.max(0, box.x + dx)), y: Math.min(height - box.height, Math.max(0, box.y + dy)) };
    this.choose({ box: this.boxOf(moved, { x: moved.x + moved.width, y: moved.y + moved.height }), point: null, level: null });
    return true;
  }

  draw(frame: Frame): void {
    const box = this.start && this.end ? this.boxOf(this.start, this.end) : this.chosen?.box;
    if (!box) {
      return;
    }
    const from = frame.place(box.x, box.y);
    const to = frame.place(box.x + box.width, box.y + box.height);
    const { context, pixelRatio } = frame;
    const outline = new Path2D();
    outline.rect(from.x, from.y, to.x - from.x, to.y - from.y);
    context.lineWidth = 4 * pixelRatio;
    context.strokeStyle = "rgb(0 0 0 / 65%)";
    context.stroke(outline);
    context.lineWidth = 2 * pixelRatio;
    context.strokeStyle = "#5cc8ff";
    context.setLineDash([7 * pixelRatio, 4 * pixelRatio]);
    context.stroke(outline);
    context.setLineDash([]);
  }

  private next(by: number): void {
    const { map, level } = this.state();
    const regions = map ? hotRegions(map, level) : [];
    if (regions.length === 0) {
      // Nothing is hot: a box in the middle, for the arrow keys.
      const { width, height } = this.surface.size;
      this.choose({ box: { x: width * 0.4375, y: height * 0.4375, width: width / 8, height: height / 8 }, point: null, level: null });
      return;
    }
    const { width, height } = this.surface.size;
    const at = regions.findIndex((region) => this.chosen?.point?.x === region.point.x * width && this.chosen.point.y === region.point.y * height);
    const region = regions[at < 0 ? (by > 0 ? 0 : regions.length - 1) : (at + by + regions.length) % regions.length]!;
    this.choose(this.ofHot(region, { x: region.point.x * width, y: region.point.y * height }, level));
    this.surface.reveal(this.chosen!.box);
  }

  private ofHot(region: HotRegion, point: Point, level: number): RegionChoice {
    const { width, height } = this.surface.size;
    return { box: { x: region.box.x * width, y: region.box.y * height, width: region.box.width * width, height: region.box.height * height }, point, level };
  }

  private choose(choice: RegionChoice | null): void {
    this.chosen = choice;
    this.surface.invalidate();
    this.onChosen(choice);
  }

  /** The part of the image between two corners. */
  private boxOf(a: Point, b: Point): Rectangle {
    const { width, height } = this.surface.size;
    const within = (value: number, most: number): number => Math.min(most, Math.max(0, value));
    const [left, right] = [within(Math.min(a.x, b.x), width), within(Math.max(a.x, b.x), width)];
    const [top, bottom] = [within(Math.min(a.y, b.y), height), within(Math.max(a.y, b.y), height)];
    return { x: left, y: top, width: right - left, height: bottom - top };
  }
}
