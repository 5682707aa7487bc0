// The keys, on one page.

import { h } from "./dom.ts";
import type { TextKey, Texts } from "./texts.ts";

const groups: readonly { title: TextKey; keys: readonly (readonly [string, TextKey])[] }[] = [
  {
    title: "helpDraw",
    keys: [
      ["V", "select"], ["R", "box"], ["O", "ellipse"], ["P", "polygon"], ["B", "brush"], ["E", "eraser"],
      ["N", "keyNewMask"], ["[  ]  Alt+↔", "keyBrushSize"], ["Enter", "keyClosePolygon"], ["Enter", "keyEnterBox"], ["Esc", "keyEscape"],
    ],
  },
  {
    title: "helpEdit",
    keys: [
      ["Ctrl+Z", "undo"], ["Ctrl+Shift+Z  Ctrl+Y", "redo"], ["Tab  Shift+Tab", "keyCycle"], ["Delete", "deleteShape"],
      ["← ↑ → ↓", "keyArrows"], ["Alt+← ↑ → ↓", "keyAltArrows"], ["Ctrl+C  Ctrl+V", "keyCopyPaste"], ["Alt+Click", "keyVertex"],
    ],
  },
  { title: "helpClasses", keys: [["1 … 9", "keyDigits"]] },
  { title: "helpImage", keys: [["G", "goodLabel"], ["A", "anomaly"], ["F", "nextImage"], ["D", "previousImage"], ["Ctrl+S", "saveNow"]] },
  {
    title: "helpView",
    keys: [
      ["Wheel", "keyWheel"],
      ["Space", "keyPan"],
      ["+", "zoomIn"],
      ["−", "zoomOut"],
      ["0", "fit"],
      ["Shift+0", "oneToOne"],
      ["H", "hideLabels"],
      ["I", "inspectionArea"],
      ["X", "crosshair"],
      ["?", "help"],
    ],
  },
];

/** Keys whose name is a word, hence differs from language to language. */
const wordKeys: Readonly<Record<string, TextKey>> = { Wheel: "wheel", "Alt+Click": "altClick" };

export function showHelp(texts: Texts): void {
  const keyName = (key: string): string => (wordKeys[key] ? texts[wordKeys[key]] : key);
  const dialog = h(
    "dialog",
    { class: "labeler-dialog help-dialog", "aria-label": texts.help },
    h("h2", {}, texts.help),
    h(
      "div",
      { class: "help-groups" },
      ...groups.map(({ title, keys }) =>
        h(
          "section",
          {},
          h("h3", {}, texts[title]),
          h(
            "dl",
            {},
            ...keys.map(([key, text]) =>
              h("div", {}, h("dt", {}, ...key.split("  ").map((part) => h("kbd", {}, keyName(part)))), h("dd", {}, texts[text]))),
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
