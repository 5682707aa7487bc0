// The work on one image: history, journal and autosave together. A step is committed, journalled, then saved; whatever
// fails is tried again, and a newer revision on the server is merged, never overwritten.

import { ApiError } from "../shell/http.ts";
import { History } from "./history.ts";
import { replay, stepBetween, type Journal, type JournalBase } from "./journal.ts";
import { merge, type Merged } from "./merge.ts";
import { readAnnotation, sameAnnotation, writeAnnotation, type Annotation, type ImageDocument } from "./shapes.ts";

export interface Revision {
  readonly revision: number;
  readonly document: ImageDocument;
}

/** GET and PUT /api/v1/images/{id}/annotations. */
export interface AnnotationsApi {
  get(imageId: string): Promise<Revision>;
  /** Rejects with `ApiError` 412 when `revision` is not the newest. The same `saveId` twice is saved once. */
  put(imageId: string, document: ImageDocument, revision: number, saveId: string): Promise<number>;
}

export type SaveState =
  | { readonly kind: "saved"; readonly revision: number }
  | { readonly kind: "pending" | "saving" | "offline" | "signedOut" | "readOnly" }
  | { readonly kind: "refused"; readonly message: string };

export interface Timing {
  readonly debounceMilliseconds: number;
  readonly firstRetryMilliseconds: number;
  readonly longestRetryMilliseconds: number;
}

const usualTiming: Timing = { debounceMilliseconds: 700, firstRetryMilliseconds: 1000, longestRetryMilliseconds: 15000 };

interface Attempt {
  readonly saveId: string;
  readonly annotation: Annotation;
  readonly document: ImageDocument;
  readonly lastStep: number;
}

export class ImageSession {
  readonly imageId: string;
  onChanged: (() => void) | null = null;
  onSaveState: ((state: SaveState) => void) | null = null;
  onMerged: ((merged: Merged) => void) | null = null;
  /** The browser's database failed: work is safe only once it is saved. */
  onJournalFailed: (() => void) | null = null;
  private readonly sessionId = crypto.randomUUID();
  private readonly api: AnnotationsApi;
  private readonly journal: Journal;
  private readonly timing: Timing;
  private readonly history: History;
  private base: Revision;
  private baseAnnotation: Annotation;
  private state: SaveState;
  private attempt: Attempt | null = null;
  private saving: Promise<void> | null = null;
  private journalled: Promise<void> = Promise.resolve();
  private lastStep = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private retryMilliseconds: number;

  private constructor(imageId: string, api: AnnotationsApi, journal: Journal, base: Revision, timing: Timing) {
    this.imageId = imageId;
    this.api = api;
    this.journal = journal;
    this.timing = timing;
    this.retryMilliseconds = timing.firstRetryMilliseconds;
    this.base = base;
    this.baseAnnotation = readAnnotation(base.document);
    this.history = new History(this.baseAnnotation);
    this.state = { kind: "saved", revision: base.revision };
  }

  /** Reads the server's newest revision and puts unsaved work of this browser on top of it. */
  static async open(imageId: string, api: AnnotationsApi, journal: Journal, timing: Timing = usualTiming): Promise<ImageSession> {
    const unsaved = await journal.read(imageId);
    const newest = unsaved[unsaved.length - 1];
    if (!newest) {
      return new ImageSession(imageId, api, journal, await api.get(imageId), timing);
    }
    // Work goes on from where it stopped; if the server has moved on, the save below is refused and merged.
    const session = new ImageSession(imageId, api, journal, { revision: newest.base.revision, document: newest.base.document }, timing);
    let current = session.baseAnnotation;
    for (const group of unsaved.toReversed()) {
      const { document } = group.base;
      const before = readAnnotation(document);
      current = merge(before, replay(before, group.steps, document.width, document.height), current, () => crypto.randomUUID()).annotation;
    }
    session.history.commit(current);
    session.enqueue(async () => {
      session.lastStep = await journal.replace(session.journalBase(), stepBetween(session.baseAnnotation, current), unsaved);
    });
    session.setState({ kind: "pending" });
    session.schedule(0);
    return session;
  }

  get current(): Annotation {
    return this.history.current;
  }

  get document(): ImageDocument {
    return this.base.document;
  }

  get canUndo(): boolean {
    return this.history.canUndo;
  }

  get canRedo(): boolean {
    return this.history.canRedo;
  }

  get saveState(): SaveState {
    return this.state;
  }

  get isSaved(): boolean {
    return this.state.kind === "saved";
  }

  commit(next: Annotation): void {
    const before = this.history.current;
    this.history.commit(next);
    this.changed(before);
  }

  undo(): void {
    const before = this.history.current;
    if (this.history.undo()) {
      this.changed(before);
    }
  }

