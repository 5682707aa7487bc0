// Adds, recolours and deletes the project's defect classes.

import { deleteClass, listClasses, putClass, type DefectClass } from "./annotationsApi.ts";
import { h, icon } from "./dom.ts";
import { filled, type Texts } from "./texts.ts";

const palette = ["#ff4d4f", "#ffa940", "#ffd666", "#73d13d", "#36cfc9", "#4096ff", "#9254de", "#f759ab", "#bfbfbf"];

/** Resolves with the classes as they are when the dialog closes. */
export function manageClasses(projectId: string, texts: Texts, classes: readonly DefectClass[]): Promise<readonly DefectClass[]> {
  let current = classes;
  const list = h("div", { class: "class-rows" });
  const problem = h("p", { class: "dialog-problem", role: "alert" });
  const name = h("input", { type: "text", maxlength: 100, required: true, "aria-label": texts.className, placeholder: texts.className });
  const color = h("input", { type: "color", "aria-label": texts.classColor });
  const dialog = h(
    "dialog",
    { class: "labeler-dialog", "aria-label": texts.manageClasses },
    h("h2", {}, texts.manageClasses),
    list,
    h(
      "form",
      { class: "class-row class-new", onsubmit: (event) => void add(event) },
      color,
      name,
      h("button", { type: "submit", class: "is-primary" }, texts.addClass),
    ),
    problem,
    h("div", { class: "dialog-actions" }, h("button", { type: "button", onclick: () => dialog.close() }, texts.close)),
  );

  async function run(action: () => Promise<void>): Promise<void> {
    problem.textContent = "";
    try {
      await action();
      current = await listClasses(projectId);
    } catch (failed) {
      problem.textContent = failed instanceof Error ? failed.message : String(failed);
    }
    render();
  }

  async function add(event: Event): Promise<void> {
    event.preventDefault();
    const wanted = name.value.trim();
    if (current.some((known) => known.name === wanted)) {
      problem.textContent = filled(texts.classExists, wanted);
      return;
    }
    const free = ["1", "2", "3", "4", "5", "6", "7", "8", "9"].find((key) => current.every((known) => known.hotkey !== key)) ?? null;
    await run(() => putClass(projectId, { name: wanted, color: color.value, hotkey: free }));
    name.value = "";
    name.focus();
  }

  function render(): void {
    list.replaceChildren(...current.map(row));
    color.value = palette[current.length % palette.length]!;
  }

  function row(known: DefectClass): HTMLElement {
    const swatch = h("input", { type: "color", value: known.color, "aria-label": `${known.name}: ${texts.classColor}` });
    swatch.addEventListener("change", () => void run(() => putClass(projectId, { ...known, color: swatch.value })));
    const hotkey = h(
      "select",
      { "aria-label": `${known.name}: ${texts.classHotkey}` },
      ...["", "1", "2", "3", "4", "5", "6", "7", "8", "9"].map((key) => h("option", { value: key, selected: (known.hotkey ?? "") === key }, key || "–")),
    );
    hotkey.addEventListener("change", () => void run(() => putClass(projectId, { ...known, hotkey: hotkey.value || null })));
    const used = known.shapes ?? 0;
    const remove = h(
      "button",
      {
        type: "button",
        class: "icon-button",
        title: used > 0 ? filled(texts.classInUse, used) : texts.deleteClass,
        "aria-label": `${known.name}: ${texts.deleteClass}`,
        disabled: used > 0,
        onclick: () => void run(() => deleteClass(projectId, known.name)),
      },
      icon("trash"),
    );
    return h("div", { class: "class-row" }, swatch, h("span", { class: "class-row-name" }, known.name), hotkey, remove);
  }

  document.querySelector(".labeler")?.append(dialog);
  render();
  void run(async () => undefined); // how many shapes carry each class
  dialog.showModal();
  name.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(current);
    });
  });
}
