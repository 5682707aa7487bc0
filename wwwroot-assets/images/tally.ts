// What has come of an upload, counted. Knows no DOM.

import { isFinished, type UploadItem } from "./queue.ts";

export interface Tally {
  /** Files that people gave, and those that are finished; an archive is one. */
  files: number;
  done: number;
  /** Bytes, and those that have left the browser. */
  bytes: number;
  sent: number;
  /** Files, with the entries of archives in their stead. */
  accepted: number;
  duplicate: number;
  refused: number;
  failed: number;
  cancelled: number;
  /** Images that the project has now: new ones, and those that it had already. */
  images: number;
}

/** Something that was not taken, and why. */
export interface Refused {
  path: string;
  message: string | null;
}

interface Leaf extends Refused {
  outcome: string;
  isImage: boolean;
}

export function tallyOf(items: readonly UploadItem[]): Tally {
  const tally: Tally = { files: items.length, done: 0, bytes: 0, sent: 0, accepted: 0, duplicate: 0, refused: 0, failed: 0, cancelled: 0, images: 0 };
  for (const item of items) {
    tally.done += isFinished(item) ? 1 : 0;
    tally.bytes += item.file.size;
    tally.sent += item.sent;
    for (const leaf of leavesOf(item)) {
      if (leaf.outcome === "accepted" || leaf.outcome === "duplicate" || leaf.outcome === "refused" || leaf.outcome === "failed"
        || leaf.outcome === "cancelled") {
        tally[leaf.outcome]++;
      }
      tally.images += leaf.isImage && (leaf.outcome === "accepted" || leaf.outcome === "duplicate") ? 1 : 0;
    }
  }
  return tally;
}

/** Files and entries of archives that were refused or did not get through, in order. */
export function refusedOf(items: readonly UploadItem[]): Refused[] {
  return items.flatMap(leavesOf).filter((leaf) => leaf.outcome === "refused" || leaf.outcome === "failed").map(({ path, message }) => ({ path, message }));
}

function leavesOf(item: UploadItem): Leaf[] {
  return item.answer?.entries && item.state !== "refused"
    ? item.answer.entries.map((entry) => ({ path: entry.path, message: entry.message, outcome: entry.outcome, isImage: entry.kind === "image" }))
    : [{ path: item.path, message: item.message, outcome: item.state, isImage: item.answer?.kind === "image" }];
}
