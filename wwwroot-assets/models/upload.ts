// Uploads the files of a model one after the other, straight to the API; the circuit is only told how far it is.

import { ApiError, antiforgeryHeaders, request } from "../shell/http.ts";

interface DotNetObject {
  invokeMethodAsync(method: string, ...values: unknown[]): Promise<unknown>;
}

const tellMilliseconds = 250;
let running: XMLHttpRequest | null = null;

/** Names of the files that are chosen in the input. */
export function chosen(input: HTMLInputElement): string[] {
  return [...(input.files ?? [])].map((file) => file.name);
}

/** Why a model was not taken: a sentence that people can read, and the server's code; null: the connection broke. */
interface Refusal {
  sentence: string;
  code: string | null;
}

/** Sends the chosen files and makes them a model, unless the same weights are there already. Returns null when it worked. */
export async function send(input: HTMLInputElement, uploadId: string, name: string, lost: string, page: DotNetObject): Promise<Refusal | null> {
  const files = [...(input.files ?? [])];
  const total = files.reduce((sum, file) => sum + file.size, 0);
  let before = 0;
  let told = 0;
  const tell = (loaded: number): void => {
    if (performance.now() - told > tellMilliseconds) {
      told = performance.now();
      void page.invokeMethodAsync("OnSentAsync", before + loaded, total);
    }
  };
  try {
    for (const file of files) {
      await put(`/api/v1/models/uploads/${uploadId}/files/${encodeURIComponent(file.name)}`, file, lost, tell);
      before += file.size;
    }
    await page.invokeMethodAsync("OnSentAsync", total, total);
    await request(`/api/v1/models/uploads/${uploadId}/commit`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ name, allowSame: false }),
    });
    input.value = "";
    return null;
  } catch (error) {
    if (error instanceof ApiError) {
      // What was refused is not what will be sent next.
      input.value = "";
      return { sentence: error.message, code: error.code ?? "" };
    }
    return { sentence: lost, code: null };
  }
}

/** Stops what is being sent. */
export function cancel(): void {
  running?.abort();
}

function put(url: string, file: File, lost: string, progress: (loaded: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    running = sending;
    sending.open("PUT", url);
    sending.setRequestHeader("Content-Type", "application/octet-stream");
    for (const [name, value] of Object.entries(antiforgeryHeaders())) {
      sending.setRequestHeader(name, value);
    }
    sending.upload.onprogress = (event) => {
      progress(event.loaded);
    };
    sending.onload = () => {
      if (sending.status >= 200 && sending.status < 300) {
        resolve();
      } else {
        reject(new ApiError(sending.status, titleOf(sending), undefined));
      }
    };
    sending.onerror = sending.onabort = () => {
      reject(new Error(lost));
    };
    sending.send(file);
  });
}

function titleOf(answer: XMLHttpRequest): string {
  try {
    const problem = JSON.parse(answer.responseText) as { title?: string; detail?: string };
    return problem.detail ?? problem.title ?? answer.statusText;
  } catch {
    return `${answer.status} ${answer.statusText}`;
  }
}
