// The list of uploads. It belongs to the document, not to a page: it stays while people go elsewhere in the portal and while the
// circuit reconnects. Folded it is a chip in the bar of the portal (on a phone: a line at the bottom), where it covers nothing;
// it folds by itself when the upload is done, and opens again when its title is pressed.

import { oncePerFrame } from "../shell/frames.ts";
import type { FileAnswer, UploadItem, UploadQueue } from "./queue.ts";
import { tallyOf } from "./tally.ts";

/** Rows shown; beyond it only files with something to say are listed. */
const mostRows = 500;

export class UploadPanel {
  private readonly root = document.createElement("section");
  private readonly title = document.createElement("button");
  private readonly link = document.createElement("a");
  private readonly counts = document.createElement("p");
  private readonly bar = document.createElement("progress");
  private readonly list = document.createElement("ul");
  private readonly cancel: HTMLButtonElement;
  private readonly retry: HTMLButtonElement;
  private readonly close: HTMLButtonElement;
  private readonly rows = new Map<number, HTMLLIElement>();
  private readonly stale = new Set<UploadItem>();
  private readonly texts: Record<string, string>;
  private readonly queue: UploadQueue;
  private readonly onClose: () => void;
  private readonly redraw = oncePerFrame(() => this.draw());
  private wasIdle = false;

  constructor(queue: UploadQueue, texts: Record<string, string>, isFolded: boolean, onClose: () => void) {
    this.queue = queue;
    this.texts = texts;
    this.root.className = "upload-panel";
    this.root.setAttribute("aria-label", this.text("title"));
    this.title.type = "button";
    this.title.addEventListener("click", () => this.show(this.root.dataset["folded"] === undefined));
    this.link.hidden = true;
    this.cancel = this.button("cancel", () => queue.cancelAll());
    this.retry = this.button("retry", () => queue.retry());
    this.onClose = onClose;
    this.close = this.button("close", () => this.remove());
    const head = document.createElement("header");
    const heading = document.createElement("h2");
    heading.append(this.title);
    head.append(heading, this.link, this.cancel, this.retry, this.close);
    this.counts.setAttribute("role", "status");
    this.bar.setAttribute("aria-label", this.text("title"));
    this.root.append(head, this.bar, this.counts, this.list);
    this.show(isFolded);
    (document.getElementById("upload-dock") ?? document.body).append(this.root);
  }

  /** Makes it the chip; whoever wants the list presses its title. */
  fold(): void {
    this.show(true);
  }

  /** Takes it away: nobody needs what it says any more. */
  remove(): void {
    this.root.remove();
    this.onClose();
  }

  /** Offers a place to go on at. */
  offer(text: string, href: string): void {
    this.link.textContent = text;
    this.link.href = href;
    this.link.hidden = false;
  }

  private show(isFolded: boolean): void {
    this.root.toggleAttribute("data-folded", isFolded);
    this.title.setAttribute("aria-expanded", isFolded ? "false" : "true");
    this.title.title = this.text(isFolded ? "unfold" : "fold");
  }

  /** Redraws what changed, once a frame however often it changes. */
  update(item: UploadItem): void {
    this.stale.add(item);
    this.redraw();
  }

  private draw(): void {
    for (const item of this.stale) {
      this.drawRow(item);
    }
    this.stale.clear();
    const tally = tallyOf(this.queue.items);
    const { accepted, duplicate, refused, failed } = tally;
    const idle = tally.done === tally.files;
    if (idle && !this.wasIdle) {
      this.fold();
    }
    this.wasIdle = idle;
    this.title.textContent = idle ? this.text("done") : this.text("running", tally.done, tally.files);
    // An empty file counts for a byte, so that the bar moves for it too.
    this.bar.max = tally.bytes + tally.files;
    this.bar.value = idle ? this.bar.max : tally.sent + tally.done;
    this.root.toggleAttribute("data-idle", idle);
    this.counts.replaceChildren(...Object.entries({ accepted, duplicate, refused, failed }).filter(([, count]) => count > 0).map(([name, count]) => {
      const part = document.createElement("span");
      part.dataset["state"] = name;
      part.textContent = this.text(`count-${name}`, count);
      return part;
    }));
    this.cancel.hidden = idle;
    this.close.hidden = !idle;
    this.retry.hidden = tally.failed + tally.cancelled === 0;
  }

  private drawRow(item: UploadItem): void {
    let row = this.rows.get(item.id);
    const notable = item.state === "refused" || item.state === "failed" || (item.answer?.hints.length ?? 0) > 0 || item.answer?.entries != null;
    if (!row) {
      if (this.rows.size >= mostRows && !notable) {
        return;
      }
      row = document.createElement("li");
      this.rows.set(item.id, row);
      this.list.append(row);
    }
    row.dataset["state"] = item.state;
    row.replaceChildren(...this.rowParts(item));
  }

  private rowParts(item: UploadItem): HTMLElement[] {
    const name = document.createElement("bdi");
    name.textContent = item.path;
    name.title = item.path;
    const state = document.createElement("span");
    state.className = "upload-state";
    state.textContent = item.state === "sending" && item.file.size > 0
      ? `${Math.floor((item.sent / item.file.size) * 100)} %`
      : this.text(item.state === "waiting" && item.attempts > 0 ? "retrying" : `state-${item.state}`);
    const parts: HTMLElement[] = [name, state];
    if (item.state === "sending" && item.file.size > 0) {
      const bar = document.createElement("progress");
      bar.max = item.file.size;
      bar.value = item.sent;
      bar.setAttribute("aria-label", item.path);
      parts.push(bar);
    }
    // An archive speaks through its entries, and "already here" says it all.
    const said = item.answer?.entries || item.state === "duplicate" ? null : item.message;
    for (const message of [said, ...(item.answer?.hints ?? []).map((hint) => hint.message)]) {
      if (message && item.state !== "sending" && item.state !== "checking") {
        const line = document.createElement("small");
        line.textContent = message;
        parts.push(line);
      }
    }
    if (item.answer?.entries) {
      parts.push(this.entryList(item.answer.entries));
    }
    return parts;
  }

  /** Entries of an archive: those with something to say; the others are in the counts. */
  private entryList(entries: readonly FileAnswer[]): HTMLElement {
    const list = document.createElement("ul");
    for (const entry of entries.filter((e) => e.outcome !== "accepted" || e.hints.length > 0).slice(0, mostRows)) {
      const row = document.createElement("li");
      row.dataset["state"] = entry.outcome;
      const name = document.createElement("bdi");
      name.textContent = entry.path;
      const state = document.createElement("span");
      state.className = "upload-state";
      state.textContent = this.text(`state-${entry.outcome}`);
      row.append(name, state);
      for (const message of [entry.message, ...entry.hints.map((hint) => hint.message)]) {
        if (message) {
          const line = document.createElement("small");
          line.textContent = message;
          row.append(line);
        }
      }
      list.append(row);
    }
    return list;
  }

  private button(name: string, act: () => void): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = this.text(name);
    button.addEventListener("click", act);
    return button;
  }

  private text(name: string, ...values: number[]): string {
    return (this.texts[name] ?? name).replace(/\{(\d)\}/g, (_, index: string) => (values[Number(index)] ?? 0).toLocaleString());
  }
}
