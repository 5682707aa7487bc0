// The inspection area: regions drawn on an image of the project with the labeler's tools, the rest hatched as one draws, and
// other images to see whether it fits them. Saved as the labeler saves: journalled, then put, merged where somebody was faster.

import { commandOf, type CommandOf } from "../shell/keys.ts";
import { ImageSurface, type Plane } from "../viewer/imageSurface.ts";
import type { Point, Size } from "../viewer/view.ts";
import type { ImageItem } from "./annotationsApi.ts";
import { areaApi, fits, regionColours, scaled, scaledBy, type RegionUse } from "./areaDocument.ts";
import { AreaPanel, type AreaTool } from "./areaPanel.ts";
import type { AreaSettings } from "./areaSettings.ts";
import { BoxTool, newBox } from "./boxTool.ts";
import { h } from "./dom.ts";
import { FilmStrip } from "./filmStrip.ts";
import { Journal } from "./journal.ts";
import type { Board, LabelTool } from "./labelTool.ts";
import { OutsideLayer, shareOutside } from "./outsideLayer.ts";
import { PolygonTool } from "./polygonTool.ts";
import { wholePixels } from "./rectangles.ts";
import { SelectTool } from "./selectTool.ts";
import { ImageSession } from "./session.ts";
import { ShapeLayer } from "./shapeLayer.ts";
import { boundsOf, movedBy, type Annotation, type Shape } from "./shapes.ts";
import { filled } from "./texts.ts";

const arrows: Readonly<Record<string, Point>> = { ArrowLeft: { x: -1, y: 0 }, ArrowRight: { x: 1, y: 0 }, ArrowUp: { x: 0, y: -1 }, ArrowDown: { x: 0, y: 1 } };

let mounted: AreaEditor | null = null;
/** A save that was under way when the page was left goes on. */
let leaving: ImageSession | null = null;

addEventListener("beforeunload", (event) => {
  const session = mounted?.unsaved ?? leaving;
  if (session && !session.isSaved && session.saveState.kind !== "readOnly") {
    event.preventDefault();
  }
});

export class AreaEditor implements Board {
  readonly settings: AreaSettings;
  private readonly root: HTMLElement;
  private readonly canvas = h("div", { class: "labeler-canvas" });
  private readonly readout = h("div", { class: "readout", "aria-hidden": "true" });
  private readonly message = h("div", { class: "labeler-message", role: "status", hidden: true });
  private readonly panel: AreaPanel;
  private readonly surface: ImageSurface;
  private readonly outside: Plane;
  private readonly shapePlane: Plane;
  private readonly overlay: Plane;
  private readonly film: FilmStrip;
  private readonly tools: Readonly<Record<AreaTool, LabelTool>>;
  private readonly stopListening = new AbortController();
  private journal: Journal | null = null;
  private session: ImageSession | null = null;
  private toolName: AreaTool = "select";
  private use: RegionUse = "include";
  private selectedId: string | null = null;
  private hoveredId: string | null = null;
  private previewed: ReadonlyMap<string, Shape> | null = null;
  private imageSize: Size = { width: 1, height: 1 };
  private shownOf: { readonly annotation: Annotation; readonly size: Size; readonly shapes: readonly Shape[] } | null = null;
  private isShaded = true;
  private opening = 0;
  brushSize = 1;

