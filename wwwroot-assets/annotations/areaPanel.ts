// The bar, the tools and the list beside the inspection area's image.

import { ariaKeyOf, keyOf, type CommandOf } from "../shell/keys.ts";
import { regionColours, type RegionUse } from "./areaDocument.ts";
import type { AreaSettings } from "./areaSettings.ts";
import { h, icon, type IconName } from "./dom.ts";
import type { ToolName } from "./labelTool.ts";
import type { SaveState } from "./session.ts";
import { boundsOf, type Shape } from "./shapes.ts";
import { filled } from "./texts.ts";

export type AreaTool = Extract<ToolName, "select" | "box" | "ellipse" | "polygon">;

export interface AreaActions {
  chooseTool(name: AreaTool): void;
  chooseUse(use: RegionUse): void;
  select(shape: Shape): void;
  remove(id: string): void;
  undo(): void;
  redo(): void;
  shade(isShaded: boolean): void;
  step(by: number): void;
  zoom(factor: number): void;
  fit(): void;
}

const toolNames: readonly AreaTool[] = ["select", "box", "ellipse", "polygon"];

/** What the legend tells: keys together, and the text beside them. */
const legend: readonly (readonly [readonly CommandOf<"area">[], keyof AreaSettings["texts"]])[] = [
  [toolNames, "helpDraw"],
  [["include"], "areaInclude"],
  [["ignore"], "areaIgnore"],
  [["previous", "next"], "helpImage"],
  [["undo"], "undo"],
];

export class AreaPanel {
  readonly bar: HTMLElement;
  readonly rail: HTMLElement;
  readonly side: HTMLElement;
  private readonly settings: AreaSettings;
  private readonly actions: AreaActions;
  private readonly toolButtons = new Map<AreaTool, HTMLButtonElement>();
  private readonly useButtons = new Map<RegionUse, HTMLButtonElement>();
  private readonly position = h("span", { class: "bar-position" });
  private readonly fileName = h("span", { class: "bar-file" });
  private readonly save = h("div", { class: "save-state", role: "status", "data-state": "saved" });
  private readonly undo: HTMLButtonElement;
  private readonly redo: HTMLButtonElement;
  private readonly shade: HTMLButtonElement;
  private readonly list: HTMLElement;
  private readonly count = h("span", { class: "panel-count" });
  private readonly outside = h("p", { class: "side-empty", role: "status" });

  constructor(settings: AreaSettings, actions: AreaActions) {
    this.settings = settings;
    this.actions = actions;
    const { texts, canEdit, projectId } = settings;
    const button = (name: IconName, label: string, command: CommandOf<"area">, run: () => void): HTMLButtonElement =>
      h(
        "button",
        {
          type: "button",
          class: "icon-button",
          title: `${label} (${keyOf("area", command)})`,
          "aria-label": label,
          "aria-keyshortcuts": ariaKeyOf("area", command),
          onclick: run,
        },
        icon(name),
      );
    this.undo = button("undo", texts.undo, "undo", () => actions.undo());
    this.redo = button("redo", texts.redo, "redo", () => actions.redo());
    this.shade = button("eye", texts.areaShowOutside, "hide", () => actions.shade(this.shade.getAttribute("aria-pressed") !== "true"));
    this.shade.setAttribute("aria-pressed", "true");
    this.bar = h(
      "div",
      { class: "labeler-bar" },
      button("previous", texts.previousImage, "previous", () => actions.step(-1)),
      button("next", texts.nextImage, "next", () => actions.step(1)),
      this.position,
      this.fileName,
      h("div", { class: "bar-space" }),
      this.shade,
      h("div", { class: "bar-gap" }),
      button("minus", texts.zoomOut, "zoomOut", () => actions.zoom(0.8)),
      button("plus", texts.zoomIn, "zoomIn", () => actions.zoom(1.25)),
      button("fit", texts.fit, "fit", () => actions.fit()),
      h("div", { class: "bar-gap" }),
      this.save,
    );
    this.rail = h("div", { class: "tool-rail", role: "toolbar", "aria-orientation": "vertical", "aria-label": texts.helpDraw });
    for (const name of toolNames) {
      const tool = button(name, texts[name], name, () => actions.chooseTool(name));
      tool.append(h("kbd", { "aria-hidden": "true" }, keyOf("area", name)));
      tool.disabled = !canEdit && name !== "select";
      this.toolButtons.set(name, tool);
      this.rail.append(tool);
    }
    this.rail.append(h("div", { class: "rail-gap" }), this.undo, this.redo);
    const uses = h("div", { class: "class-list", role: "radiogroup", "aria-label": texts.areaKind }, this.useButton("include"), this.useButton("ignore"));
    this.list = h("div", { class: "shape-list", role: "listbox", tabindex: 0, "aria-label": texts.areaRegions });
    this.side = h(
      "aside",
      { class: "labeler-side" },
      h("section", {}, h("h2", {}, texts.areaKind), uses),
      h("section", { class: "side-shapes" }, h("h2", {}, texts.areaRegions, this.count), this.list),
      h(
        "section",
        { class: "area-facts" },
        this.outside,
        h("p", { class: "side-empty" }, texts.areaNote),
        h(
          "dl",
          { class: "key-legend" },
          ...legend.map(([commands, text]) =>
            h("div", {}, h("dt", {}, ...commands.map((command) => h("kbd", {}, keyOf("area", command)))), h("dd", {}, texts[text]))),
        ),
        h("a", { class: "area-download", href: `/api/v1/projects/${projectId}/inspection-area`, download: "inspection-area.json" }, texts.areaDownload),
      ),
    );
  }

