// The upload queue: three files at a time, each sent again until the server has answered. Knows no DOM, so that it can be tested.

export type FileState = "waiting" | "sending" | "checking" | "accepted" | "duplicate" | "skipped" | "refused" | "failed" | "cancelled";

/** What the server says of one file; `entries` for an archive. Mirrors FileAnswer. */
export interface FileAnswer {
  name: string;
  path: string;
  kind: "image" | "mask" | "archive";
  outcome: "accepted" | "duplicate" | "refused" | "skipped";
  imageId: string | null;
  message: string | null;
  hints: { code: string; message: string }[];
  entries: FileAnswer[] | null;
}

export interface UploadItem {
  readonly id: number;
  readonly path: string;
  readonly file: Blob;
  state: FileState;
  /** Bytes that have left the browser. */
  sent: number;
  attempts: number;
  message: string | null;
  answer: FileAnswer | null;
}

/** The server cannot take this file as things are (signed out, not allowed): trying again by itself is no use. */
export class HopelessError extends Error {}

/** Sends one file; rejects with HopelessError or, when it is worth another try, any other error. */
export type Send = (item: UploadItem, progress: (sent: number) => void, signal: AbortSignal) => Promise<FileAnswer>;

const concurrency = 3;
const mostAttempts = 10;
const firstDelayMilliseconds = 500;
const longestDelayMilliseconds = 30_000;

const finished: ReadonlySet<FileState> = new Set(["accepted", "duplicate", "skipped", "refused", "failed", "cancelled"]);

export function isFinished(item: UploadItem): boolean {
  return finished.has(item.state);
}

/** Doubles from half a second to half a minute; up to a fifth shorter, so that many browsers do not come back together. */
export function delayMilliseconds(attempts: number, random: number): number {
  const whole = Math.min(longestDelayMilliseconds, firstDelayMilliseconds * 2 ** (attempts - 1));
  return whole * (1 - random / 5);
}

export class UploadQueue {
  readonly items: UploadItem[] = [];
  private readonly send: Send;
  private readonly changed: (item: UploadItem) => void;
  private readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  private readonly aborts = new Map<number, AbortController>();
  private active = 0;
  private next = 0;
  private open = 0;

  constructor(send: Send, changed: (item: UploadItem) => void, wait: (milliseconds: number, signal: AbortSignal) => Promise<void> = pause) {
    this.send = send;
    this.changed = changed;
    this.wait = wait;
  }

  get isIdle(): boolean {
    return this.open === 0;
  }

  add(files: Iterable<{ path: string; file: Blob }>): void {
    for (const { path, file } of files) {
      const item: UploadItem = { id: this.items.length, path, file, state: "waiting", sent: 0, attempts: 0, message: null, answer: null };
      this.items.push(item);
      this.open++;
      this.changed(item);
    }
    this.pump();
  }

  cancelAll(): void {
    for (const item of this.items) {
      if (!isFinished(item)) {
        this.finish(item, "cancelled");
        this.aborts.get(item.id)?.abort();
        this.changed(item);
      }
    }
  }

  /** Failed and cancelled files go again; the server points out those that it has after all. */
  retry(): void {
    for (const item of this.items) {
      if (item.state === "failed" || item.state === "cancelled") {
        Object.assign(item, { state: "waiting", sent: 0, attempts: 0, message: null });
        this.open++;
        this.changed(item);
      }
    }
    this.next = 0;
    this.pump();
  }

  private pump(): void {
    while (this.active < concurrency) {
      // One that waits for another try is already someone's.
      while (this.next < this.items.length && (this.items[this.next]!.state !== "waiting" || this.aborts.has(this.items[this.next]!.id))) {
        this.next++;
      }
      const item = this.items[this.next];
      if (!item) {
        return;
      }
      this.active++;
      const abort = new AbortController();
      this.aborts.set(item.id, abort);
      void this.run(item, abort).finally(() => {
        this.active--;
        this.aborts.delete(item.id);
        this.pump();
      });
    }
  }

  private async run(item: UploadItem, abort: AbortController): Promise<void> {
    while (!abort.signal.aborted) {
      item.attempts++;
      item.state = "sending";
      item.sent = 0;
      this.changed(item);
      try {
        const answer = await this.send(item, (sent) => this.report(item, sent), abort.signal);
        item.answer = answer;
        item.message = answer.message;
        this.finish(item, answer.outcome);
        item.sent = item.file.size;
        this.changed(item);
        return;
      } catch (error) {
        if (abort.signal.aborted) {
          return;
        }
        item.message = error instanceof Error ? error.message : String(error);
        if (error instanceof HopelessError || item.attempts >= mostAttempts) {
          this.finish(item, "failed");
          this.changed(item);
          return;
        }
        item.state = "waiting";
        this.changed(item);
        await this.wait(delayMilliseconds(item.attempts, Math.random()), abort.signal);
      }
    }
  }

  private finish(item: UploadItem, state: FileState): void {
    this.open -= isFinished(item) ? 0 : 1;
    item.state = state;
  }

  private report(item: UploadItem, sent: number): void {
    if (isFinished(item)) {
      return;
    }
    item.sent = sent;
    item.state = sent >= item.file.size ? "checking" : "sending";
    this.changed(item);
  }
}

/** Waits; ends early when cancelled, or when the network comes back. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    addEventListener("online", done);
    signal.addEventListener("abort", done, { once: true });
  });
}
