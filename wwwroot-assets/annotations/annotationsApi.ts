// The labeler's requests.

import { request } from "../shell/http.ts";
import type { AnnotationsApi, Revision } from "./session.ts";
import type { ImageDocument } from "./shapes.ts";

export interface DefectClass {
  readonly name: string;
  readonly color: string;
  readonly hotkey: string | null;
  /** Shapes of the project that carry it. */
  readonly shapes?: number;
}

/** One image of the film strip, as GET /projects/{id}/images lists it. */
export interface ImageItem {
  readonly id: string;
  readonly fileName: string;
  readonly width: number;
  readonly height: number;
  label: "unlabelled" | "good" | "anomaly";
  shapeCount: number;
}

export const annotationsApi: AnnotationsApi = {
  async get(imageId: string): Promise<Revision> {
    const response = await request(`/api/v1/images/${imageId}/annotations`, { cache: "no-store" });
    const revision = Number((response.headers.get("etag") ?? "").replace(/\D/g, ""));
    return { revision, document: (await response.json()) as ImageDocument };
  },

  async put(imageId: string, document: ImageDocument, revision: number, saveId: string): Promise<number> {
    const body = JSON.stringify(document);
    const response = await request(`/api/v1/images/${imageId}/annotations`, {
      method: "PUT",
      headers: { "Content-Type": "application/json", "If-Match": `"${revision}"`, "X-Save-Id": saveId },
      body,
      keepalive: body.length < 60_000, // survives the page being left; browsers allow 64 KiB of it
      // A server that hangs must not keep the labeler from trying again.
      signal: AbortSignal.timeout(60_000),
    });
    return ((await response.json()) as { revision: number }).revision;
  },
};

/** A page of the project's images, oldest first. */
export async function listImages(projectId: string, after: string | null, limit = 500): Promise<{ items: ImageItem[]; next: string | null }> {
  const query = new URLSearchParams({ limit: String(limit), ...(after ? { after } : {}) });
  return (await (await request(`/api/v1/projects/${projectId}/images?${query}`, { cache: "no-store" })).json()) as { items: ImageItem[]; next: string | null };
}

export async function listClasses(projectId: string): Promise<DefectClass[]> {
  return (await (await request(`/api/v1/projects/${projectId}/classes`, { cache: "no-store" })).json()) as DefectClass[];
}

export async function putClass(projectId: string, defectClass: DefectClass): Promise<void> {
  await request(`/api/v1/projects/${projectId}/classes/${encodeURIComponent(defectClass.name)}`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ color: defectClass.color, hotkey: defectClass.hotkey }),
  });
}

export async function deleteClass(projectId: string, name: string): Promise<void> {
  await request(`/api/v1/projects/${projectId}/classes/${encodeURIComponent(name)}`, { method: "DELETE" });
}
