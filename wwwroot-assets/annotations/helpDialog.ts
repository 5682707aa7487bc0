// The keys, on one page.

import { keyOf, keysOf, type CommandOf } from "../shell/keys.ts";
import { h } from "./dom.ts";
import type { TextKey, Texts } from "./texts.ts";

/** A command of the labeler, or what the mouse does. */
type Row = readonly [CommandOf<"labeler"> | readonly CommandOf<"labeler">[] | { readonly mouse: string }, TextKey];

const groups: readonly { readonly title: TextKey; readonly rows: readonly Row[] }[] = [
  {
    title: "helpDraw",
    rows: [
      ["select", "select"], ["box", "box"], ["ellipse", "ellipse"], ["polygon", "polygon"], ["brush", "brush"], ["eraser", "eraser"],
      ["newMask", "keyNewMask"], [["thinner", "thicker"], "keyBrushSize"], [{ mouse: "Alt+↔" }, "keyBrushSize"],
      ["add", "keyClosePolygon"], ["add", "keyEnterBox"], ["drop", "keyEscape"],
    ],
  },
  {
    title: "helpEdit",
    rows: [
      ["undo", "undo"], ["redo", "redo"], [["cycle", "cycleBack"], "keyCycle"], ["delete", "deleteShape"],
      ["move", "keyArrows"], ["resize", "keyAltArrows"], [["copy", "paste"], "keyCopyPaste"], [{ mouse: "Alt+Click" }, "keyVertex"],
    ],
  },
  { title: "helpClasses", rows: [["class", "keyDigits"]] },
  { title: "helpImage", rows: [["good", "goodLabel"], ["anomaly", "anomaly"], ["next", "nextImage"], ["previous", "previousImage"], ["save", "saveNow"]] },
  {
    title: "helpView",
    rows: [
      [{ mouse: "Wheel" }, "keyWheel"], ["pan", "keyPan"], ["zoomIn", "zoomIn"], ["zoomOut", "zoomOut"], ["fit", "fit"], ["oneToOne", "oneToOne"],
      ["hide", "hideLabels"], ["area", "inspectionArea"], ["crosshair", "crosshair"], ["help", "help"],
    ],
  },
];

/** The keys of one row; of a command alone all, of several together the main one of each. */
function keysOfRow(row: Row[0], texts: Texts): readonly string[] {
  if (typeof row === "string") {
    return keysOf("labeler", row);
  }
  return "mouse" in row ? [wordKeys[row.mouse] ? texts[wordKeys[row.mouse]!] : row.mouse] : row.map((command) => keyOf("labeler", command));
}

/** Keys whose name is a word, hence differs from language to language. */
const wordKeys: Readonly<Record<string, TextKey>> = { Wheel: "wheel", "Alt+Click": "altClick" };

export function showHelp(texts: Texts): void {
  const dialog = h(
    "dialog",
    { class: "labeler-dialog help-dialog", "aria-label": texts.help },
    h("h2", {}, texts.help),
    h(
      "div",
      { class: "help-groups" },
      ...groups.map(({ title, rows }) =>
        h(
          "section",
          {},
          h("h3", {}, texts[title]),
          h(
            "dl",
            {},
            ...rows.map(([row, text]) =>
              h("div", {}, h("dt", {}, ...keysOfRow(row, texts).map((key) => h("kbd", {}, key))), h("dd", {}, texts[text]))),
          ),
        ),
      ),
    ),
    h("div", { class: "dialog-actions" }, h("button", { type: "button", class: "is-primary", onclick: () => dialog.close() }, texts.close)),
  );
  document.querySelector(".labeler")?.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
}