  constructor(host: HTMLElement, settings: AreaSettings) {
    this.settings = settings;
    this.root = h("div", { class: "labeler area-editor is-loading" });
    host.replaceChildren(this.root);
    this.panel = new AreaPanel(settings, {
      chooseTool: (name) => this.chooseTool(name),
      chooseUse: (use) => this.chooseUse(use),
      select: (shape) => {
        this.select(shape.id);
        this.surface.reveal(boundsOf(shape));
      },
      remove: (id) => this.replace(new Map([[id, null]])),
      undo: () => this.session?.undo(),
      redo: () => this.session?.redo(),
      shade: (isShaded) => this.shade(isShaded),
      step: (by) => void this.step(by),
      zoom: (factor) => this.surface.zoom(factor),
      fit: () => this.surface.fit(),
    });
    this.film = new FilmStrip(settings.projectId, settings.texts);
    this.canvas.append(this.readout, this.message);
    this.root.append(this.panel.bar, this.panel.rail, this.canvas, this.panel.side, this.film.element);
    this.surface = new ImageSurface(this.canvas);
    this.surface.element.setAttribute("role", "application");
    this.surface.element.setAttribute("aria-label", settings.texts.areaRegions);
    this.outside = this.surface.addPlane();
    this.outside.layers.push(new OutsideLayer(() => ({ regions: this.drawnShapes(), size: this.imageSize, isVisible: this.isShaded, hasOutline: false })));
    this.shapePlane = this.surface.addPlane();
    this.shapePlane.layers.push(
      new ShapeLayer(() => ({
        shapes: this.drawnShapes().map((shape) => this.named(shape)),
        selectedId: this.selectedId,
        hoveredId: this.hoveredId,
        isVisible: true,
        opacity: 0.3,
        size: this.imageSize,
        colorOf: (name) => regionColours[name === settings.texts.areaIgnore ? "ignore" : "include"],
      })),
    );
    this.overlay = this.surface.addPlane();
    this.overlay.layers.push({ draw: (frame) => this.tool.draw(frame) });
    this.tools = { select: new SelectTool(this), box: new BoxTool(this, "box"), ellipse: new BoxTool(this, "ellipse"), polygon: new PolygonTool(this) };
    this.surface.gestures.tool = {
      down: (at, event) => this.session !== null && this.tool.down(at, event),
      drag: (path, event) => this.tool.drag(path, event),
      up: (at, event) => this.tool.up(at, event),
      cancel: () => this.tool.cancel(),
      hover: (at, event) => {
        this.showReadout(at);
        this.tool.hover(at, event);
      },
    };
    this.surface.onViewChanged = () => this.showReadout(null);
    this.film.onChosen = (item) => void this.open(item);
    const { signal } = this.stopListening;
    addEventListener("keydown", (event) => this.keyDown(event), { signal });
    addEventListener("keyup", (event) => event.key === " " && this.holdSpace(false), { signal });
    addEventListener("blur", () => this.holdSpace(false), { signal });
    addEventListener("resize", () => this.film.resize(), { signal });
    addEventListener("pagehide", () => void this.session?.flush(), { signal });
    addEventListener("online", () => void this.session?.flush(), { signal });
    this.chooseTool(settings.canEdit ? "box" : "select");
    this.chooseUse("include");
  }

  async start(): Promise<void> {
    const { texts, userId } = this.settings;
    try {
      this.journal = await Journal.open(`adclip-area-${userId}`);
      await this.film.open(null);
    } catch (failed) {
      this.root.classList.remove("is-loading");
      this.tell(filled(texts.loadFailed, failed instanceof Error ? failed.message : String(failed)), true);
      return;
    }
    const first = this.film.items[0];
    if (!first) {
      this.root.classList.remove("is-loading");
      this.canvas.append(h("div", { class: "labeler-empty" }, h("strong", {}, texts.areaNoImages), h("p", {}, texts.areaNoImagesBody)));
      return;
    }
    await this.open(first);
  }

  dispose(): void {
    this.stopListening.abort();
    const { session } = this;
    if (session) {
      session.onChanged = session.onSaveState = session.onMerged = session.onJournalFailed = null;
      leaving = session;
      void session.flush();
    }
    this.surface.dispose();
    this.root.remove();
  }

  get unsaved(): ImageSession | null {
    return this.session;
  }

  // What tools see: the frame of the image that is shown.

  get size(): Size {
    return this.imageSize;
  }

  get shapes(): readonly Shape[] {
    const { session, imageSize } = this;
    if (!session || !this.isFitting) {
      return [];
    }
    if (this.shownOf?.annotation !== session.current || this.shownOf.size !== imageSize) {
      const { width, height } = session.document;
      this.shownOf = {
        annotation: session.current,
        size: imageSize,
        shapes: scaledBy(session.current.shapes, imageSize.width / width, imageSize.height / height),
      };
    }
    return this.shownOf.shapes;
  }

  get selected(): Shape | null {
    return this.shapes.find((shape) => shape.id === this.selectedId) ?? null;
  }

  get className(): string {
    return this.use;
  }

  get color(): string {
    return regionColours[this.use];
  }

