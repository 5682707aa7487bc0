// From dropped files to results, step by step: a project, the upload, a run. Knows no DOM, no server and no page, so that it can be tested.

import type { UploadQueue } from "../images/queue.ts";
import { tallyOf, type Tally } from "../images/tally.ts";

/** Where a first look stands. "nothing": no file was an image; "incomplete": some did not arrive; "refused": the server would not. */
export type Stage = "creating" | "sending" | "starting" | "open" | "nothing" | "incomplete" | "refused";

export interface Project {
  id: string;
  name: string;
}

/** What a first look asks of others. */
export interface Desk {
  /** Makes the project, under another name where there is one of this name. */
  create(name: string): Promise<Project>;
  /** The queue of its upload; `changed` is called whenever something in it moves. */
  open(project: Project, changed: () => void): UploadQueue;
  /** Starts a run over what is there; tells its id. */
  start(project: Project): Promise<string>;
}

/** What follows from an upload as it is. */
export function stageAfter(tally: Tally): "sending" | "incomplete" | "nothing" | "starting" {
  if (tally.done < tally.files) {
    return "sending";
  }
  if (tally.failed + tally.cancelled > 0) {
    return "incomplete";
  }
  return tally.images === 0 ? "nothing" : "starting";
}

export class FirstLook {
  readonly name: string;
  stage: Stage = "creating";
  project: Project | null = null;
  queue: UploadQueue | null = null;
  runId: string | null = null;
  /** Why the server would not. */
  message: string | null = null;
  private readonly files: readonly { path: string; file: Blob }[];
  private readonly desk: Desk;
  private readonly changed: (look: FirstLook) => void;

  constructor(name: string, files: readonly { path: string; file: Blob }[], desk: Desk, changed: (look: FirstLook) => void) {
    this.name = name;
    this.files = files;
    this.desk = desk;
    this.changed = changed;
  }

  get tally(): Tally {
    return tallyOf(this.queue?.items ?? []);
  }

  /** True while something goes on that a closed page would stop. */
  get isBusy(): boolean {
    return this.stage === "creating" || this.stage === "sending" || this.stage === "starting";
  }

  async begin(): Promise<void> {
    if (this.files.length === 0) {
      this.move("nothing");
      return;
    }
    this.move("creating");
    try {
      this.project = await this.desk.create(this.name);
    } catch (error) {
      this.refuse(error);
      return;
    }
    this.move("sending");
    this.queue = this.desk.open(this.project, () => this.uploadChanged());
    this.queue.add(this.files);
  }

  /** Goes on with the images that have arrived. */
  async inspect(): Promise<void> {
    this.move("starting");
    try {
      this.runId = await this.desk.start(this.project!);
    } catch (error) {
      this.refuse(error);
      return;
    }
    this.move("open");
  }

  /** Does again what did not work. */
  async again(): Promise<void> {
    if (this.stage === "incomplete") {
      this.queue?.retry();
    } else if (this.project) {
      await this.inspect();
    } else {
      await this.begin();
    }
  }

  cancel(): void {
    this.queue?.cancelAll();
  }

  private uploadChanged(): void {
    if (this.stage !== "sending" && this.stage !== "incomplete") {
      return;
    }
    // Counted at the end only: there may be a hundred thousand files.
    const next = this.queue?.isIdle ? stageAfter(this.tally) : "sending";
    if (next === "starting") {
      void this.inspect();
    } else {
      this.move(next);
    }
  }

  private refuse(error: unknown): void {
    this.message = error instanceof Error ? error.message : String(error);
    this.move("refused");
  }

  private move(stage: Stage): void {
    this.stage = stage;
    this.changed(this);
  }
}