  redo(): void {
    const before = this.history.current;
    if (this.history.redo()) {
      this.changed(before);
    }
  }

  /** Saves now instead of after the pause; resolves when the attempt has ended, well or not. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    await this.save();
  }

  /** Stops the timers; unsaved work stays in the journal. */
  dispose(): void {
    clearTimeout(this.timer);
    this.onChanged = this.onSaveState = this.onMerged = this.onJournalFailed = null;
  }

  private changed(before: Annotation): void {
    const step = stepBetween(before, this.history.current);
    this.enqueue(async () => {
      this.lastStep = await this.journal.append(this.journalBase(), step);
    });
    this.setState({ kind: "pending" });
    this.schedule(this.timing.debounceMilliseconds);
    this.onChanged?.();
  }

  /** Journal writes keep their order; a failed one is told and does not stop the work. */
  private enqueue(write: () => Promise<void>): void {
    this.journalled = this.journalled.then(write).catch(() => this.onJournalFailed?.());
  }

  private journalBase(): JournalBase {
    return { imageId: this.imageId, sessionId: this.sessionId, ...this.base };
  }

  private schedule(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), milliseconds);
  }

  private save(): Promise<void> {
    this.saving ??= this.saveUntilDone().finally(() => {
      this.saving = null;
      if (this.state.kind === "pending") {
        this.schedule(this.timing.debounceMilliseconds);
      }
    });
    return this.saving;
  }

  private async saveUntilDone(): Promise<void> {
    await this.journalled;
    while (this.attempt || !sameAnnotation(this.current, this.baseAnnotation)) {
      // An attempt whose answer was lost is repeated unchanged, with its id: the server then knows it.
      this.attempt ??= {
        saveId: crypto.randomUUID(),
        annotation: this.current,
        document: writeAnnotation(this.current, this.base.document),
        lastStep: this.lastStep,
      };
      this.setState({ kind: "saving" });
      try {
        const revision = await this.api.put(this.imageId, this.attempt.document, this.base.revision, this.attempt.saveId);
        await this.saved(revision, this.attempt);
      } catch (failed) {
        if (failed instanceof ApiError && failed.status === 412) {
          try {
            await this.mergeNewest();
            continue;
          } catch (failedToo) {
            this.failed(failedToo);
            return;
          }
        }
        this.failed(failed);
        return;
      }
      await this.journalled;
    }
    await this.confirm(this.lastStep); // steps that led back to what is saved need no replay
    if (!sameAnnotation(this.current, this.baseAnnotation)) {
      return this.saveUntilDone(); // drawn while the journal was written
    }
    this.setState({ kind: "saved", revision: this.base.revision });
  }

  private async saved(revision: number, attempt: Attempt): Promise<void> {
    this.base = { revision, document: attempt.document };
    this.baseAnnotation = attempt.annotation;
    this.attempt = null;
    this.retryMilliseconds = this.timing.firstRetryMilliseconds;
    await this.confirm(attempt.lastStep);
  }

  private async confirm(lastStep: number): Promise<void> {
    try {
      await this.journal.confirm(this.journalBase(), lastStep);
    } catch {
      this.onJournalFailed?.();
    }
  }

  private async mergeNewest(): Promise<void> {
    const newest = await this.api.get(this.imageId);
    const theirs = readAnnotation(newest.document);
    const before = this.current;
    const merged = merge(this.baseAnnotation, before, theirs, () => crypto.randomUUID());
    this.attempt = null;
    this.base = newest;
    this.baseAnnotation = theirs;
    if (!sameAnnotation(merged.annotation, before)) {
      this.history.commit(merged.annotation);
    }
    // One entry that says all, so that a replay starts from the newer revision.
    const step = stepBetween(theirs, this.current);
    this.enqueue(async () => {
      this.lastStep = await this.journal.replace({ imageId: this.imageId, sessionId: this.sessionId, ...newest }, step);
    });
    await this.journalled;
    this.onChanged?.();
    this.onMerged?.(merged);
  }

  private failed(error: unknown): void {
    if (error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 408 && error.status !== 429) {
      if (error.status === 401) {
        this.setState({ kind: "signedOut" });
        this.schedule(5000); // signing in may happen in another tab
        return;
      }
      this.attempt = null;
      this.setState(error.status === 403 ? { kind: "readOnly" } : { kind: "refused", message: error.message });
      return;
    }
    this.setState({ kind: "offline" });
    this.schedule(this.retryMilliseconds);
    this.retryMilliseconds = Math.min(this.timing.longestRetryMilliseconds, this.retryMilliseconds * 2);
  }

  private setState(state: SaveState): void {
    if (this.saving && state.kind === "pending") {
      // Shown once the running attempt has ended; until then "saving" is true as well.
      return;
    }
    this.state = state;
    this.onSaveState?.(state);
  }
}