  get canEdit(): boolean {
    return this.settings.canEdit && this.session !== null && this.isFitting;
  }

  get areShapesVisible(): boolean {
    return true;
  }

  get scale(): number {
    return this.surface.view.scale;
  }

  select(id: string | null): void {
    if (this.selectedId !== id) {
      this.selectedId = id;
      this.show();
    }
  }

  hover(id: string | null): void {
    if (this.hoveredId !== id) {
      this.hoveredId = id;
      this.shapePlane.invalidate();
    }
  }

  add(shape: Shape): void {
    this.selectedId = shape.id;
    this.commit((shapes, stored) => [...shapes, stored(shape)]);
  }

  replace(changes: ReadonlyMap<string, Shape | null>): void {
    this.commit((shapes, stored) =>
      shapes.flatMap((shape) => {
        const change = changes.get(shape.id);
        return change === undefined ? [shape] : change === null ? [] : [stored(change)];
      }),
    );
  }

  preview(shapes: ReadonlyMap<string, Shape> | null): void {
    if (this.previewed !== shapes) {
      this.previewed = shapes;
      this.redrawShapes();
    }
  }

  previewMasks(): void {}

  redraw(): void {
    this.overlay.invalidate();
  }

  setCursor(cursor: string): void {
    const { gestures, element } = this.surface;
    element.style.cursor = gestures.spaceHeld || gestures.isPanning ? "" : cursor;
  }

  // Images.

  private async open(item: ImageItem): Promise<void> {
    const opening = ++this.opening;
    const { texts, projectId } = this.settings;
    this.tool.leave();
    this.selectedId = this.hoveredId = this.previewed = null;
    this.film.show(item.id);
    this.panel.showImage(item.fileName, `${this.film.position + 1} / ${this.film.items.length}${this.film.hasMore ? "+" : ""}`);
    this.root.classList.add("is-loading");
    try {
      const isShown = await this.surface.show(`/api/v1/images/${item.id}/display`);
      if (!isShown || opening !== this.opening) {
        return;
      }
      this.imageSize = { width: item.width, height: item.height };
      const { session } = this;
      if (!session || (session.isSaved && session.current.shapes.length === 0 && !fits(session.document, this.imageSize))) {
        // Nothing is drawn yet: the first region makes this image's size the area's.
        const opened = await ImageSession.open(projectId, areaApi(() => this.imageSize), this.journal!);
        if (opening !== this.opening) {
          opened.dispose();
          return;
        }
        session?.dispose();
        this.attach(opened);
      }
    } catch (failed) {
      if (opening === this.opening) {
        this.root.classList.remove("is-loading");
        this.tell(filled(texts.imageFailed, item.fileName, failed instanceof Error ? failed.message : String(failed)), true);
      }
      return;
    }
    this.root.classList.remove("is-loading");
    this.tellFit();
    this.showReadout(null);
    this.show();
  }

  private attach(session: ImageSession): void {
    const { texts } = this.settings;
    this.session = session;
    session.onChanged = () => {
      this.previewed = null;
      this.tellFit();
      this.show();
    };
    session.onSaveState = (state) => {
      this.panel.showSaveState(state);
      if (state.kind === "refused") {
        this.tell(state.message, true);
      }
    };
    session.onMerged = () => this.tell(texts.merged, false);
    session.onJournalFailed = () => this.tell(texts.journalFailed, true);
    this.panel.showSaveState(session.saveState);
  }

  private async step(by: number): Promise<void> {
    const item = await this.film.neighbour(by);
    if (item) {
      await this.open(item);
    }
  }

  /** False on an image of other proportions, where nothing can be shown or drawn. */
  private get isFitting(): boolean {
    const { session } = this;
    return session !== null && fits(session.document, this.imageSize);
  }

  private tellFit(): void {
    const { session, imageSize } = this;
    const { texts } = this.settings;
    if (session && session.saveState.kind !== "refused") {
      const { width, height } = session.document;
      this.tell(this.isFitting ? null : filled(texts.areaMisfit, width, height, imageSize.width, imageSize.height), true);
    }
  }

  // The regions.

