// One result: the image with its anomaly map, the ground truth and the contour at the threshold, as one picture, side by
// side, or blinking. Called by ResultViewInterop.cs.

import { loadRegions } from "../annotations/areaDocument.ts";
import { OutsideLayer } from "../annotations/outsideLayer.ts";
import { ShapeLayer } from "../annotations/shapeLayer.ts";
import { boundsOf, readAnnotation, type Annotation, type ImageDocument, type MaskShape, type Shape } from "../annotations/shapes.ts";
import { BitmapLayer, ImageSurface, type Frame, type Layer } from "../viewer/imageSurface.ts";
import type { Point } from "../viewer/view.ts";
import { drawTileGrid, type TileGrid } from "./tileGrid.ts";
import { colourMap, contour, readNpy, valueAt, type AnomalyMap, type Segment } from "./anomalyMap.ts";

/** Twin of ResultScene in ResultViewInterop.cs. */
export interface ResultScene {
  readonly imageUrl: string;
  readonly mapUrl: string;
  readonly annotationsUrl: string;
  /** Changes when the ground truth does. */
  readonly revision: number;
  /** The inspection area of the run; null where it looked at everything. */
  readonly areaUrl: string | null;
  /** How the run cut the image; null where it looked at it whole. */
  readonly tiles: TileGrid | null;
}

/** Twin of ResultLook in ResultViewInterop.cs. */
export interface ResultLook {
  readonly mode: "overlay" | "side" | "blink";
  readonly heatmapOpacity: number;
  readonly truthOpacity: number;
  readonly showsContour: boolean;
  /** Level of the contour, in the unit of the map. */
  readonly threshold: number;
  /** Value that gets the brightest colour; the same for all images of the run. */
  readonly scaleHigh: number;
  readonly showsArea: boolean;
  readonly showsTiles: boolean;
}

/** Twin of ResultSettings in ResultViewInterop.cs. */
export interface ResultSettings {
  /** 256 x RGB; .NET sends bytes as they are. */
  readonly colours: Uint8Array;
  /** "#rrggbb" of each defect class. */
  readonly classColours: Readonly<Record<string, string>>;
  readonly valueText: string;
}

interface KeyListener {
  invokeMethodAsync(method: "KeyPressed", key: string): Promise<void>;
}

const blinkMilliseconds = 700;
const keys = new Set(["ArrowLeft", "ArrowRight", "1", "2", "3", "4", "5", "s", "b", "o", "a", "f", "m", "e"]);
const otherColour = "#4da3ff";
const views = new Map<HTMLElement, ResultView>();

export function mount(host: HTMLElement, settings: ResultSettings, look: ResultLook, listener: KeyListener): void {
  views.set(host, new ResultView(host, settings, look, listener));
}

export async function show(host: HTMLElement, scene: ResultScene): Promise<void> {
  await views.get(host)?.show(scene);
}

export function setLook(host: HTMLElement, look: ResultLook): void {
  views.get(host)?.setLook(look);
}

export function fit(host: HTMLElement): void {
  views.get(host)?.fit();
}

export function oneToOne(host: HTMLElement): void {
  views.get(host)?.oneToOne();
}

export function unmount(host: HTMLElement): void {
  views.get(host)?.dispose();
  views.delete(host);
}

class ResultView {
  private readonly settings: ResultSettings;
  private readonly listener: KeyListener;
  private readonly plain: ImageSurface;
  private readonly layered: ImageSurface;
  private readonly heatmap: BitmapLayer;
  private readonly readout = document.createElement("output");
  private readonly stop = new AbortController();
  private look: ResultLook;
  private map: AnomalyMap | null = null;
  private annotation: Annotation = { label: null, shapes: [] };
  private masks = new Map<MaskShape, HTMLCanvasElement>();
  private segments: readonly Segment[] = [];
  private regions: readonly Shape[] = [];
  private tiles: TileGrid | null = null;
  private loading = new AbortController();
  private drawnScale = 0;
  private drawnLevel = Number.NaN;
  private blinker = 0;
  private isBlinkedOff = false;