  showImage(fileName: string, position: string): void {
    this.fileName.textContent = this.fileName.title = fileName;
    this.position.textContent = position;
  }

  showTool(name: AreaTool): void {
    for (const [tool, button] of this.toolButtons) {
      button.setAttribute("aria-pressed", String(tool === name));
    }
  }

  showUse(use: RegionUse): void {
    for (const [known, button] of this.useButtons) {
      button.setAttribute("aria-checked", String(known === use));
    }
  }

  showShade(isShaded: boolean): void {
    this.shade.setAttribute("aria-pressed", String(isShaded));
    this.shade.replaceChildren(icon(isShaded ? "eye" : "eyeOff"));
  }

  showHistory(canUndo: boolean, canRedo: boolean): void {
    this.undo.disabled = !canUndo;
    this.redo.disabled = !canRedo;
  }

  /** `note` says that the area was drawn on another size. */
  showRegions(shapes: readonly Shape[], selectedId: string | null, shareOutside: number, note: string): void {
    const { texts } = this.settings;
    this.count.textContent = shapes.length > 0 ? String(shapes.length) : "";
    this.list.replaceChildren(
      ...(shapes.length > 0 ? shapes.map((shape) => this.row(shape, shape.id === selectedId)) : [h("p", { class: "side-empty" }, texts.areaEmpty)]),
    );
    const percent = Math.round(shareOutside * 1000) / 10;
    this.outside.textContent = [shapes.length > 0 ? filled(texts.areaOutside, percent) : "", note].filter(Boolean).join(". ");
  }

  showSaveState(state: SaveState): void {
    const { texts, canEdit } = this.settings;
    const words: Record<SaveState["kind"], string> = {
      saved: state.kind === "saved" && state.revision > 0 ? filled(texts.saveSaved, state.revision) : "",
      pending: texts.savePending,
      saving: texts.saveSaving,
      offline: texts.saveOffline,
      signedOut: texts.saveSignedOut,
      readOnly: texts.saveReadOnly,
      refused: texts.saveRefused,
    };
    this.save.dataset["state"] = canEdit ? state.kind : "readOnly";
    this.save.textContent = this.save.title = canEdit ? words[state.kind] : texts.readOnly;
  }

  private useButton(use: RegionUse): HTMLButtonElement {
    const { texts, canEdit } = this.settings;
    const swatch = h("span", { class: "swatch" });
    swatch.style.background = regionColours[use];
    const [name, help] = use === "include" ? [texts.areaInclude, texts.areaIncludeHelp] : [texts.areaIgnore, texts.areaIgnoreHelp];
    const button = h(
      "button",
      { type: "button", role: "radio", class: "class-item area-use", disabled: !canEdit, onclick: () => this.actions.chooseUse(use) },
      swatch,
      h("span", { class: "area-use-text" }, h("span", {}, name), h("small", {}, help)),
      h("kbd", {}, keyOf("area", use)),
    );
    this.useButtons.set(use, button);
    return button;
  }

  private row(shape: Shape, isSelected: boolean): HTMLElement {
    const { texts, canEdit } = this.settings;
    const name = shape.className === "ignore" ? texts.areaIgnore : texts.areaInclude;
    const { width, height } = boundsOf(shape);
    const glyph = icon(shape.kind);
    glyph.style.color = regionColours[shape.className as RegionUse];
    const remove = h(
      "button",
      {
        type: "button",
        class: "icon-button",
        title: `${texts.deleteShape} (${keyOf("area", "delete")})`,
        "aria-label": texts.deleteShape,
        tabindex: -1,
        disabled: !canEdit,
      },
      icon("trash"),
    );
    remove.addEventListener("click", (event) => {
      event.stopPropagation();
      this.actions.remove(shape.id);
    });
    return h(
      "div",
      {
        role: "option",
        class: `shape-item${isSelected ? " is-selected" : ""}`,
        "aria-selected": String(isSelected),
        title: `${name} · ${texts[shape.kind]}`,
        onclick: () => this.actions.select(shape),
      },
      glyph,
      h("span", { class: "shape-class" }, name),
      h("span", { class: "shape-size" }, `${Math.round(width)} × ${Math.round(height)}`),
      remove,
    );
  }
}