  /** One step; `stored` takes a shape from the shown image's frame to the document's. */
  private commit(change: (shapes: readonly Shape[], stored: (shape: Shape) => Shape) => readonly Shape[]): void {
    const { session, imageSize } = this;
    this.previewed = null;
    if (session && this.canEdit) {
      const { width, height } = session.document;
      const isSame = width === imageSize.width && height === imageSize.height;
      const stored = (shape: Shape): Shape => (isSame ? shape : within(scaled(shape, width / imageSize.width, height / imageSize.height), session.document));
      session.commit({ label: null, shapes: change(session.current.shapes, stored) });
    }
  }

  private deleteSelected(): void {
    if (this.selected) {
      this.replace(new Map([[this.selected.id, null]]));
    }
  }

  private cycle(by: number): void {
    const { shapes } = this;
    const at = shapes.findIndex((shape) => shape.id === this.selectedId);
    const next = shapes[(at < 0 ? (by > 0 ? 0 : shapes.length - 1) : at + by + shapes.length) % Math.max(1, shapes.length)];
    if (next) {
      this.select(next.id);
      this.surface.reveal(boundsOf(next));
    }
  }

  private nudge(dx: number, dy: number, resizes: boolean): void {
    const { selected, imageSize } = this;
    if (selected && !resizes) {
      this.replace(new Map([[selected.id, movedBy(selected, dx, dy, imageSize.width, imageSize.height)]]));
    } else if (selected?.kind === "box" || selected?.kind === "ellipse") {
      const { x, y, width, height } = selected.box;
      this.replace(
        new Map([[
          selected.id,
          { ...selected, box: wholePixels({ x, y }, { x: Math.max(x + 1, x + width + dx), y: Math.max(y + 1, y + height + dy) }, imageSize) },
        ]]),
      );
    }
  }

  private drawnShapes(): readonly Shape[] {
    const { previewed } = this;
    return previewed ? this.shapes.map((shape) => previewed.get(shape.id) ?? shape) : this.shapes;
  }

  private named(shape: Shape): Shape {
    const { texts } = this.settings;
    return { ...shape, className: shape.className === "ignore" ? texts.areaIgnore : texts.areaInclude };
  }

  private redrawShapes(): void {
    this.outside.invalidate();
    this.shapePlane.invalidate();
    this.overlay.invalidate();
  }

  private show(): void {
    const { session, imageSize, settings } = this;
    const isScaled =
      session !== null &&
      session.current.shapes.length > 0 &&
      (session.document.width !== imageSize.width || session.document.height !== imageSize.height);
    const note = isScaled && this.isFitting ? filled(settings.texts.areaScaled, session.document.width, session.document.height) : "";
    this.panel.showRegions(this.shapes, this.selectedId, shareOutside(this.shapes, imageSize), note);
    this.panel.showHistory(session?.canUndo ?? false, session?.canRedo ?? false);
    this.redrawShapes();
  }

  private chooseUse(use: RegionUse): void {
    this.use = use;
    const { selected } = this;
    if (this.toolName !== "select") {
      this.select(null); // what is drawn next, not what was drawn last
    } else if (selected && selected.className !== use && this.canEdit) {
      this.replace(new Map([[selected.id, { ...selected, className: use }]]));
    }
    this.panel.showUse(use);
    this.overlay.invalidate();
  }

  private shade(isShaded: boolean): void {
    this.isShaded = isShaded;
    this.panel.showShade(isShaded);
    this.outside.invalidate();
  }

  // Keys.

  private get tool(): LabelTool {
    return this.tools[this.toolName];
  }

  private chooseTool(name: AreaTool): void {
    this.tool.leave();
    this.toolName = name;
    this.root.dataset["tool"] = name;
    this.panel.showTool(name);
    this.redrawShapes();
  }

  private holdSpace(held: boolean): void {
    if (this.surface.gestures.spaceHeld !== held) {
      this.surface.gestures.spaceHeld = held;
      this.surface.element.style.cursor = held ? "grab" : this.toolName === "select" ? "" : "crosshair";
    }
  }