  constructor(host: HTMLElement, settings: ResultSettings, look: ResultLook, listener: KeyListener) {
    this.settings = settings;
    this.look = look;
    this.listener = listener;
    const pane = (): HTMLElement => {
      const element = document.createElement("div");
      element.className = "result-pane";
      host.append(element);
      return element;
    };
    this.plain = new ImageSurface(pane());
    this.layered = new ImageSurface(pane());
    this.heatmap = new BitmapLayer(this.layered);
    const outside = this.layered.addPlane();
    outside.layers.push(new OutsideLayer(() => ({ regions: this.regions, size: this.layered.size, isVisible: this.look.showsArea && !this.isBlinkedOff, hasOutline: true })));
    const above = this.layered.addPlane();
    above.layers.push(this.heatmap, { draw: (frame) => this.drawTruth(frame) }, this.shapeLayer(), { draw: (frame) => this.drawContour(frame) }, { draw: (frame) => this.drawTiles(frame) });
    this.readout.className = "result-readout";
    host.append(this.readout);
    this.together(this.plain, this.layered);
    this.together(this.layered, this.plain);
    for (const surface of [this.plain, this.layered]) {
      surface.gestures.tool = { down: () => false, drag: () => {}, up: () => {}, cancel: () => {}, hover: (at) => this.read(at) };
    }
    document.addEventListener("keydown", (event) => this.key(event), { signal: this.stop.signal });
    this.setLook(look);
  }

  async show(scene: ResultScene): Promise<void> {
    this.loading.abort();
    const loading = new AbortController();
    this.loading = loading;
    const load = async (url: string): Promise<Response> => {
      const answer = await fetch(url, { credentials: "same-origin", signal: loading.signal });
      if (!answer.ok) {
        throw new Error(`${url} answered ${answer.status}`);
      }
      return answer;
    };
    try {
      const [, , map, truth] = await Promise.all([
        this.plain.show(scene.imageUrl),
        this.layered.show(scene.imageUrl),
        load(scene.mapUrl).then(async (answer) => readNpy(await answer.arrayBuffer())),
        load(scene.annotationsUrl).then(async (answer) => readAnnotation((await answer.json()) as ImageDocument)),
      ]);
      if (loading.signal.aborted) {
        return;
      }
      this.map = map;
      this.annotation = truth;
      this.masks = new Map();
      this.tiles = scene.tiles;
      // An image with a result fits the area, or it would have been refused.
      this.regions = scene.areaUrl ? ((await loadRegions(scene.areaUrl, this.layered.size, loading.signal)) ?? []) : [];
      if (loading.signal.aborted) {
        return;
      }
      this.drawnScale = 0;
      this.drawnLevel = Number.NaN;
      await this.redraw();
    } catch (failed) {
      if (!loading.signal.aborted) {
        throw failed;
      }
    }
  }

  setLook(look: ResultLook): void {
    this.look = look;
    const plainPane = this.plain.element.parentElement;
    if (plainPane) {
      plainPane.hidden = look.mode !== "side";
    }
    clearInterval(this.blinker);
    this.isBlinkedOff = false;
    if (look.mode === "blink") {
      this.blinker = window.setInterval(() => {
        this.isBlinkedOff = !this.isBlinkedOff;
        this.applyVisibility();
      }, blinkMilliseconds);
    }
    void this.redraw();
  }

  fit(): void {
    this.layered.fit();
    this.plain.fit();
  }

  oneToOne(): void {
    this.layered.oneToOne();
  }

  dispose(): void {
    this.loading.abort();
    this.stop.abort();
    clearInterval(this.blinker);
    this.plain.dispose();
    this.layered.dispose();
  }

  private async redraw(): Promise<void> {
    const { map, look } = this;
    if (map && this.drawnScale !== look.scaleHigh) {
      this.drawnScale = look.scaleHigh;
      const bitmap = await createImageBitmap(new ImageData(colourMap(map, this.settings.colours, look.scaleHigh), map.width, map.height));
      if (map === this.map && look.scaleHigh === this.drawnScale) {
        this.heatmap.bitmap?.close();
        this.heatmap.bitmap = bitmap;
      }
    }
    if (map && this.drawnLevel !== look.threshold) {
      this.drawnLevel = look.threshold;
      this.segments = contour(map, look.threshold);
    }
    this.applyVisibility();
  }

  private applyVisibility(): void {
    this.heatmap.opacity = this.look.heatmapOpacity;
    this.heatmap.isVisible = !this.isBlinkedOff;
    this.layered.invalidate();
  }

  private shapeLayer(): Layer {
    const view = this;
    return new ShapeLayer(() => ({
      shapes: view.annotation.shapes,
      selectedId: null,
      hoveredId: null,
      isVisible: view.look.truthOpacity > 0 && !view.isBlinkedOff,
      opacity: view.look.truthOpacity,
      size: view.layered.size,
      colorOf: (className) => view.colourOf(className),
    }));
  }

