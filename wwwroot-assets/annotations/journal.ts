// What was drawn but is not yet on the server, kept in the browser's database: a crash, a reload or a dead server loses
// no stroke. For each image and session (an open labeler; a person may have two tabs) the server's document that the
// work started from, and one entry a step since.

import { Mask } from "./mask.ts";
import type { Annotation, ImageDocument, ImageLabel, MaskShape, Shape } from "./shapes.ts";

/** What a step changed: the new order of ids, and the shapes that are new or different. */
export interface JournalStep {
  readonly label: ImageLabel;
  readonly order: readonly string[];
  readonly changed: readonly StoredShape[];
}

export interface JournalBase {
  readonly imageId: string;
  readonly sessionId: string;
  readonly revision: number;
  readonly document: ImageDocument;
}

/** A shape as IndexedDB clones it: masks as their tiles. */
export type StoredShape = Exclude<Shape, MaskShape> | (Omit<MaskShape, "mask"> & { readonly tiles: [number, Uint32Array][] });

/** The unsaved work of one session on one image. */
export interface JournalGroup {
  readonly base: JournalBase;
  readonly steps: readonly JournalStep[];
  /** Number of its newest step. */
  readonly last: number;
}

export function stepBetween(before: Annotation, after: Annotation): JournalStep {
  const known = new Set(before.shapes);
  return {
    label: after.label,
    order: after.shapes.map((shape) => shape.id),
    changed: after.shapes.filter((shape) => !known.has(shape)).map(stored),
  };
}

/** The annotation after `steps`, which started from `before`. */
export function replay(before: Annotation, steps: readonly JournalStep[], width: number, height: number): Annotation {
  let shapes = new Map(before.shapes.map((shape) => [shape.id, shape]));
  let label = before.label;
  for (const step of steps) {
    for (const shape of step.changed) {
      shapes.set(shape.id, restored(shape, width, height));
    }
    shapes = new Map(step.order.flatMap((id) => (shapes.has(id) ? [[id, shapes.get(id)!] as const] : [])));
    label = step.label;
  }
  return { label, shapes: [...shapes.values()] };
}

function stored(shape: Shape): StoredShape {
  if (shape.kind !== "mask") {
    return shape;
  }
  const { mask, ...rest } = shape;
  return { ...rest, tiles: mask.toTiles() };
}

function restored(shape: StoredShape, width: number, height: number): Shape {
  if (shape.kind !== "mask") {
    return shape;
  }
  const { tiles, ...rest } = shape;
  return { ...rest, mask: Mask.fromTiles(width, height, tiles) };
}

const bases = "bases";
const steps = "steps";
const bySession = "session";

export class Journal {
  private readonly database: IDBDatabase;

  private constructor(database: IDBDatabase) {
    this.database = database;
  }

  /** `name` separates the accounts that share a browser. */
  static async open(name: string): Promise<Journal> {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(bases, { keyPath: ["imageId", "sessionId"] });
      request.result.createObjectStore(steps, { autoIncrement: true }).createIndex(bySession, ["imageId", "sessionId"]);
    };
    return new Journal(await done(request));
  }

  /** Durable when it resolves. Returns the step's number. */
  async append(base: JournalBase, step: JournalStep): Promise<number> {
    const transaction = this.database.transaction([bases, steps], "readwrite", { durability: "strict" });
    if (!(await done(transaction.objectStore(bases).get(keyOf(base))))) {
      transaction.objectStore(bases).put(base);
    }
    const number = await done(transaction.objectStore(steps).add({ ...step, imageId: base.imageId, sessionId: base.sessionId }));
    await finished(transaction);
    return number as number;
  }

  /** Puts one step on a newer base in the place of all steps of its session, and of those that it took over. Returns the step's number. */
  async replace(base: JournalBase, step: JournalStep, takenOver: readonly JournalGroup[] = []): Promise<number> {
    const transaction = this.database.transaction([bases, steps], "readwrite", { durability: "strict" });
    for (const group of takenOver) {
      await drop(transaction, group.base, group.last);
    }
    await drop(transaction, base, Infinity);
    transaction.objectStore(bases).put(base);
    const number = await done(transaction.objectStore(steps).add({ ...step, imageId: base.imageId, sessionId: base.sessionId }));
    await finished(transaction);
    return number as number;
  }

  /** Everything of this session up to step `last` is on the server as `base`; later steps stay. */
  async confirm(base: JournalBase, last: number): Promise<void> {
    const transaction = this.database.transaction([bases, steps], "readwrite");
    if ((await drop(transaction, base, last)) > 0) {
      transaction.objectStore(bases).put(base);
    }
    await finished(transaction);
  }

  /** The unsaved work on an image, by session, that of the newest revision last. */
  async read(imageId: string): Promise<JournalGroup[]> {
    const transaction = this.database.transaction([bases, steps], "readonly");
    const found = (await done(transaction.objectStore(bases).getAll(IDBKeyRange.bound([imageId], [imageId, []])))) as JournalBase[];
    const groups: JournalGroup[] = [];
    for (const base of found) {
      const index = transaction.objectStore(steps).index(bySession);
      const own = (await done(index.getAll(keyOf(base)))) as JournalStep[];
      const numbers = (await done(index.getAllKeys(keyOf(base)))) as number[];
      if (own.length > 0) {
        groups.push({ base, steps: own, last: Math.max(...numbers) });
      }
    }
    return groups.sort((a, b) => a.base.revision - b.base.revision || a.last - b.last);
  }

  /** Images with unsaved work. */
  async images(): Promise<string[]> {
    const keys = (await done(this.database.transaction(bases, "readonly").objectStore(bases).getAllKeys())) as [string, string][];
    return [...new Set(keys.map(([imageId]) => imageId))];
  }

  close(): void {
    this.database.close();
  }
}

function keyOf(base: JournalBase): [string, string] {
  return [base.imageId, base.sessionId];
}

/** Deletes a session's steps up to `last`, and its base with the last of them; returns how many stay. */
async function drop(transaction: IDBTransaction, base: JournalBase, last: number): Promise<number> {
  const store = transaction.objectStore(steps);
  let remaining = 0;
  await eachKey(store.index(bySession).openKeyCursor(IDBKeyRange.only(keyOf(base))), (key) => {
    if ((key as number) <= last) {
      store.delete(key);
    } else {
      remaining++;
    }
  });
  if (remaining === 0) {
    transaction.objectStore(bases).delete(keyOf(base));
  }
  return remaining;
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser's database failed"));
  });
}

function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("the browser's database aborted"));
  });
}

function eachKey(request: IDBRequest<IDBCursor | null>, visit: (primaryKey: IDBValidKey) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      const cursor = request.result;
      if (!cursor) {
        resolve();
        return;
      }
      visit(cursor.primaryKey);
      cursor.continue();
    };
    request.onerror = () => reject(request.error ?? new Error("the browser's database failed"));
  });
}