  private keyDown(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]") || document.querySelector("dialog[open], .mud-overlay-dialog")) {
      return;
    }
    if (event.key.startsWith("Page") && target.closest(".labeler-side")) {
      return; // scrolls
    }
    const isOnButton = target.closest("button, a, input, [role=listbox]") !== null;
    if ((isOnButton && ["Enter", " ", "Tab"].includes(event.key)) || (event.key === "Tab" && !this.surface.element.contains(target))) {
      return;
    }
    const command = commandOf(event, "area");
    if (command !== null && (this.tool.obey(command) || this.obey(command, event))) {
      event.preventDefault();
    }
  }

  /** True when the command meant something. */
  private obey(command: CommandOf<"area">, event: KeyboardEvent): boolean {
    const arrow = arrows[event.key] ?? { x: 0, y: 0 };
    const by = event.shiftKey ? 10 : 1;
    const choose = (tool: AreaTool): boolean => {
      const mayChoose = this.settings.canEdit || tool === "select";
      if (mayChoose) {
        this.chooseTool(tool);
      }
      return mayChoose;
    };
    const does: Readonly<Record<CommandOf<"area">, () => unknown>> = {
      select: () => choose("select"),
      box: () => choose("box"),
      ellipse: () => choose("ellipse"),
      polygon: () => choose("polygon"),
      include: () => this.chooseUse("include"),
      ignore: () => this.chooseUse("ignore"),
      add: () => this.addByKey(),
      drop: () => this.select(null),
      undo: () => this.session?.undo(),
      redo: () => this.session?.redo(),
      cycle: () => this.cycle(1),
      cycleBack: () => this.cycle(-1),
      delete: () => this.deleteSelected(),
      move: () => (this.selected ? this.nudge(arrow.x * by, arrow.y * by, false) : this.surface.pan(-arrow.x * 60, -arrow.y * 60)),
      resize: () => this.nudge(arrow.x * by, arrow.y * by, true),
      previous: () => void this.step(-1),
      next: () => void this.step(1),
      save: () => void this.session?.flush(),
      pan: () => this.holdSpace(true),
      zoomIn: () => this.surface.zoom(1.25),
      zoomOut: () => this.surface.zoom(0.8),
      fit: () => this.surface.fit(),
      hide: () => this.shade(!this.isShaded),
    };
    return does[command]() !== false;
  }

  /** With the box or ellipse tool: one in the middle of what is visible, to be moved and resized with the arrows. */
  private addByKey(): void {
    if ((this.toolName === "box" || this.toolName === "ellipse") && this.canEdit) {
      const { screenSize } = this.surface;
      const a = this.surface.toImage({ x: screenSize.width * 0.35, y: screenSize.height * 0.35 });
      const b = this.surface.toImage({ x: screenSize.width * 0.65, y: screenSize.height * 0.65 });
      this.add(newBox(this.toolName, this.use, wholePixels(a, b, this.imageSize)));
    }
  }

  private showReadout(cursor: Point | null): void {
    const { width, height } = this.imageSize;
    const zoom = `${Math.round(this.surface.view.scale * devicePixelRatio * 100)} %`;
    const isInside = cursor && cursor.x >= 0 && cursor.y >= 0 && cursor.x < width && cursor.y < height;
    this.readout.textContent = isInside ? `${Math.floor(cursor.x)}, ${Math.floor(cursor.y)} · ${zoom}` : `${width} × ${height} · ${zoom}`;
  }

  private tell(text: string | null, isProblem: boolean): void {
    this.message.hidden = text === null;
    this.message.textContent = text ?? "";
    this.message.classList.toggle("is-problem", isProblem);
  }
}

/** Scaling can put an edge a rounding error beyond the image. */
function within(shape: Shape, size: Size): Shape {
  const cut = (value: number, most: number): number => Math.min(most, Math.max(0, value));
  if (shape.kind === "polygon") {
    return { ...shape, points: shape.points.map((point) => ({ x: cut(point.x, size.width), y: cut(point.y, size.height) })) };
  }
  if (shape.kind === "mask") {
    return shape;
  }
  const x = cut(shape.box.x, size.width);
  const y = cut(shape.box.y, size.height);
  return { ...shape, box: { x, y, width: Math.min(shape.box.width, size.width - x), height: Math.min(shape.box.height, size.height - y) } };
}

/** Called by the page once its element is there. */
export async function mount(host: HTMLElement, settings: AreaSettings): Promise<void> {
  mounted?.dispose();
  mounted = new AreaEditor(host, settings);
  await mounted.start();
}

export function unmount(): void {
  mounted?.dispose();
  mounted = null;
}
