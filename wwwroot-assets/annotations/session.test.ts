// The session against a real (in-memory) IndexedDB and a small server that keeps revisions as the portal does.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../shell/http.ts";
import { Journal } from "./journal.ts";
import { Mask } from "./mask.ts";
import { ImageSession, type AnnotationsApi, type Revision } from "./session.ts";
import { readAnnotation, type Annotation, type BoxShape, type ImageDocument, type MaskShape } from "./shapes.ts";

const timing = { debounceMilliseconds: 1, firstRetryMilliseconds: 2, longestRetryMilliseconds: 8 };
const image = "image-1";
let databases = 0;

const box = (id: string, x = 0): BoxShape => ({ id, kind: "box", className: "dent", provenance: "human", extra: {}, box: { x, y: 0, width: 10, height: 10 } });

class Server implements AnnotationsApi {
  revision = 0;
  document: ImageDocument = { schema: "adclip.image-ground-truth", version: 1, file: "a.png", width: 300, height: 280, label: null, shapes: [] };
  puts = 0;
  saved = 0;
  /** What happens to the next requests: refused before, answered after the answer was lost, … */
  faults: ("unreachable" | "answerLost" | 401 | 422)[] = [];
  private readonly seen = new Map<string, number>();

  async get(): Promise<Revision> {
    return { revision: this.revision, document: structuredClone(this.document) };
  }

  async put(_imageId: string, document: ImageDocument, revision: number, saveId: string): Promise<number> {
    this.puts++;
    const fault = this.faults.shift();
    if (fault === "unreachable") {
      throw new TypeError("fetch failed");
    }
    if (typeof fault === "number") {
      throw new ApiError(fault, `answer ${fault}`, undefined);
    }
    const known = this.seen.get(saveId);
    if (known === undefined) {
      if (revision !== this.revision) {
        throw new ApiError(412, "newer revision", undefined);
      }
      this.document = structuredClone(document);
      this.revision++;
      this.saved++;
      this.seen.set(saveId, this.revision);
    }
    if (fault === "answerLost") {
      throw new TypeError("fetch failed");
    }
    return known ?? this.revision;
  }

  get shapes(): string[] {
    return this.document.shapes.map((shape) => shape.id);
  }
}

async function open(server: Server, name = `test-${++databases}`): Promise<{ session: ImageSession; journal: Journal; name: string }> {
  const journal = await Journal.open(name);
  return { session: await ImageSession.open(image, server, journal, timing), journal, name };
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  assert.ok(condition(), "not reached in time");
}

const withShape = (annotation: Annotation, shape: BoxShape | MaskShape): Annotation => ({ label: "anomaly", shapes: [...annotation.shapes, shape] });

test("a step is saved after the pause, and the journal is then empty", async () => {
  const server = new Server();
  const { session, journal } = await open(server);
  session.commit(withShape(session.current, box("a")));
  await until(() => session.isSaved);
  assert.deepEqual(server.shapes, ["a"]);
  assert.deepEqual(await journal.read(image), []);
});

test("what is drawn while the journal is tidied up is saved before anything is called saved", async () => {
  const server = new Server();
  const { session, journal } = await open(server);
  const confirm = journal.confirm.bind(journal);
  let confirmed = 0;
  journal.confirm = async (base, step) => {
    await confirm(base, step);
    if (++confirmed === 2) {
      session.commit(withShape(session.current, box("b")));
    }
  };
  const calledSaved: string[][] = [];
  session.onSaveState = (state) => {
    if (state.kind === "saved") {
      calledSaved.push(server.shapes);
    }
  };
  session.commit(withShape(session.current, box("a")));
  await until(() => session.isSaved && confirmed >= 2);
  assert.deepEqual(calledSaved[0], ["a", "b"]);
  assert.deepEqual(await journal.read(image), []);
});

test("undo back to the saved state saves that state; undo and redo walk the steps", async () => {
  const server = new Server();
  const { session } = await open(server);
  session.commit(withShape(session.current, box("a")));
  session.commit(withShape(session.current, box("b")));
  await session.flush();
  session.undo();
  assert.deepEqual(session.current.shapes.map((shape) => shape.id), ["a"]);
  await session.flush();
  assert.deepEqual(server.shapes, ["a"]);
  session.redo();
  session.undo();
  session.undo();
  assert.ok(!session.canUndo && session.canRedo);
  await session.flush();
  assert.deepEqual(server.shapes, []);
});

test("a server that is away is tried again until it answers, and nothing is saved twice", async () => {
  const server = new Server();
  server.faults = ["unreachable", "unreachable", "answerLost"];
  const { session } = await open(server);
  const seen = new Set<string>();
  session.onSaveState = (state) => seen.add(state.kind);
  session.commit(withShape(session.current, box("a")));
  await until(() => session.isSaved);
  assert.ok(seen.has("offline"));
  assert.equal(server.saved, 1);
  assert.equal(server.puts, 4);
});

