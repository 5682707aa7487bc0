// Uploads of each project, and the images page that they are begun on. Files go straight to the API; the circuit is only told that
// some came. What is on its way belongs to the document: it continues while people go elsewhere in the portal.

import type { PickedFile } from "./dropped.ts";
import { listenForFiles } from "./dropTarget.ts";
import { UploadPanel } from "./panel.ts";
import { isFinished, UploadQueue, type UploadItem } from "./queue.ts";
import { sendTo } from "./send.ts";

/** A page of the circuit; it has the method ImagesArrivedAsync. */
export interface PageObject {
  invokeMethodAsync(method: string, ...values: unknown[]): Promise<unknown>;
}

interface Upload {
  queue: UploadQueue;
  panel: UploadPanel;
  page: PageObject | null;
  told: boolean;
  watch: (() => void) | null;
}

const tellMilliseconds = 700;
const uploads = new Map<string, Upload>();
const pages = new Map<HTMLElement, AbortController>();
const tasks = new Set<string>();

/** Connects a project's images page: files dropped anywhere on it, and its buttons. */
export function attach(root: HTMLElement | null, projectId: string, texts: Record<string, string>, page: PageObject): void {
  if (!root) {
    // Left before this module was there.
    return;
  }
  const abort = new AbortController();
  pages.set(root, abort);
  follow(projectId, page);
  listenForFiles(root, abort.signal, (files: PickedFile[]) => {
    if (files.length > 0) {
      const upload = uploadOf(projectId, texts, false);
      upload.page = page;
      upload.queue.add(files);
    }
  });
  root.dataset["uploads"] = "ready";
}

/** The page goes; what is on its way continues. */
export function detach(root: HTMLElement | null, projectId: string): void {
  if (root) {
    pages.get(root)?.abort();
    pages.delete(root);
  }
  follow(projectId, null);
  uploads.get(projectId)?.panel.fold();
}

/** The queue and the panel of an upload that another page began; the panel begins folded, and `watch` is called on every change. */
export function openUpload(projectId: string, texts: Record<string, string>, watch: () => void): { queue: UploadQueue; panel: UploadPanel } {
  const upload = uploadOf(projectId, texts, true);
  upload.watch = watch;
  return upload;
}

/** The page that is told of new images of the project from now on; null: none. */
export function follow(projectId: string, page: PageObject | null): void {
  const upload = uploads.get(projectId);
  if (upload) {
    upload.page = page;
  }
}

/** Notes work that a reload of the page would lose, though nothing is being uploaded. */
export function keepBusy(task: string, isBusy: boolean): void {
  if (isBusy) {
    tasks.add(task);
  } else {
    tasks.delete(task);
  }
  showBusy();
}

function uploadOf(projectId: string, texts: Record<string, string>, isFolded: boolean): Upload {
  const running = uploads.get(projectId);
  if (running) {
    return running;
  }
  const queue = new UploadQueue(sendTo(`/api/v1/projects/${projectId}/images`, texts), (item) => changed(upload, item));
  const panel = new UploadPanel(queue, texts, isFolded, () => uploads.delete(projectId));
  const upload: Upload = { queue, panel, page: null, told: true, watch: null };
  uploads.set(projectId, upload);
  return upload;
}

function changed(upload: Upload, item: UploadItem): void {
  upload.panel.update(item);
  upload.watch?.();
  showBusy();
  if (isFinished(item) && upload.told) {
    upload.told = false;
    setTimeout(() => {
      upload.told = true;
      // A page whose circuit is away shows the new images when it is back.
      upload.page?.invokeMethodAsync("ImagesArrivedAsync").catch(() => {});
    }, tellMilliseconds);
  }
}

function isBusy(): boolean {
  return tasks.size > 0 || [...uploads.values()].some((upload) => !upload.queue.isIdle);
}

function showBusy(): void {
  document.documentElement.toggleAttribute("data-busy", isBusy());
}

addEventListener("beforeunload", (event) => {
  if (isBusy()) {
    event.preventDefault();
  }
});
