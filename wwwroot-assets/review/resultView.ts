// One result: the image with its anomaly map, the ground truth and the contour at the threshold, as one picture, side by
// side, or blinking. Called by ResultViewInterop.cs.

import { loadRegions } from "../annotations/areaDocument.ts";
import { OutsideLayer } from "../annotations/outsideLayer.ts";
import { ShapeLayer } from "../annotations/shapeLayer.ts";
import { boundsOf, readAnnotation, type Annotation, type ImageDocument, type MaskShape, type Shape } from "../annotations/shapes.ts";
import { BitmapLayer, ImageSurface, type Frame, type Layer } from "../viewer/imageSurface.ts";
import type { Point } from "../viewer/view.ts";
import { drawTileGrid, type TileGrid } from "./tileGrid.ts";
import { RegionTool, type RegionChoice } from "./regionTool.ts";
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
  invokeMethodAsync(method: "RegionChosen", region: RegionChoice | null): Promise<void>;
}

const blinkMilliseconds = 700;
const keys = new Set(["ArrowLeft", "ArrowRight", "1", "2", "3", "4", "5", "s", "b", "o", "a", "f", "m", "e", "t"]);
const teachingKeys = new Set(["g", "d", "x", "u", "y", "Enter", "Escape"]);
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

/** Begins or ends choosing regions; at the end the run's own map is shown again. */
export async function teach(host: HTMLElement, isTeaching: boolean): Promise<void> {
  await views.get(host)?.teach(isTeaching);
}

/** Shows another map than the run's; with one before it, `showSide` goes between both. */
export async function showMaps(host: HTMLElement, beforeUrl: string | null, afterUrl: string): Promise<void> {
  await views.get(host)?.showMaps(beforeUrl, afterUrl);
}

export async function showSide(host: HTMLElement, isAfter: boolean): Promise<void> {
  await views.get(host)?.showSide(isAfter);
}

export function dropRegion(host: HTMLElement): void {
  views.get(host)?.regions.drop();
}

export function unmount(host: HTMLElement): void {
  views.get(host)?.dispose();
  views.delete(host);
}

/** A map and where it came from. */
interface LoadedMap {
  readonly url: string;
  readonly map: AnomalyMap;
}

class ResultView {
  readonly regions: RegionTool;
  private readonly host: HTMLElement;
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
  private area: readonly Shape[] = [];
  private own: LoadedMap | null = null;
  private before: LoadedMap | null = null;
  private after: LoadedMap | null = null;
  private isTeaching = false;
  private tiles: TileGrid | null = null;
  private loading = new AbortController();
  private drawnScale = 0;
  private drawnLevel = Number.NaN;
  private blinker = 0;
  private isBlinkedOff = false;

  constructor(host: HTMLElement, settings: ResultSettings, look: ResultLook, listener: KeyListener) {
    this.host = host;
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
    outside.layers.push(
      new OutsideLayer(() => ({
        regions: this.area,
        size: this.layered.size,
        isVisible: this.look.showsArea && !this.isBlinkedOff,
        hasOutline: true,
      })),
    );
    const above = this.layered.addPlane();
    above.layers.push(
      this.heatmap,
      { draw: (frame) => this.drawTruth(frame) },
      this.shapeLayer(),
      { draw: (frame) => this.drawContour(frame) },
      { draw: (frame) => this.drawTiles(frame) },
    );
    this.regions = new RegionTool(
      this.layered,
      () => ({ map: this.map, level: this.look.threshold }),
      (choice) => void this.listener.invokeMethodAsync("RegionChosen", choice),
      (at) => this.read(at),
    );
    this.layered.addPlane().layers.push({ draw: (frame) => this.regions.draw(frame) });
    this.readout.className = "result-readout";
    host.append(this.readout);
    this.together(this.plain, this.layered);
    this.together(this.layered, this.plain);
    this.lookAround(this.plain);
    this.lookAround(this.layered);
    document.addEventListener("keydown", (event) => this.key(event), { signal: this.stop.signal });
    this.setLook(look);
  }

  async teach(isTeaching: boolean): Promise<void> {
    this.isTeaching = isTeaching;
    if (isTeaching) {
      this.layered.gestures.tool = this.regions;
      return;
    }
    this.regions.leave();
    this.lookAround(this.layered);
    [this.before, this.after] = [null, null];
    await this.put(this.own);
  }

  async showMaps(beforeUrl: string | null, afterUrl: string): Promise<void> {
    const { signal } = this.loading;
    const [before, after] = await Promise.all([beforeUrl === null ? null : this.loadMap(beforeUrl, signal), this.loadMap(afterUrl, signal)]);
    if (!signal.aborted) {
      [this.before, this.after] = [before, after];
      await this.put(after);
    }
  }

  async showSide(isAfter: boolean): Promise<void> {
    await this.put(isAfter ? this.after : (this.before ?? this.after));
  }

  async show(scene: ResultScene): Promise<void> {
    this.loading.abort();
    const loading = new AbortController();
    this.loading = loading;
    try {
      const [, , map, truth] = await Promise.all([
        this.plain.show(scene.imageUrl),
        this.layered.show(scene.imageUrl),
        this.loadMap(scene.mapUrl, loading.signal),
        load(scene.annotationsUrl, loading.signal).then(async (answer) => readAnnotation((await answer.json()) as ImageDocument)),
      ]);
      if (loading.signal.aborted) {
        return;
      }
      this.own = map;
      this.annotation = truth;
      this.masks = new Map();
      this.tiles = scene.tiles;
      // An image with a result fits the area, or it would have been refused.
      this.area = scene.areaUrl ? ((await loadRegions(scene.areaUrl, this.layered.size, loading.signal)) ?? []) : [];
      if (loading.signal.aborted) {
        return;
      }
      await this.put(this.after ?? map);
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

  private lookAround(surface: ImageSurface): void {
    surface.gestures.tool = { down: () => false, drag: () => {}, up: () => {}, cancel: () => {}, hover: (at) => this.read(at) };
  }

  private async loadMap(url: string, signal: AbortSignal): Promise<LoadedMap> {
    return { url, map: readNpy(await (await load(url, signal)).arrayBuffer()) };
  }

  /** Shows a map; `data-map` of the host names it once it is drawn. */
  private async put(loaded: LoadedMap | null): Promise<void> {
    if (!loaded) {
      return;
    }
    this.map = loaded.map;
    this.drawnScale = 0;
    this.drawnLevel = Number.NaN;
    await this.redraw();
    requestAnimationFrame(() => {
      if (this.map === loaded.map) {
        this.host.dataset.map = loaded.url;
      }
    });
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
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (event.key === "Enter" && target.closest("button, a, summary") !== null) {
      return; // presses what has the focus
    }
    if (this.isTeaching && this.regions.key(event)) {
      event.preventDefault();
      return;
    }
    if (event.key === "0") {
      this.fit();
    } else if (event.key === "+" || event.key === "=") {
      this.layered.zoom(1.25);
    } else if (event.key === "-") {
      this.layered.zoom(0.8);
    } else if (keys.has(key) || (this.isTeaching && teachingKeys.has(key))) {
      void this.listener.invokeMethodAsync("KeyPressed", key);
    } else {
      return;
    }
    event.preventDefault();
  }
}

async function load(url: string, signal: AbortSignal): Promise<Response> {
  const answer = await fetch(url, { credentials: "same-origin", signal });
  if (!answer.ok) {
    throw new Error(`${url} answered ${answer.status}`);
  }
  return answer;
}
