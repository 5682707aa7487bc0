// One first look on the home page: how far it is, and what can be done about it.

import { refusedOf } from "../images/tally.ts";
import { oncePerFrame } from "../shell/frames.ts";
import type { FirstLook } from "./firstLook.ts";

/** Refused files that are listed; the list of the upload has them all. */
const mostRefused = 20;

const mebibyte = 1048576;

export class FirstLookCard {
  readonly root = document.createElement("article");
  private readonly title = document.createElement("h2");
  private readonly note = document.createElement("p");
  private readonly bar = document.createElement("progress");
  private readonly counts = document.createElement("p");
  private readonly refused = document.createElement("ul");
  private readonly actions = document.createElement("div");
  private readonly look: FirstLook;
  private readonly texts: Record<string, string>;
  private readonly onDismiss: () => void;
  private drawnStage: string | null = null;
  private readonly redraw = oncePerFrame(() => this.draw());

  constructor(look: FirstLook, texts: Record<string, string>, onDismiss: () => void) {
    this.look = look;
    this.texts = texts;
    this.onDismiss = onDismiss;
    this.root.className = "first-look panel";
    this.counts.setAttribute("role", "status");
    this.counts.className = "first-look-counts";
    this.bar.setAttribute("aria-label", this.text("lookProgress"));
    this.actions.className = "first-look-actions";
    this.root.append(this.title, this.note, this.bar, this.counts, this.refused, this.actions);
    this.draw();
  }

  /** Redraws once a frame, however often the upload moves. */
  update(): void {
    this.redraw();
  }

  private draw(): void {
    const { stage, project, name, message, tally } = this.look;
    const called = project?.name ?? name;
    this.root.dataset["stage"] = stage;
    this.title.textContent = this.text(`look-${stage}`, called);
    this.note.textContent = message && stage === "refused" ? message
      : stage === "nothing" || stage === "incomplete" ? this.text(`look-${stage}-note`, called)
      : project && project.name !== name ? this.text("lookRenamed", name, project.name) : "";
    this.note.hidden = this.note.textContent === "";
    this.bar.hidden = !this.look.isBusy;
    if (stage === "sending") {
      this.bar.max = tally.bytes + tally.files;
      this.bar.value = tally.sent + tally.done;
    } else {
      this.bar.removeAttribute("value");
    }
    this.counts.hidden = tally.files === 0;
    this.counts.textContent = [
      this.text("lookCounts", tally.done, tally.files, this.mebibytes(tally.sent), this.mebibytes(tally.bytes)),
      ...(tally.refused > 0 ? [this.text("count-refused", tally.refused)] : []),
      ...(tally.failed > 0 ? [this.text("count-failed", tally.failed)] : []),
    ].join(" · ");
    if (stage !== this.drawnStage) {
      this.drawnStage = stage;
      this.drawRefused();
      this.actions.replaceChildren(...this.actionsNow());
    }
  }

  private drawRefused(): void {
    const refused = this.look.stage === "nothing" || this.look.stage === "incomplete" ? refusedOf(this.look.queue?.items ?? []) : [];
    this.refused.hidden = refused.length === 0;
    this.refused.replaceChildren(...refused.slice(0, mostRefused).map(({ path, message }) => {
      const row = document.createElement("li");
      const name = document.createElement("bdi");
      name.textContent = path;
      row.append(name, document.createTextNode(message ? ` – ${message}` : ""));
      return row;
    }));
    if (refused.length > mostRefused) {
      const more = document.createElement("li");
      more.textContent = this.text("lookMore", refused.length - mostRefused);
      this.refused.append(more);
    }
  }

  private actionsNow(): HTMLElement[] {
    const { stage, project, runId, tally } = this.look;
    const toProject = project ? [this.link("lookProject", `/projects/${project.id}/images`)] : [];
    switch (stage) {
      case "sending": return [this.button("cancel", () => this.look.cancel()), ...toProject];
      case "open": return [this.link("lookResults", `/projects/${project!.id}/runs/${runId}`, true)];
      case "incomplete": return [
        this.button("retry", () => void this.look.again(), true),
        ...(tally.images > 0 ? [this.button("lookInspect", () => void this.look.inspect())] : []),
        ...toProject,
        this.button("lookDismiss", this.onDismiss),
      ];
      case "refused": return [this.button("retry", () => void this.look.again(), true), ...toProject, this.button("lookDismiss", this.onDismiss)];
      case "nothing": return [this.button("lookDismiss", this.onDismiss)];
      default: return [];
    }
  }

  private button(name: string, act: () => void, isMain = false): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = isMain ? "plain-button plain-button-main" : "plain-button";
    button.textContent = this.text(name);
    button.addEventListener("click", act);
    return button;
  }

  private link(name: string, href: string, isMain = false): HTMLAnchorElement {
    const link = document.createElement("a");
    link.className = isMain ? "plain-button plain-button-main" : "plain-button";
    link.href = href;
    link.textContent = this.text(name);
    return link;
  }

  private mebibytes(bytes: number): string {
    return (bytes / mebibyte).toLocaleString(document.documentElement.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  }

  private text(name: string, ...values: (string | number)[]): string {
    return (this.texts[name] ?? name).replace(/\{(\d)\}/g, (_, index: string) => {
      const value = values[Number(index)] ?? "";
      return typeof value === "number" ? value.toLocaleString(document.documentElement.lang) : value;
    });
  }
}
