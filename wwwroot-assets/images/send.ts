// One file to the server by XMLHttpRequest, which unlike fetch tells how much has left.

import { antiforgeryHeaders } from "../shell/http.ts";
import { HopelessError, type FileAnswer, type Send } from "./queue.ts";

interface UploadAnswer {
  files: FileAnswer[];
}

/** Answers that another try cannot change. 422 is no failure: it carries the reason for the file. */
const hopeless = new Set([400, 401, 403, 404, 413, 415]);

export function sendTo(url: string, texts: Record<string, string>): Send {
  return (item, progress, signal) => new Promise((resolve, reject) => {
    const form = new FormData();
    // The field gives the name exactly; a browser alters quotes and line breaks in a file's own name.
    form.append("path", item.path);
    form.append("files", item.file, "file");
    const request = new XMLHttpRequest();
    request.open("POST", url);
    for (const [name, value] of Object.entries(antiforgeryHeaders())) {
      request.setRequestHeader(name, value);
    }
    request.responseType = "text";
    request.upload.onprogress = (event) => progress(event.lengthComputable ? Math.round((event.loaded / event.total) * item.file.size) : event.loaded);
    request.upload.onload = () => progress(item.file.size);
    request.onerror = () => reject(new TypeError(texts["lost"]));
    request.onabort = () => reject(new TypeError(texts["lost"]));
    request.onload = () => {
      if (request.status === 200 || request.status === 422) {
        const file = (JSON.parse(request.responseText) as UploadAnswer).files?.[0];
        if (file) {
          resolve(file);
          return;
        }
      }
      const said = titleOf(request) ?? `${request.status} ${request.statusText}`;
      reject(hopeless.has(request.status) ? new HopelessError(request.status === 401 ? (texts["signedOut"] ?? said) : said) : new TypeError(said));
    };
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}

function titleOf(request: XMLHttpRequest): string | null {
  try {
    const problem = JSON.parse(request.responseText) as { title?: string };
    return problem.title ?? null;
  } catch {
    return null;
  }
}
