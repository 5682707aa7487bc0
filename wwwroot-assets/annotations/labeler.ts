// The labeler: image, tools, classes, shapes, film strip and the state of saving. The page hands it settings and texts;
// from then on it talks to the server by HTTP alone, so it works on while the page's own connection is away.

import { ariaKeyOf, chordsOf, commandOf, keyOf, type CommandOf } from "../shell/keys.ts";
import { ImageSurface, type Plane } from "../viewer/imageSurface.ts";
import type { Point, Rectangle } from "../viewer/view.ts";
import { annotationsApi, type DefectClass, type ImageItem } from "./annotationsApi.ts";
import { loadRegions } from "./areaDocument.ts";
import { BoxTool, newBox } from "./boxTool.ts";
import { largestBrush, smallestBrush } from "./brush.ts";
import { BrushTool } from "./brushTool.ts";
import { manageClasses } from "./classDialog.ts";
import { h, icon, type IconName } from "./dom.ts";
import { FilmStrip } from "./filmStrip.ts";
import { showHelp } from "./helpDialog.ts";
import { Journal } from "./journal.ts";
import type { Board, LabelTool, ToolName } from "./labelTool.ts";
import { MaskLayer, type PaintedMask } from "./maskLayer.ts";
import type { Merged } from "./merge.ts";
import { OutsideLayer } from "./outsideLayer.ts";
import { PolygonTool } from "./polygonTool.ts";
import { wholePixels } from "./rectangles.ts";
import { SelectTool } from "./selectTool.ts";
import { ImageSession, type SaveState } from "./session.ts";
import { ShapeLayer } from "./shapeLayer.ts";
import { boundsOf, movedBy, touched, type Annotation, type ImageLabel, type MaskShape, type Shape } from "./shapes.ts";
import { filled, type TextKey, type Texts } from "./texts.ts";
import { Mask } from "./mask.ts";

export interface LabelerSettings {
  readonly projectId: string;
  readonly imageId: string | null;
  readonly canEdit: boolean;
  /** Separates the journals of people who share a browser. */
  readonly userId: string;
  /** Address of this page for an image: "{0}" stands for its id. */
  readonly imageUrl: string;
  readonly classes: readonly DefectClass[];
  /** The project's inspection area. */
  readonly areaUrl: string;
  readonly texts: Texts;
}

type Command = CommandOf<"labeler">;

const toolNames: readonly ToolName[] = ["select", "box", "ellipse", "polygon", "brush", "eraser"];
const arrows: Readonly<Record<string, Point>> = { ArrowLeft: { x: -1, y: 0 }, ArrowRight: { x: 1, y: 0 }, ArrowUp: { x: 0, y: -1 }, ArrowDown: { x: 0, y: 1 } };
const mostListedShapes = 400;
const unknownClassColor = "#bfbfbf";

/** Sessions outlive the labeler: what is not saved yet goes on being saved while people look at other pages. */
const sessions = new Map<string, ImageSession>();
let clipboard: readonly Shape[] = [];
let mounted: Labeler | null = null;

addEventListener("beforeunload", (event) => {
  if ([...sessions.values()].some((session) => !session.isSaved && session.saveState.kind !== "readOnly")) {
    event.preventDefault();
  }
});

const restMilliseconds = 4000;
let lastInput = 0;
for (const type of ["pointerdown", "pointermove", "keydown"]) {
  addEventListener(type, () => (lastInput = performance.now()), { capture: true, passive: true });
}

// The server was restarted and the page wants to load itself again: not with unsaved work, and not under a moving hand.
addEventListener("adclip:reload", (event) => {
  const unsaved = [...sessions.values()].filter((session) => !session.isSaved && session.saveState.kind !== "readOnly");
  for (const session of unsaved) {
    void session.flush();
  }
  if (unsaved.length > 0 || (mounted !== null && performance.now() - lastInput < restMilliseconds)) {
    event.preventDefault();
  }
});

