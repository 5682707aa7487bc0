// What was drawn but is not yet on the server, kept in the browser's database: a crash, a reload or a dead server loses
// no stroke. For each image the server's document that the work started from, and one entry a step since.

import { Mask } from "./mask.ts";
import type { Annotation, ImageDocument, ImageLabel, MaskShape, Shape } from "./shapes.ts";

/** What a step changed: the new order of ids, and the shapes that are new or different. */
export interface JournalStep {
  readonly imageId: string;
  readonly label: ImageLabel;
  readonly order: readonly string[];
  readonly changed: readonly StoredShape[];
}

export interface JournalBase {
  readonly imageId: string;
  readonly revision: number;
  readonly document: ImageDocument;
}

/** A shape as IndexedDB clones it: masks as their tiles. */
export type StoredShape = Exclude<Shape, MaskShape> | (Omit<MaskShape, "mask"> & { readonly tiles: [number, Uint32Array][] });

export function stepBetween(imageId: string, before: Annotation, after: Annotation): JournalStep {
  const known = new Set(before.shapes);
  return {
    imageId,
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

export class Journal {
  private readonly database: IDBDatabase;

  private constructor(database: IDBDatabase) {
    this.database = database;
  }

  /** `name` separates the accounts that share a browser. */
  static async open(name: string): Promise<Journal> {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(bases, { keyPath: "imageId" });
      request.result.createObjectStore(steps, { autoIncrement: true }).createIndex("imageId", "imageId");
    };
    return new Journal(await done(request));
  }

  /** Durable when it resolves. Returns the step's number. */
  async append(base: JournalBase, step: JournalStep): Promise<number> {
    const transaction = this.database.transaction([bases, steps], "readwrite", { durability: "strict" });
    const known = await done(transaction.objectStore(bases).get(step.imageId));
    if (!known) {
      transaction.objectStore(bases).put(base);
    }
    const key = await done(transaction.objectStore(steps).add(step));
    await finished(transaction);
    return key as number;
  }

  /** Puts one step on a newer base in the place of all steps of its image. Returns the step's number. */
  async replace(base: JournalBase, step: JournalStep): Promise<number> {
    const transaction = this.database.transaction([bases, steps], "readwrite", { durability: "strict" });
    const store = transaction.objectStore(steps);
    await eachKey(store.index("imageId").openKeyCursor(IDBKeyRange.only(base.imageId)), (key) => store.delete(key));
    transaction.objectStore(bases).put(base);
    const key = await done(store.add(step));
    await finished(transaction);
    return key as number;
  }

  /** Everything up to step `last` is on the server as `base`; later steps stay. */
  async confirm(base: JournalBase, last: number): Promise<void> {
    const transaction = this.database.transaction([bases, steps], "readwrite");
    const store = transaction.objectStore(steps);
    let remaining = 0;
    await eachKey(store.index("imageId").openKeyCursor(IDBKeyRange.only(base.imageId)), (key) => {
      if ((key as number) <= last) {
        store.delete(key);
      } else {
        remaining++;
      }
    });
    if (remaining === 0) {
      transaction.objectStore(bases).delete(base.imageId);
    } else {
      transaction.objectStore(bases).put(base);
    }
    await finished(transaction);
  }

  /** The unsaved work on an image; null where there is none. */
  async read(imageId: string): Promise<{ base: JournalBase; steps: JournalStep[]; last: number } | null> {
    const transaction = this.database.transaction([bases, steps], "readonly");
    const base = (await done(transaction.objectStore(bases).get(imageId))) as JournalBase | undefined;
    const index = transaction.objectStore(steps).index("imageId");
    const found = (await done(index.getAll(imageId))) as JournalStep[];
    const keys = (await done(index.getAllKeys(imageId))) as number[];
    return base && found.length > 0 ? { base, steps: found, last: Math.max(...keys) } : null;
  }

  /** Images with unsaved work. */
  async images(): Promise<string[]> {
    return (await done(this.database.transaction(bases, "readonly").objectStore(bases).getAllKeys())) as string[];
  }

  close(): void {
    this.database.close();
  }
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
