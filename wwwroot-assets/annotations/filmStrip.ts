// The project's images in a row, loaded page by page, with only the visible ones in the document.

import { listImages, type ImageItem } from "./annotationsApi.ts";
import { h } from "./dom.ts";
import { filled, type Texts } from "./texts.ts";

const itemWidth = 96;
/** Room at both ends, so that the ring around the current image is whole. */
const endSpace = 8;
const mostPagesToSearch = 40;

export class FilmStrip {
  readonly element: HTMLElement;
  readonly items: ImageItem[] = [];
  onChosen: ((item: ImageItem) => void) | null = null;
  private readonly projectId: string;
  private readonly texts: Texts;
  private readonly track: HTMLElement;
  private next: string | null = null;
  private isComplete = false;
  private loading: Promise<void> | null = null;
  private currentId: string | null = null;
  private readonly shown = new Map<string, HTMLElement>();

  constructor(projectId: string, texts: Texts) {
    this.projectId = projectId;
    this.texts = texts;
    this.track = h("div", { class: "film-track" });
    this.element = h("nav", { class: "film-strip", "aria-label": texts.openImages }, this.track);
    this.element.addEventListener("scroll", () => this.render(), { passive: true });
    this.element.addEventListener(
      "wheel",
      (event) => {
        this.element.scrollLeft += event.deltaX + event.deltaY;
        event.preventDefault();
      },
      { passive: false },
    );
  }

  /** Loads the first page, and further ones until `imageId` is among them. */
  async open(imageId: string | null): Promise<void> {
    await this.more();
    for (let page = 1; imageId && page < mostPagesToSearch && !this.isComplete && !this.find(imageId); page++) {
      await this.more();
    }
    this.render();
  }

  find(imageId: string): ImageItem | undefined {
    return this.items.find((item) => item.id === imageId);
  }

  get position(): number {
    return this.items.findIndex((item) => item.id === this.currentId);
  }

  get hasMore(): boolean {
    return !this.isComplete;
  }

  /** The image `step` further on; loads more where they are not there yet. */
  async neighbour(step: number): Promise<ImageItem | null> {
    const index = this.position + step;
    if (index >= this.items.length && !this.isComplete) {
      await this.more();
    }
    return this.items[index] ?? null;
  }

  show(imageId: string): void {
    this.currentId = imageId;
    const left = endSpace + this.position * itemWidth;
    const { scrollLeft, clientWidth } = this.element;
    if (left < scrollLeft + itemWidth || left > scrollLeft + clientWidth - 2 * itemWidth) {
      this.element.scrollLeft = left - clientWidth / 2 + itemWidth / 2;
    }
    this.render();
    if (this.items.length - this.position < 20 && !this.isComplete) {
      void this.more().catch(() => undefined); // tried again on the next step
    }
  }

  /** Draws an item again after its label changed. */
  refresh(item: ImageItem): void {
    this.shown.get(item.id)?.remove();
    this.shown.delete(item.id);
    this.render();
  }

  resize(): void {
    this.render();
  }

  private more(): Promise<void> {
    this.loading ??= (async () => {
      const page = await listImages(this.projectId, this.next);
      this.items.push(...page.items);
      this.next = page.next;
      this.isComplete = page.next === null;
    })().finally(() => {
      this.loading = null;
      this.render();
    });
    return this.loading;
  }

  private render(): void {
    this.track.style.width = `${this.items.length * itemWidth + 2 * endSpace}px`;
    const from = Math.max(0, Math.floor(this.element.scrollLeft / itemWidth) - 4);
    const to = Math.min(this.items.length, Math.ceil((this.element.scrollLeft + this.element.clientWidth) / itemWidth) + 4);
    const wanted = new Set(this.items.slice(from, to).map((item) => item.id));
    for (const [id, element] of this.shown) {
      if (!wanted.has(id)) {
        element.remove();
        this.shown.delete(id);
      }
    }
    for (let index = from; index < to; index++) {
      const item = this.items[index]!;
      let element = this.shown.get(item.id);
      if (!element) {
        element = this.itemElement(item, index);
        this.shown.set(item.id, element);
        this.track.append(element);
      }
      element.classList.toggle("is-current", item.id === this.currentId);
      if (item.id === this.currentId) {
        element.setAttribute("aria-current", "true");
      } else {
        element.removeAttribute("aria-current");
      }
    }
    if (to >= this.items.length - 4 && !this.isComplete && this.items.length > 0) {
      void this.more().catch(() => undefined); // tried again on the next scroll
    }
  }

  private itemElement(item: ImageItem, index: number): HTMLElement {
    const state = item.label === "good" ? this.texts.goodLabel : item.label === "anomaly" ? this.texts.anomaly : this.texts.unlabelled;
    const element = h(
      "button",
      {
        type: "button",
        class: `film-item is-${item.label}`,
        title: `${item.fileName} · ${state}`,
        "aria-label": filled("{0}. {1}, {2}", index + 1, item.fileName, state),
        tabindex: -1,
        onclick: () => this.onChosen?.(item),
      },
      h("img", { src: `/api/v1/images/${item.id}/thumbnail`, alt: "", loading: "lazy", decoding: "async", draggable: "false" }),
      h("span", { class: "film-mark" }),
      h("span", { class: "film-name" }, item.fileName),
    );
    element.style.left = `${endSpace + index * itemWidth}px`;
    return element;
  }
}
