// One result: the image with its anomaly map, the ground truth and the contour at the threshold, as one picture, side by
// side, or blinking. Called by ResultViewInterop.cs.

import { loadRegions } from "../annotations/areaDocument.ts";
import { OutsideLayer } from "../annotations/outsideLayer.ts";
import { drawPixelGrid } from "../annotations/shapeLayer.ts";
import { readAnnotation, type Annotation, type ImageDocument, type Shape } from "../annotations/shapes.ts";
import { commandOf, type CommandOf } from "../shell/keys.ts";
import { BitmapLayer, ImageSurface, type Frame } from "../viewer/imageSurface.ts";
import type { Point } from "../viewer/view.ts";
import { drawTileGrid, type TileGrid } from "./tileGrid.ts";
import { RegionTool, type RegionChoice } from "./regionTool.ts";
import { TruthLayer } from "./truthLayer.ts";
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
  readonly showsTruth: boolean;
  /** Opacity of the filling within the ground truth's outline; 0: none. */
  readonly truthFill: number;
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

/** What the keys of a result say; the page acts on all but what only concerns the picture. */
type Command = CommandOf<"result" | "review" | "teaching">;

interface Listener {
  invokeMethodAsync(method: "CommandGiven", command: Command): Promise<void>;
  invokeMethodAsync(method: "RegionChosen", region: RegionChoice | null): Promise<void>;
}

const blinkMilliseconds = 700;
const panPixels = 60;
const arrows: Readonly<Record<string, Point>> = { ArrowLeft: { x: -1, y: 0 }, ArrowRight: { x: 1, y: 0 }, ArrowUp: { x: 0, y: -1 }, ArrowDown: { x: 0, y: 1 } };
const otherColour = "#4da3ff";
const views = new Map<HTMLElement, ResultView>();

export function mount(host: HTMLElement, settings: ResultSettings, look: ResultLook, listener: Listener): void {
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
  private readonly listener: Listener;
  private readonly plain: ImageSurface;
  private readonly layered: ImageSurface;
  private readonly heatmap: BitmapLayer;
  private readonly readout = document.createElement("output");
  private readonly stop = new AbortController();
  private look: ResultLook;
  private map: AnomalyMap | null = null;
  private annotation: Annotation = { label: null, shapes: [] };
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

  constructor(host: HTMLElement, settings: ResultSettings, look: ResultLook, listener: Listener) {
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
      { draw: (frame) => drawPixelGrid(frame, this.layered.size) },
      { draw: (frame) => this.drawContour(frame) },
      { draw: (frame) => this.drawTiles(frame) },
    );
    // On both sides, and in both halves of a blink: what is compared with the truth changes, the truth stays.
    for (const surface of [this.plain, this.layered]) {
      const plane = surface.addPlane();
      plane.canvas.dataset["plane"] = "truth";
      plane.layers.push(
        new TruthLayer(() => ({
          shapes: this.annotation.shapes,
          isVisible: this.look.showsTruth,
          fill: this.look.truthFill,
          colorOf: (className) => this.settings.classColours[className] ?? otherColour,
        })),
      );
    }
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
    this.plain.invalidate();
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
    const isSlider = target instanceof HTMLInputElement && target.type === "range" && /^(Arrow|Page|Home|End)/.test(event.key);
    const scrolls = event.key.startsWith("Page") && target.closest(".result-side") !== null;
    // Enter presses what has the focus; a dialog has keys of its own.
    const isPressed = event.key === "Enter" && target.closest("button, a, summary") !== null;
    if (isTyping || isSlider || scrolls || isPressed || document.querySelector("dialog[open], .mud-overlay-dialog")) {
      return;
    }
    const command: Command | null = this.isTeaching ? commandOf(event, "teaching", "result") : commandOf(event, "result", "review");
    if (command !== null) {
      event.preventDefault();
      this.obey(command, event);
    }
  }

  private obey(command: Command, event: KeyboardEvent): void {
    if (this.isTeaching && this.regions.obey(command, event)) {
      return;
    }
    const arrow = arrows[event.key] ?? { x: 0, y: 0 };
    const own: Partial<Record<Command, () => void>> = {
      fit: () => this.fit(),
      zoomIn: () => this.layered.zoom(1.25),
      zoomOut: () => this.layered.zoom(0.8),
      pan: () => this.layered.pan(-arrow.x * panPixels, -arrow.y * panPixels),
    };
    const act = own[command];
    if (act) {
      act();
    } else {
      void this.listener.invokeMethodAsync("CommandGiven", command);
    }
  }
}

async function load(url: string, signal: AbortSignal): Promise<Response> {
  const answer = await fetch(url, { credentials: "same-origin", signal });
  if (!answer.ok) {
    throw new Error(`${url} answered ${answer.status}`);
  }
  return answer;
}
