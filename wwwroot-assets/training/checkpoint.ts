// Uploads a file of learned prompts straight to the API, never through the circuit.

import { ApiError, request } from "../shell/http.ts";

/** Sends the chosen file. Returns null when it worked, else a sentence that people can read. */
export async function send(input: HTMLInputElement, url: string, lost: string): Promise<string | null> {
  const file = input.files?.[0];
  if (!file) {
    return null;
  }
  try {
    await request(`${url}&name=${encodeURIComponent(file.name)}`, { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file });
    return null;
  } catch (error) {
    return error instanceof ApiError ? error.message : lost;
  } finally {
    input.value = "";
  }
}
