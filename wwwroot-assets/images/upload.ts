// Drag and drop, and file dialogs, on a project's images page. Files go straight to the API; the circuit is only told that some came.

import { dropped, picked, type PickedFile } from "./dropped.ts";
import { UploadPanel } from "./panel.ts";
import { isFinished, UploadQueue, type UploadItem } from "./queue.ts";
import { sendTo } from "./send.ts";

interface DotNetObject {
  invokeMethodAsync(method: string, ...values: unknown[]): Promise<unknown>;
}

interface Upload {
  queue: UploadQueue;
  panel: UploadPanel;
  page: DotNetObject | null;
  told: boolean;
}

const tellMilliseconds = 700;
const uploads = new Map<string, Upload>();
const pages = new Map<HTMLElement, AbortController>();

/** Connects a page: files dropped anywhere on it, and its buttons marked data-upload="files" and "folder". */
export function attach(root: HTMLElement, projectId: string, texts: Record<string, string>, page: DotNetObject): void {
  const abort = new AbortController();
  const { signal } = abort;
  pages.set(root, abort);
  const running = uploads.get(projectId);
  if (running) {
    running.page = page;
  }

  const take = (files: PickedFile[]): void => {
    if (files.length > 0) {
      uploadOf(projectId, texts, page).queue.add(files);
    }
  };
  root.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-upload]");
    if (button) {
      choose(button.dataset["upload"] === "folder", take);
    }
  }, { signal });

  // Entering a child fires enter before the parent's leave: count them.
  let depth = 0;
  const isFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
  const show = (on: boolean): void => {
    root.classList.toggle("drop-target", on);
  };
  addEventListener("dragenter", (event) => {
    if (isFiles(event)) {
      event.preventDefault();
      depth++;
      show(true);
    }
  }, { signal });
  addEventListener("dragover", (event) => {
    if (isFiles(event)) {
      event.preventDefault();
    }
  }, { signal });
  addEventListener("dragleave", (event) => {
    if (isFiles(event) && --depth <= 0) {
      depth = 0;
      show(false);
    }
  }, { signal });
  addEventListener("drop", (event) => {
    if (isFiles(event) && event.dataTransfer) {
      event.preventDefault();
      depth = 0;
      show(false);
      void dropped(event.dataTransfer).then(take);
    }
  }, { signal });
  root.dataset["uploads"] = "ready";
}

/** The page goes; what is on its way continues. */
export function detach(root: HTMLElement, projectId: string): void {
  pages.get(root)?.abort();
  pages.delete(root);
  const running = uploads.get(projectId);
  if (running) {
    running.page = null;
  }
}

function uploadOf(projectId: string, texts: Record<string, string>, page: DotNetObject): Upload {
  const running = uploads.get(projectId);
  if (running) {
    running.page = page;
    return running;
  }
  const queue = new UploadQueue(sendTo(`/api/v1/projects/${projectId}/images`, texts), (item) => changed(upload, item));
  const upload: Upload = { queue, panel: new UploadPanel(queue, texts, () => uploads.delete(projectId)), page, told: true };
  uploads.set(projectId, upload);
  return upload;
}

function changed(upload: Upload, item: UploadItem): void {
  upload.panel.update(item);
  document.documentElement.toggleAttribute("data-busy", [...uploads.values()].some((other) => !other.queue.isIdle));
  if (isFinished(item) && upload.told) {
    upload.told = false;
    setTimeout(() => {
      upload.told = true;
      // A page whose circuit is away shows the new images when it is back.
      upload.page?.invokeMethodAsync("ImagesArrivedAsync").catch(() => {});
    }, tellMilliseconds);
  }
}

function choose(folder: boolean, take: (files: PickedFile[]) => void): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.webkitdirectory = folder;
  if (!folder) {
    input.accept = "image/*,.zip,.bmp,.tif,.tiff";
  }
  // In the document, so that browser tests and assistive tools can reach it.
  input.hidden = true;
  input.dataset["uploadInput"] = folder ? "folder" : "files";
  document.querySelectorAll("input[data-upload-input]").forEach((old) => old.remove());
  document.body.append(input);
  input.addEventListener("change", () => {
    if (input.files) {
      take(picked(input.files));
    }
    input.remove();
  });
  input.click();
}

addEventListener("beforeunload", (event) => {
  if ([...uploads.values()].some((upload) => !upload.queue.isIdle)) {
    event.preventDefault();
  }
});
