// What a tool is: it changes the annotation only by committing a new one; what it shows while the pointer is down is its own.

import type { CommandOf } from "../shell/keys.ts";
import type { Tool } from "../viewer/gestures.ts";
import type { Frame } from "../viewer/imageSurface.ts";
import type { Rectangle } from "../viewer/view.ts";
import type { MaskShape, Shape } from "./shapes.ts";

export type ToolName = "select" | "box" | "ellipse" | "polygon" | "brush" | "eraser";

/** What tools see of the labeler. */
export interface Board {
  readonly size: { readonly width: number; readonly height: number };
  readonly shapes: readonly Shape[];
  readonly selected: Shape | null;
  readonly className: string;
  readonly color: string;
  readonly canEdit: boolean;
  readonly areShapesVisible: boolean;
  brushSize: number;
  /** Css pixels for an image pixel. */
  readonly scale: number;
  select(id: string | null): void;
  hover(id: string | null): void;
  /** Adds a shape above the others and selects it; one step. */
  add(shape: Shape): void;
  /** One step; null removes. */
  replace(changes: ReadonlyMap<string, Shape | null>): void;
  /** Shows shapes in another form while a drag lasts; null for the annotation itself. */
  preview(shapes: ReadonlyMap<string, Shape> | null): void;
  /** Shows masks in another form while a stroke lasts; `changed` has to be painted again. */
  previewMasks(masks: ReadonlyMap<string, MaskShape>, changed: Rectangle): void;
  /** Redraws what the tool draws itself. */
  redraw(): void;
  setCursor(cursor: string): void;
}

export interface LabelTool extends Tool {
  /** The overlay: rubber bands and the brush's outline. */
  draw(frame: Frame): void;
  /** True when the command was the tool's. */
  obey(command: CommandOf<"labeler" | "area">): boolean;
  /** Gives up whatever is half done. */
  leave(): void;
}

/** How near the pointer must come, in css pixels. */
export const handleReach = 9;
export const hitReach = 4;