  private colourOf(className: string): string {
    return this.settings.classColours[className] ?? otherColour;
  }

  private drawTruth(frame: Frame): void {
    if (this.look.truthOpacity <= 0 || this.isBlinkedOff) {
      return;
    }
    for (const shape of this.annotation.shapes) {
      if (shape.kind === "mask") {
        const picture = this.pictureOf(shape);
        const bounds = boundsOf(shape);
        const from = frame.snap(bounds.x, bounds.y);
        const to = frame.snap(bounds.x + bounds.width, bounds.y + bounds.height);
        frame.context.globalAlpha = this.look.truthOpacity;
        frame.context.imageSmoothingEnabled = false;
        frame.context.drawImage(picture, from.x, from.y, to.x - from.x, to.y - from.y);
        frame.context.globalAlpha = 1;
      }
    }
  }

  // Only as large as the mask's bounds: a 20-megapixel image would cost 80 MB otherwise.
  private pictureOf(shape: MaskShape): HTMLCanvasElement {
    let picture = this.masks.get(shape);
    if (!picture) {
      const bounds = boundsOf(shape as Shape);
      picture = document.createElement("canvas");
      picture.width = Math.max(1, bounds.width);
      picture.height = Math.max(1, bounds.height);
      const context = picture.getContext("2d");
      if (context) {
        context.fillStyle = this.colourOf(shape.className);
        shape.mask.forEachRun((y, fromX, toX) => context.fillRect(fromX - bounds.x, y - bounds.y, toX - fromX, 1));
      }
      this.masks.set(shape, picture);
    }
    return picture;
  }

  private drawContour(frame: Frame): void {
    if (!this.look.showsContour || this.isBlinkedOff || this.segments.length === 0) {
      return;
    }
    const { width, height } = this.layered.size;
    const path = new Path2D();
    for (const [x1, y1, x2, y2] of this.segments) {
      const from = frame.place(x1 * width, y1 * height);
      const to = frame.place(x2 * width, y2 * height);
      path.moveTo(from.x, from.y);
      path.lineTo(to.x, to.y);
    }
    const { context, pixelRatio } = frame;
    context.lineCap = "round";
    context.lineWidth = 3.5 * pixelRatio;
    context.strokeStyle = "rgb(0 0 0 / 60%)";
    context.stroke(path);
    context.lineWidth = 1.75 * pixelRatio;
    context.strokeStyle = "#ffffff";
    context.stroke(path);
  }

  private drawTiles(frame: Frame): void {
    if (this.tiles && this.look.showsTiles && !this.isBlinkedOff) {
      drawTileGrid(frame, this.tiles);
    }
  }

  private read(at: Point | null): void {
    const { width, height } = this.layered.size;
    const value = at && this.map && width > 0 ? valueAt(this.map, { x: at.x / width, y: at.y / height }) : null;
    this.readout.textContent = at && value !== null
      ? `x ${Math.floor(at.x)}  y ${Math.floor(at.y)}  ${this.settings.valueText} ${value.toFixed(4)}`
      : "";
  }

  private together(from: ImageSurface, to: ImageSurface): void {
    from.onViewChanged = (view) => {
      const other = to.view;
      if (from.screenSize.width === 0) {
        return; // hidden: follows, never leads
      }
      if (from.isFitted) {
        if (!to.isFitted) {
          to.fit();
        }
      } else if (to.isFitted || other.scale !== view.scale || other.left !== view.left || other.top !== view.top) {
        to.setView(view);
      }
    };
  }

  private key(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    const isTyping = target.closest("input:not([type=range]), textarea, select, [contenteditable=true]") !== null;
    const isSlider = target instanceof HTMLInputElement && target.type === "range" && event.key.startsWith("Arrow");
    if (isTyping || isSlider || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key === "0") {
      this.fit();
    } else if (event.key === "+" || event.key === "=") {
      this.layered.zoom(1.25);
    } else if (event.key === "-") {
      this.layered.zoom(0.8);
    } else if (keys.has(event.key.length === 1 ? event.key.toLowerCase() : event.key)) {
      void this.listener.invokeMethodAsync("KeyPressed", event.key.length === 1 ? event.key.toLowerCase() : event.key);
    } else {
      return;
    }
    event.preventDefault();
  }
}