test("work drawn while an answer is lost is not lost with it", async () => {
  const server = new Server();
  server.faults = ["answerLost"];
  const { session } = await open(server);
  session.commit(withShape(session.current, box("a")));
  await session.flush();
  session.commit(withShape(session.current, box("b")));
  await until(() => session.isSaved);
  assert.deepEqual(server.shapes, ["a", "b"]);
  assert.equal(server.revision, 2);
});

test("after a crash the journal is replayed, masks too, and saved", async () => {
  const server = new Server();
  server.faults = Array.from({ length: 1000 }, () => "unreachable" as const);
  const { session, journal, name } = await open(server);
  const mask = new Mask(300, 280);
  mask.setRow(270, 250, 300, true);
  session.commit(withShape(session.current, box("a")));
  session.commit(withShape(session.current, { id: "m", kind: "mask", className: "pit", provenance: "human", extra: {}, mask }));
  const larger = mask.copy();
  larger.setRow(0, 0, 5, true);
  session.commit({ ...session.current, shapes: [session.current.shapes[0]!, { ...(session.current.shapes[1] as MaskShape), mask: larger }] });
  session.undo();
  session.redo();
  await session.flush();
  session.dispose();
  journal.close();

  server.faults = [];
  const again = await open(server, name);
  assert.equal(again.session.current.shapes.length, 2);
  assert.ok((again.session.current.shapes[1] as MaskShape).mask.equals(larger));
  await until(() => again.session.isSaved);
  assert.deepEqual(server.shapes, ["a", "m"]);
  assert.ok((readAnnotation(server.document).shapes[1] as MaskShape).mask.equals(larger));
  assert.deepEqual(await again.journal.read(image), []);
});

test("a newer revision is merged, by both, and nobody's shape is lost", async () => {
  const server = new Server();
  const mine = await open(server);
  const theirs = await open(server);
  theirs.session.commit(withShape(theirs.session.current, box("t")));
  await theirs.session.flush();
  let merges = 0;
  mine.session.onMerged = () => merges++;
  mine.session.commit(withShape(mine.session.current, box("m")));
  await until(() => mine.session.isSaved);
  assert.equal(merges, 1);
  assert.deepEqual(server.shapes, ["t", "m"]);
  mine.session.undo();
  await mine.session.flush();
  assert.ok(mine.session.isSaved);
  assert.deepEqual(await mine.journal.read(image), []);
});

test("a crash in the middle of a merge replays onto the newer revision", async () => {
  const server = new Server();
  const mine = await open(server);
  const theirs = await open(server);
  theirs.session.commit(withShape(theirs.session.current, box("t")));
  await theirs.session.flush();
  mine.session.commit(withShape(mine.session.current, box("m")));
  mine.session.onMerged = () => {
    server.faults = Array.from({ length: 1000 }, () => "unreachable" as const);
  };
  await mine.session.flush();
  mine.session.dispose();
  mine.journal.close();

  server.faults = [];
  const again = await open(server, mine.name);
  await until(() => again.session.isSaved);
  assert.deepEqual(server.shapes, ["t", "m"]);
});

test("a refusal is shown and not repeated; the next step tries again", async () => {
  const server = new Server();
  server.faults = [422];
  const { session } = await open(server);
  session.commit(withShape(session.current, box("a")));
  await session.flush();
  assert.deepEqual(session.saveState, { kind: "refused", message: "answer 422" });
  assert.equal(server.puts, 1);
  session.commit(withShape(session.current, box("b")));
  await until(() => session.isSaved);
  assert.deepEqual(server.shapes, ["a", "b"]);
});

test("a session that ended says so and keeps the work", async () => {
  const server = new Server();
  server.faults = [401];
  const { session, journal } = await open(server);
  session.commit(withShape(session.current, box("a")));
  await session.flush();
  assert.equal(session.saveState.kind, "signedOut");
  assert.equal((await journal.read(image)).length, 1);
  await session.flush();
  assert.ok(session.isSaved);
});

test("two tabs of one person that both crash lose neither's work", async () => {
  const server = new Server();
  const first = await open(server);
  const second = await open(server, first.name);
  second.session.commit(withShape(second.session.current, box("saved")));
  await second.session.flush();
  server.faults = Array.from({ length: 1000 }, () => "unreachable" as const);
  first.session.commit(withShape(first.session.current, box("a")));
  second.session.commit(withShape(second.session.current, box("b")));
  first.session.commit(withShape(first.session.current, box("c")));
  await Promise.all([first.session.flush(), second.session.flush()]);
  for (const { session, journal } of [first, second]) {
    session.dispose();
    journal.close();
  }

  server.faults = [];
  const again = await open(server, first.name);
  await until(() => again.session.isSaved);
  assert.deepEqual(server.shapes.toSorted(), ["a", "b", "c", "saved"]);
  assert.deepEqual(await again.journal.read(image), []);
});
