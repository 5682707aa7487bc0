// Files for a page: dropped anywhere on it, or chosen with its buttons marked data-upload="files" and "folder".

import { dropped, picked, type PickedFile } from "./dropped.ts";

/** Hands files over until the signal; while some hang over the window, the page has the class drop-target. */
export function listenForFiles(root: HTMLElement, signal: AbortSignal, take: (files: PickedFile[]) => void): void {
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