export class Labeler implements Board {
  private readonly settings: LabelerSettings;
  private readonly texts: Texts;
  private readonly root: HTMLElement;
  private readonly surface: ImageSurface;
  private readonly outside: Plane;
  private readonly shapePlane: Plane;
  private readonly overlay: Plane;
  private readonly maskLayer = new MaskLayer();
  private readonly film: FilmStrip;
  private readonly tools: Readonly<Record<ToolName, LabelTool>>;
  private readonly stopListening = new AbortController();
  private readonly toolButtons = new Map<ToolName, HTMLButtonElement>();
  private readonly parts = {
    fileName: h("span", { class: "bar-file" }),
    position: h("span", { class: "bar-position" }),
    save: h("div", { class: "save-state", role: "status", "data-state": "saved" }),
    good: h("button", { type: "button", class: "label-button is-good" }),
    anomaly: h("button", { type: "button", class: "label-button is-anomaly" }),
    undo: h("button", { type: "button", class: "icon-button" }, icon("undo")),
    redo: h("button", { type: "button", class: "icon-button" }, icon("redo")),
    hide: h("button", { type: "button", class: "icon-button" }),
    area: h("button", { type: "button", class: "icon-button", hidden: true, "aria-pressed": "true" }, icon("area")),
    crosshair: h("button", { type: "button", class: "icon-button" }, icon("crosshair")),
    classList: h("div", { class: "class-list", role: "radiogroup" }),
    shapeList: h("div", { class: "shape-list", role: "listbox", tabindex: 0 }),
    shapeCount: h("span", { class: "panel-count" }),
    canvas: h("div", { class: "labeler-canvas" }),
    readout: h("div", { class: "readout", "aria-hidden": "true" }),
    message: h("div", { class: "labeler-message", role: "status", hidden: true }),
    brush: h("label", { class: "brush-size" }),
    brushRange: h("input", { type: "range", min: smallestBrush, max: 100 }),
    brushValue: h("output", {}),
  };
  private classes: readonly DefectClass[];
  private journal: Journal | null = null;
  private session: ImageSession | null = null;
  private item: ImageItem | null = null;
  private toolName: ToolName = "select";
  private currentClass: string;
  private selectedId: string | null = null;
  private hoveredId: string | null = null;
  private previewed: ReadonlyMap<string, Shape> | null = null;
  private isHidden = false;
  private regions: readonly Shape[] = [];
  private showsArea = true;
  private hasCrosshair = false;
  private cursor: Point | null = null;
  private size_ = { width: 1, height: 1 };
  private brushSize_ = 12;
  private opening = 0;
  private goodAskedAt = -Infinity;
  private messageTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: HTMLElement, settings: LabelerSettings) {
    this.settings = settings;
    this.texts = settings.texts;
    this.classes = settings.classes;
    this.currentClass = settings.classes[0]?.name ?? "defect";
    this.film = new FilmStrip(settings.projectId, settings.texts);
    this.root = h("div", { class: "labeler is-loading", "data-tool": this.toolName });
    host.replaceChildren(this.root);
    this.build();
    this.surface = new ImageSurface(this.parts.canvas);
    this.surface.element.setAttribute("aria-label", this.texts.status);
    this.surface.element.setAttribute("role", "application");
    this.surface.base.layers.push(this.maskLayer);
    this.outside = this.surface.addPlane();
    this.outside.layers.push(new OutsideLayer(() => ({ regions: this.regions, size: this.size_, isVisible: this.showsArea, hasOutline: true })));
    this.shapePlane = this.surface.addPlane();
    this.shapePlane.layers.push(
      new ShapeLayer(() => ({
        shapes: this.drawnShapes(),
        selectedId: this.selectedId,
        hoveredId: this.hoveredId,
        isVisible: !this.isHidden,
        opacity: this.maskLayer.opacity,
        size: this.size_,
        colorOf: (className) => this.colorOf(className),
      })),
    );
    this.overlay = this.surface.addPlane();
    this.overlay.layers.push({
      draw: (frame) => {
        if (this.hasCrosshair && this.cursor) {
          const at = frame.place(this.cursor.x, this.cursor.y);
          frame.context.fillStyle = "rgb(255 255 255 / 45%)";
          frame.context.fillRect(Math.round(at.x), 0, 1, frame.context.canvas.height);
          frame.context.fillRect(0, Math.round(at.y), frame.context.canvas.width, 1);
        }
        this.tool.draw(frame);
      },
    });
    this.tools = {
      select: new SelectTool(this),
      box: new BoxTool(this, "box"),
      ellipse: new BoxTool(this, "ellipse"),
      polygon: new PolygonTool(this),
      brush: new BrushTool(this, false),
      eraser: new BrushTool(this, true),
    };
    this.surface.gestures.tool = {
      down: (at, event) => this.session !== null && this.tool.down(at, event),
      drag: (path, event) => this.tool.drag(path, event),
      up: (at, event) => this.tool.up(at, event),
      cancel: () => this.tool.cancel(),
      hover: (at, event) => this.hoverAt(at, event),
    };
    this.surface.onViewChanged = () => this.showReadout();
    this.film.onChosen = (item) => void this.open(item);
    const { signal } = this.stopListening;
    addEventListener("keydown", (event) => this.keyDown(event), { signal });
    addEventListener("keyup", (event) => event.key === " " && this.holdSpace(false), { signal });
    addEventListener("blur", () => this.holdSpace(false), { signal });
    addEventListener("resize", () => this.film.resize(), { signal });
    addEventListener("pagehide", () => void this.session?.flush(), { signal });
    addEventListener("online", () => this.retryAll(), { signal });
    this.chooseTool(settings.canEdit ? "brush" : "select");
    this.renderClasses();
    this.showSaveState({ kind: "saved", revision: 0 });
  }

  async start(): Promise<void> {
    try {
      this.journal = await Journal.open(`adclip-labels-${this.settings.userId}`);
      await this.film.open(this.settings.imageId);
    } catch (failed) {
      this.root.classList.remove("is-loading");
      this.tell(filled(this.texts.loadFailed, failed instanceof Error ? failed.message : String(failed)), true);
      return;
    }
    const wanted = this.settings.imageId ? this.film.find(this.settings.imageId) : undefined;
    const first = wanted ?? this.film.items.find((item) => item.label === "unlabelled") ?? this.film.items[0];
    if (!first) {
      this.root.classList.remove("is-loading");
      this.parts.canvas.append(h("div", { class: "labeler-empty" }, h("strong", {}, this.texts.noImages), h("p", {}, this.texts.noImagesBody)));
      return;
    }
    await this.open(first);
    await this.resumeOthers();
  }

  dispose(): void {
    this.stopListening.abort();
    clearTimeout(this.messageTimer);
    void this.session?.flush();
    this.detach();
    this.surface.dispose();
    this.root.remove();
  }

  // What tools see.

  get size(): { readonly width: number; readonly height: number } {
    return this.size_;
  }

  get shapes(): readonly Shape[] {
    return this.annotation.shapes;
  }

  get selected(): Shape | null {
    return this.shapes.find((shape) => shape.id === this.selectedId) ?? null;
  }

  get className(): string {
    return this.currentClass;
  }

  get color(): string {
    return this.colorOf(this.currentClass);
  }

  get canEdit(): boolean {
    return this.settings.canEdit && this.session !== null;
  }

  get areShapesVisible(): boolean {
    return !this.isHidden;
  }

  get scale(): number {
    return this.surface.view.scale;
  }

  get brushSize(): number {
    return this.brushSize_;
  }

  set brushSize(size: number) {
    this.brushSize_ = Math.min(largestBrush, Math.max(smallestBrush, Math.round(size)));
    this.parts.brushRange.value = String(this.brushSize_);
    this.parts.brushValue.textContent = `${this.brushSize_} px`;
    this.overlay.invalidate();
  }

  select(id: string | null): void {
    if (this.selectedId !== id) {
      this.selectedId = id;
      this.showShapes();
      this.renderShapes();
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
    this.commit({ label: "anomaly", shapes: [...this.shapes, shape] });
  }

  replace(changes: ReadonlyMap<string, Shape | null>): void {
    const shapes = this.shapes.flatMap((shape) => {
      const change = changes.get(shape.id);
      return change === undefined ? [shape] : change === null ? [] : [change];
    });
    this.commit({ label: this.annotation.label, shapes });
  }

  preview(shapes: ReadonlyMap<string, Shape> | null): void {
    if (this.previewed !== shapes) {
      this.previewed = shapes;
      this.showShapes();
    }
  }

  previewMasks(masks: ReadonlyMap<string, MaskShape>, changed: Rectangle): void {
    this.previewed = masks;
    this.maskLayer.update(this.paintedMasks(), changed);
    this.surface.base.invalidate();
  }

  redraw(): void {
    this.overlay.invalidate();
  }

  setCursor(cursor: string): void {
    const wanted = this.surface.gestures.spaceHeld || this.surface.gestures.isPanning ? "" : cursor;
    if (this.surface.element.style.cursor !== wanted) {
      this.surface.element.style.cursor = wanted;
    }
  }

  // Images.

  private async open(item: ImageItem): Promise<void> {
    const opening = ++this.opening;
    this.goodAskedAt = -Infinity;
    this.tool.leave();
    void this.session?.flush();
    this.detach();
    this.session = null;
    this.item = item;
    this.selectedId = this.hoveredId = this.previewed = null;
    this.film.show(item.id);
    this.parts.fileName.textContent = item.fileName;
    this.parts.fileName.title = item.fileName;
    this.showPosition();
    history.replaceState(history.state, "", filled(this.settings.imageUrl, item.id));
    this.root.classList.add("is-loading");
    this.maskLayer.show([]);
    this.regions = [];
    this.outside.invalidate();
    this.shapePlane.invalidate();
    const picture = this.surface.show(`/api/v1/images/${item.id}/display`);
    let session = sessions.get(item.id);
    try {
      if (!session || session.isSaved) {
        session = await ImageSession.open(item.id, annotationsApi, this.journal!);
      }
      if (!(await picture) || opening !== this.opening) {
        this.keep(session);
        return;
      }
    } catch (failed) {
      picture.catch(() => undefined);
      if (opening === this.opening) {
        this.root.classList.remove("is-loading");
        this.tell(filled(this.texts.imageFailed, item.fileName, failed instanceof Error ? failed.message : String(failed)), true);
      }
      return;
    }
    this.root.classList.remove("is-loading");
    this.tell(null);
    this.attach(session);
    void this.showRegions(opening);
  }

  private attach(session: ImageSession): void {
    this.session = session;
    sessions.set(session.imageId, session);
    this.size_ = { width: session.document.width, height: session.document.height };
    this.showReadout();
    session.onChanged = () => this.annotationChanged();
    session.onSaveState = (state) => this.showSaveState(state);
    session.onMerged = (merged) => this.tellMerged(merged);
    session.onJournalFailed = () => this.tell(this.texts.journalFailed, true);
    this.annotationChanged();
    this.showSaveState(session.saveState);
  }

  /** Lets go of the session; it goes on saving by itself and is forgotten once it has. */
  private detach(): void {
    const session = this.session;
    if (session) {
      session.onChanged = session.onMerged = session.onJournalFailed = null;
      this.keep(session);
    }
  }

  private keep(session: ImageSession): void {
    sessions.set(session.imageId, session);
    const forget = (): void => {
      if (session.isSaved && this.session !== session) {
        sessions.delete(session.imageId);
      }
    };
    session.onSaveState = forget;
    forget();
  }

  /** Work on other images that an earlier visit could not save. */
  private async resumeOthers(): Promise<void> {
    for (const imageId of (await this.journal?.images()) ?? []) {
      if (!sessions.has(imageId)) {
        try {
          this.keep(await ImageSession.open(imageId, annotationsApi, this.journal!));
        } catch {
          // It stays in the journal and is tried again on the next visit.
        }
      }
    }
  }

  private retryAll(): void {
    for (const session of sessions.values()) {
      if (!session.isSaved) {
        void session.flush();
      }
    }
  }

  /** The inspection area on this image, where there is one and it fits; labels can be drawn outside too. */
  private async showRegions(opening: number): Promise<void> {
    const regions = await loadRegions(this.settings.areaUrl, this.size_).catch(() => null);
    if (opening === this.opening) {
      this.regions = regions ?? [];
      this.parts.area.hidden = this.regions.length === 0;
      this.outside.invalidate();
    }
  }

  private toggleArea(): void {
    this.showsArea = !this.showsArea;
    this.parts.area.setAttribute("aria-pressed", String(this.showsArea));
    this.outside.invalidate();
  }

  private async step(by: number): Promise<void> {
    const item = await this.film.neighbour(by);
    if (item) {
      await this.open(item);
    }
  }

  // The annotation.

  private get annotation(): Annotation {
    return this.session?.current ?? { label: null, shapes: [] };
  }

  private commit(next: Annotation): void {
    this.previewed = null;
    if (this.canEdit) {
      this.session?.commit(next);
    }
  }

  private annotationChanged(): void {
    this.previewed = null;
    if (this.selectedId && !this.selected) {
      this.selectedId = null;
    }
    const { label, shapes } = this.annotation;
    this.parts.good.setAttribute("aria-pressed", String(label === "good"));
    this.parts.anomaly.setAttribute("aria-pressed", String(label === "anomaly"));
    this.parts.undo.disabled = !this.session?.canUndo;
    this.parts.redo.disabled = !this.session?.canRedo;
    if (this.item) {
      const state = label ?? "unlabelled";
      if (this.item.label !== state || this.item.shapeCount !== shapes.length) {
        this.item.label = state;
        this.item.shapeCount = shapes.length;
        this.film.refresh(this.item);
      }
    }
    this.showShapes();
    this.renderShapes();
    this.renderClasses();
  }

  private setLabel(label: ImageLabel): void {
    const { label: current, shapes } = this.annotation;
    if (!this.canEdit) {
      return;
    }
    if (label === "good" && shapes.length > 0) {
      if (performance.now() - this.goodAskedAt > 4000) {
        this.goodAskedAt = performance.now();
        this.tell(filled(this.texts.goodAgain, shapes.length, keyOf("labeler", "good")));
        return;
      }
      this.goodAskedAt = -Infinity;
      this.tell(null);
      this.commit({ label: "good", shapes: [] });
      return;
    }
    if (label === "anomaly" && current === "anomaly" && shapes.length > 0) {
      return;
    }
    this.commit({ label: current === label ? null : label, shapes });
  }

  private deleteSelected(): void {
    if (this.selected && this.canEdit) {
      this.replace(new Map([[this.selected.id, null]]));
    }
  }

  private chooseClass(name: string): void {
    this.currentClass = name;
    const { selected } = this;
    if (this.toolName === "brush" || this.toolName === "eraser") {
      this.select(null);
    } else if (selected && selected.className !== name && this.canEdit) {
      this.replace(new Map([[selected.id, touched({ ...selected, className: name })]]));
    }
    this.renderClasses();
    this.overlay.invalidate();
  }

  private cycle(by: number): void {
    const { shapes } = this;
    if (shapes.length === 0) {
      return;
    }
    const at = shapes.findIndex((shape) => shape.id === this.selectedId);
    const index = at < 0 ? (by > 0 ? 0 : shapes.length - 1) : (at + by + shapes.length) % shapes.length;
    const shape = shapes[index]!;
    this.select(shape.id);
    this.surface.reveal(boundsOf(shape));
  }

  private nudge(dx: number, dy: number, resizes: boolean): void {
    const { selected, size } = this;
    if (!selected || !this.canEdit) {
      return;
    }
    if (!resizes) {
      this.replace(new Map([[selected.id, movedBy(selected, dx, dy, size.width, size.height)]]));
    } else if (selected.kind === "box" || selected.kind === "ellipse") {
      const { x, y, width, height } = selected.box;
      const corner = { x: Math.max(x + 1, x + width + dx), y: Math.max(y + 1, y + height + dy) };
      this.replace(new Map([[selected.id, touched({ ...selected, box: wholePixels({ x, y }, corner, size) })]]));
    }
  }

  private copy(): void {
    clipboard = this.selected ? [this.selected] : [...this.shapes];
    if (clipboard.length > 0) {
      this.tell(filled(this.texts.copied, clipboard.length, keyOf("labeler", "paste")));
    }
  }

  private paste(): void {
    if (!this.canEdit || clipboard.length === 0) {
      return;
    }
    const { size } = this;
    const known = new Set(this.shapes.map((shape) => shape.id));
    const added = clipboard.flatMap((shape): Shape[] => {
      const isCopy = known.has(shape.id);
      const { author: _author, time: _time, ...rest } = shape;
      const fresh = { ...rest, id: crypto.randomUUID() } as Shape;
      const fitted =
        fresh.kind === "mask" && (fresh.mask.width !== size.width || fresh.mask.height !== size.height)
          ? { ...fresh, mask: cutTo(fresh.mask, size) }
          : fresh;
      if (fitted.kind === "mask" && fitted.mask.isEmpty()) {
        return [];
      }
      const bounds = boundsOf(fitted);
      if (bounds.width > size.width || bounds.height > size.height) {
        return [];
      }
      return [movedBy(fitted, isCopy ? 10 : 0, isCopy ? 10 : 0, size.width, size.height)];
    });
    if (added.length > 0) {
      this.selectedId = added[added.length - 1]!.id;
      this.commit({ label: "anomaly", shapes: [...this.shapes, ...added] });
    }
  }

  // What is drawn.

  private drawnShapes(): readonly Shape[] {
    const { previewed } = this;
    return previewed ? this.shapes.map((shape) => previewed.get(shape.id) ?? shape) : this.shapes;
  }

  private paintedMasks(): PaintedMask[] {
    const { previewed } = this;
    const shapes = this.drawnShapes();
    const known = new Set(shapes.map((shape) => shape.id));
    const drafts = previewed ? [...previewed.values()].filter((shape) => !known.has(shape.id)) : [];
    return [...shapes, ...drafts].flatMap((shape) =>
      shape.kind === "mask"
        ? [{
            mask: shape.mask,
            color: littleEndian(this.colorOf(shape.className)),
            isSelected: shape.id === this.selectedId && this.toolName === "select",
          }]
        : [],
    );
  }

  private showShapes(): void {
    this.maskLayer.show(this.paintedMasks());
    this.surface.base.invalidate();
    this.shapePlane.invalidate();
    this.overlay.invalidate();
  }

  private colorOf(className: string): string {
    return this.classes.find((known) => known.name === className)?.color ?? unknownClassColor;
  }

  // Keys.

  private get tool(): LabelTool {
    return this.tools[this.toolName];
  }

  private chooseTool(name: ToolName): void {
    this.tool.leave();
    this.toolName = name;
    this.root.dataset["tool"] = name;
    for (const [tool, button] of this.toolButtons) {
      button.setAttribute("aria-pressed", String(tool === name));
    }
    this.showShapes();
  }

  private holdSpace(held: boolean): void {
    if (this.surface.gestures.spaceHeld !== held) {
      this.surface.gestures.spaceHeld = held;
      this.surface.element.style.cursor = held ? "grab" : this.toolName === "select" ? "" : "crosshair";
    }
  }

  private keyDown(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (target.closest("input:not([type=range]), select, textarea, [contenteditable]") || document.querySelector("dialog[open], .mud-overlay-dialog")) {
      return;
    }
    if (event.key.startsWith("Page") && target.closest(".labeler-side")) {
      return; // scrolls
    }
    const onButton = target.closest("button, a, [role=listbox]") !== null;
    if (onButton && (event.key === "Enter" || event.key === " " || event.key === "Tab")) {
      return;
    }
    if (event.key === "Tab" && !this.surface.element.contains(target)) {
      return; // Tab leaves the page's other parts as usual; on the image it goes through the shapes
    }
    const command = commandOf(event, "labeler");
    if (command !== null && (this.tool.obey(command) || this.obey(command, event))) {
      event.preventDefault();
    }
  }

  /** True when the command meant something. */
  private obey(command: Command, event: KeyboardEvent): boolean {
    const arrow = arrows[event.key] ?? { x: 0, y: 0 };
    const by = event.shiftKey ? 10 : 1;
    const does: Readonly<Record<Command, () => unknown>> = {
      select: () => this.chooseTool("select"),
      box: () => this.chooseTool("box"),
      ellipse: () => this.chooseTool("ellipse"),
      polygon: () => this.chooseTool("polygon"),
      brush: () => this.chooseTool("brush"),
      eraser: () => this.chooseTool("eraser"),
      newMask: () => this.select(null),
      thinner: () => (this.brushSize -= this.brushStep()),
      thicker: () => (this.brushSize += this.brushStep()),
      add: () => this.addByKey(),
      drop: () => this.select(null),
      undo: () => this.session?.undo(),
      redo: () => this.session?.redo(),
      cycle: () => this.cycle(1),
      cycleBack: () => this.cycle(-1),
      delete: () => this.deleteSelected(),
      move: () => (this.selected ? this.nudge(arrow.x * by, arrow.y * by, false) : this.surface.pan(-arrow.x * 60, -arrow.y * 60)),
      resize: () => this.nudge(arrow.x * by, arrow.y * by, true),
      copy: () => this.copy(),
      paste: () => this.paste(),
      class: () => this.chooseClassOf(chordsOf(event)),
      good: () => this.setLabel("good"),
      anomaly: () => this.setLabel("anomaly"),
      previous: () => void this.step(-1),
      next: () => void this.step(1),
      save: () => void this.session?.flush(),
      pan: () => this.holdSpace(true),
      zoomIn: () => this.surface.zoom(1.25),
      zoomOut: () => this.surface.zoom(0.8),
      fit: () => this.surface.fit(),
      oneToOne: () => this.surface.oneToOne(),
      hide: () => this.toggleHidden(),
      area: () => this.toggleArea(),
      crosshair: () => this.toggleCrosshair(),
      help: () => showHelp(this.texts),
    };
    return does[command]() !== false;
  }

  /** False where no class has the digit. */
  private chooseClassOf(digits: readonly string[]): boolean {
    const chosen = this.classes.find((known) => known.hotkey !== null && digits.includes(known.hotkey));
    if (chosen) {
      this.chooseClass(chosen.name);
    }
    return chosen !== undefined;
  }

  private brushStep(): number {
    return Math.max(1, Math.round(this.brushSize_ * 0.12));
  }

  /** With the box or ellipse tool: one in the middle of what is visible, to be moved and resized with the arrows. */
  private addByKey(): void {
    if ((this.toolName === "box" || this.toolName === "ellipse") && this.canEdit) {
      const { screenSize } = this.surface;
      const a = this.surface.toImage({ x: screenSize.width * 0.4, y: screenSize.height * 0.4 });
      const b = this.surface.toImage({ x: screenSize.width * 0.6, y: screenSize.height * 0.6 });
      this.add(newBox(this.toolName, this.currentClass, wholePixels(a, b, this.size_)));
    }
  }

  private toggleHidden(): void {
    this.isHidden = !this.isHidden;
    this.maskLayer.isVisible = !this.isHidden;
    this.parts.hide.replaceChildren(icon(this.isHidden ? "eyeOff" : "eye"));
    this.parts.hide.setAttribute("aria-pressed", String(this.isHidden));
    this.showShapes();
  }

  private toggleCrosshair(): void {
    this.hasCrosshair = !this.hasCrosshair;
    this.parts.crosshair.setAttribute("aria-pressed", String(this.hasCrosshair));
    this.overlay.invalidate();
  }

  private hoverAt(at: Point | null, event: PointerEvent): void {
    this.cursor = at;
    if (this.hasCrosshair) {
      this.overlay.invalidate();
    }
    this.showReadout();
    this.tool.hover(at, event);
  }

  // The page around the image.

  private build(): void {
    const { texts, parts } = this;
    const named = (button: HTMLButtonElement, key: TextKey, command: Command | null, run: () => void): HTMLButtonElement => {
      button.title = command ? `${texts[key]} (${keyOf("labeler", command)})` : texts[key];
      button.setAttribute("aria-label", texts[key]);
      if (command) {
        button.setAttribute("aria-keyshortcuts", ariaKeyOf("labeler", command));
      }
      button.addEventListener("click", run);
      return button;
    };
    const iconButton = (name: IconName, key: TextKey, command: Command | null, run: () => void): HTMLButtonElement =>
      named(h("button", { type: "button", class: "icon-button" }, icon(name)), key, command, run);
    const keyCap = (command: Command): HTMLElement => h("kbd", { "aria-hidden": "true" }, keyOf("labeler", command));

    parts.good.append(icon("good"), texts.goodLabel, keyCap("good"));
    parts.anomaly.append(icon("anomaly"), texts.anomaly, keyCap("anomaly"));
    named(parts.good, "goodLabel", "good", () => this.setLabel("good"));
    named(parts.anomaly, "anomaly", "anomaly", () => this.setLabel("anomaly"));
    parts.good.disabled = parts.anomaly.disabled = !this.settings.canEdit;
    parts.hide.append(icon("eye"));
    named(parts.hide, "hideLabels", "hide", () => this.toggleHidden());
    named(parts.area, "inspectionArea", "area", () => this.toggleArea());
    named(parts.crosshair, "crosshair", "crosshair", () => this.toggleCrosshair());
    named(parts.undo, "undo", "undo", () => this.session?.undo());
    named(parts.redo, "redo", "redo", () => this.session?.redo());

    const rail = h("div", { class: "tool-rail", role: "toolbar", "aria-orientation": "vertical", "aria-label": texts.helpDraw });
    for (const name of toolNames) {
      const button = iconButton(name, name, name, () => this.chooseTool(name));
      button.append(keyCap(name));
      button.disabled = !this.settings.canEdit && name !== "select";
      this.toolButtons.set(name, button);
      rail.append(button);
    }
    rail.append(
      h("div", { class: "rail-gap" }),
      parts.undo,
      parts.redo,
      h("div", { class: "rail-space" }),
      iconButton("help", "help", "help", () => showHelp(texts)),
    );

    const opacity = h("input", { type: "range", min: 0, max: 100, value: 70, "aria-label": texts.opacity, title: texts.opacity });
    opacity.addEventListener("input", () => {
      this.maskLayer.opacity = Number(opacity.value) / 100;
      this.showShapes();
    });
    parts.brushRange.addEventListener("input", () => (this.brushSize = Number(parts.brushRange.value)));
    parts.brushRange.value = String(this.brushSize_);
    parts.brushValue.textContent = `${this.brushSize_} px`;
    parts.brush.title = `${texts.brushSize} (${keyOf("labeler", "thinner")} ${keyOf("labeler", "thicker")})`;
    parts.brush.append(h("span", {}, texts.brushSize), parts.brushRange, parts.brushValue);

    const bar = h(
      "div",
      { class: "labeler-bar" },
      iconButton("previous", "previousImage", "previous", () => void this.step(-1)),
      iconButton("next", "nextImage", "next", () => void this.step(1)),
      parts.position,
      parts.fileName,
      h("div", { class: "bar-space" }),
      parts.brush,
      h("label", { class: "bar-range" }, h("span", {}, texts.opacity), opacity),
      parts.hide,
      parts.area,
      parts.crosshair,
      h("div", { class: "bar-gap" }),
      iconButton("minus", "zoomOut", "zoomOut", () => this.surface.zoom(0.8)),
      iconButton("plus", "zoomIn", "zoomIn", () => this.surface.zoom(1.25)),
      iconButton("fit", "fit", "fit", () => this.surface.fit()),
      iconButton("oneToOne", "oneToOne", "oneToOne", () => this.surface.oneToOne()),
      h("div", { class: "bar-gap" }),
      parts.save,
    );

    parts.classList.setAttribute("aria-label", texts.classes);
    parts.shapeList.setAttribute("aria-label", texts.shapes);
    const manage = iconButton("settings", "manageClasses", null, () => void this.editClasses());
    manage.disabled = !this.settings.canEdit;
    const side = h(
      "aside",
      { class: "labeler-side" },
      h("section", { class: "side-label" }, parts.good, parts.anomaly),
      h("section", {}, h("h2", {}, texts.classes, manage), parts.classList),
      h("section", { class: "side-shapes" }, h("h2", {}, texts.shapes, parts.shapeCount), parts.shapeList),
    );
    parts.canvas.append(parts.readout, parts.message);
    this.root.append(bar, rail, parts.canvas, side, this.film.element);
  }

  private renderClasses(): void {
    const counts = new Map<string, number>();
    for (const shape of this.shapes) {
      counts.set(shape.className, (counts.get(shape.className) ?? 0) + 1);
    }
    this.parts.classList.replaceChildren(
      ...this.classes.map((known) => {
        const swatch = h("span", { class: "swatch" });
        swatch.style.background = known.color;
        return h(
          "button",
          {
            type: "button",
            role: "radio",
            class: "class-item",
            "aria-checked": String(known.name === this.currentClass),
            disabled: !this.settings.canEdit,
            onclick: () => this.chooseClass(known.name),
          },
          swatch,
          h("span", { class: "class-name", title: known.name }, known.name),
          h("span", { class: "class-count" }, String(counts.get(known.name) ?? "")),
          known.hotkey ? h("kbd", {}, known.hotkey) : "",
        );
      }),
    );
  }

  private renderShapes(): void {
    const { shapes, texts } = this;
    this.parts.shapeCount.textContent = shapes.length > 0 ? String(shapes.length) : "";
    const rows = shapes.slice(0, mostListedShapes).map((shape) => this.shapeRow(shape));
    if (shapes.length === 0) {
      rows.push(h("p", { class: "side-empty" }, texts.noShapes));
    } else if (shapes.length > mostListedShapes) {
      rows.push(h("p", { class: "side-empty" }, filled(texts.more, shapes.length - mostListedShapes)));
    }
    this.parts.shapeList.replaceChildren(...rows);
    this.parts.shapeList.querySelector(".is-selected")?.scrollIntoView({ block: "nearest" });
  }

  private shapeRow(shape: Shape): HTMLElement {
    const { texts } = this;
    const bounds = boundsOf(shape);
    const size = `${trimmed(bounds.width)} × ${trimmed(bounds.height)}`;
    const origin = shape.provenance === "model" ? texts.provenanceModel : shape.provenance === "edited" ? texts.provenanceEdited : "";
    const glyph = icon(shape.kind);
    glyph.style.color = this.colorOf(shape.className);
    const title = `${texts.deleteShape} (${keyOf("labeler", "delete")})`;
    const remove = h("button", { type: "button", class: "icon-button", title, "aria-label": texts.deleteShape, tabindex: -1 }, icon("trash"));
    remove.disabled = !this.settings.canEdit;
    remove.addEventListener("click", (event) => {
      event.stopPropagation();
      this.replace(new Map([[shape.id, null]]));
    });
    const isSelected = shape.id === this.selectedId;
    return h(
      "div",
      {
        role: "option",
        class: `shape-item${isSelected ? " is-selected" : ""}`,
        "aria-selected": String(isSelected),
        title: [shape.className, texts[shape.kind], size, shape.author, origin].filter(Boolean).join(" · "),
        onclick: () => {
          this.select(shape.id);
          this.surface.reveal(bounds);
        },
      },
      glyph,
      h("span", { class: "shape-class" }, shape.className),
      h("span", { class: "shape-size" }, size),
      remove,
    );
  }

  private async editClasses(): Promise<void> {
    this.classes = await manageClasses(this.settings.projectId, this.texts, this.classes);
    if (!this.classes.some((known) => known.name === this.currentClass)) {
      this.currentClass = this.classes[0]?.name ?? this.currentClass;
    }
    this.renderClasses();
    this.renderShapes();
    this.showShapes();
    this.surface.element.focus();
  }

  private showPosition(): void {
    const total = `${this.film.items.length}${this.film.hasMore ? "+" : ""}`;
    this.parts.position.textContent = `${this.film.position + 1} / ${total}`;
  }

  private showReadout(): void {
    const zoom = `${Math.round(this.surface.view.scale * devicePixelRatio * 100)} %`;
    const { cursor, size_ } = this;
    const inside = cursor && cursor.x >= 0 && cursor.y >= 0 && cursor.x < size_.width && cursor.y < size_.height;
    this.parts.readout.textContent = inside ? `${Math.floor(cursor.x)}, ${Math.floor(cursor.y)} · ${zoom}` : `${size_.width} × ${size_.height} · ${zoom}`;
  }

  private showSaveState(state: SaveState): void {
    const { texts, parts } = this;
    const words: Record<SaveState["kind"], string> = {
      saved: state.kind === "saved" && state.revision > 0 ? filled(texts.saveSaved, state.revision) : "",
      pending: texts.savePending,
      saving: texts.saveSaving,
      offline: texts.saveOffline,
      signedOut: texts.saveSignedOut,
      readOnly: texts.saveReadOnly,
      refused: texts.saveRefused,
    };
    parts.save.dataset["state"] = this.settings.canEdit ? state.kind : "readOnly";
    const text = this.settings.canEdit ? words[state.kind] : texts.readOnly;
    if (parts.save.textContent !== text) {
      parts.save.textContent = text;
    }
    parts.save.title = text;
    if (state.kind === "signedOut") {
      parts.save.append(" ", h("a", { href: "/sign-in", target: "_blank" }, texts.signIn));
    }
    if (state.kind === "refused") {
      this.tell(state.message, true);
    }
  }

  private tellMerged(merged: Merged): void {
    const { texts } = this;
    const notes = [
      texts.merged,
      merged.keptBoth > 0 ? filled(texts.mergedBoth, merged.keptBoth) : "",
      merged.keptDeleted > 0 ? filled(texts.mergedDeleted, merged.keptDeleted) : "",
      merged.labelDisputed ? texts.mergedLabel : "",
    ];
    this.tell(notes.filter(Boolean).join(" "));
  }

  /** A sentence over the image; a problem stays until the next one. */
  private tell(text: string | null, isProblem = false): void {
    clearTimeout(this.messageTimer);
    const { message } = this.parts;
    message.hidden = text === null;
    message.textContent = text ?? "";
    message.classList.toggle("is-problem", isProblem);
    if (text !== null && !isProblem) {
      this.messageTimer = setTimeout(() => this.tell(null), 6000);
    }
  }
}

function cutTo(mask: Mask, size: { readonly width: number; readonly height: number }): Mask {
  const cut = new Mask(size.width, size.height);
  mask.forEachRun((y, fromX, toX) => cut.setRow(y, fromX, toX, true));
  return cut;
}

function littleEndian(color: string): number {
  const value = parseInt(color.slice(1), 16);
  return ((value & 0xff) << 16) | (value & 0xff00) | (value >> 16);
}

function trimmed(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Called by the page once its element is there. */
export async function mount(host: HTMLElement, settings: LabelerSettings): Promise<void> {
  mounted?.dispose();
  mounted = new Labeler(host, settings);
  await mounted.start();
}

export function unmount(): void {
  mounted?.dispose();
  mounted = null;
}
