import assert from "node:assert/strict";
import { test } from "node:test";
import { HopelessError, UploadQueue, type FileAnswer, type FileState } from "../images/queue.ts";
import { FirstLook, stageAfter, type Desk, type Stage } from "./firstLook.ts";
import { tallyOf, refusedOf } from "../images/tally.ts";

type Outcome = FileAnswer["outcome"];
const answer = (path: string, outcome: Outcome, kind: FileAnswer["kind"] = "image", entries: FileAnswer[] | null = null): FileAnswer =>
  ({ name: path, path, kind, outcome, imageId: null, message: outcome === "refused" ? "no picture" : null, hints: [], entries });
const files = (...paths: string[]): { path: string; file: Blob }[] => paths.map((path) => ({ path, file: new Blob(["0123456789"]) }));
const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** A desk whose upload answers as told; a missing answer is a file that cannot get through. */
class TestDesk implements Desk {
  readonly asked: string[] = [];
  answers: Record<string, FileAnswer> = {};
  createFails = false;
  startFails = false;

  async create(name: string): Promise<{ id: string; name: string }> {
    this.asked.push(`create ${name}`);
    await tick();
    if (this.createFails) {
      throw new Error("not now");
    }
    return { id: "p1", name: `${name} 2` };
  }

  open(_project: unknown, changed: () => void): UploadQueue {
    return new UploadQueue(async (item) => {
      await tick();
      const said = this.answers[item.path];
      if (!said) {
        throw new HopelessError("lost");
      }
      return said;
    }, changed, () => Promise.resolve());
  }

  async start(): Promise<string> {
    this.asked.push("start");
    await tick();
    if (this.startFails) {
      throw new Error("no model");
    }
    return "r1";
  }
}

async function settled(look: FirstLook): Promise<Stage> {
  while (look.isBusy) {
    await tick();
  }
  return look.stage;
}

test("dropped images become a project, an upload and one run, which opens", async () => {
  const desk = new TestDesk();
  desk.answers = { "1.png": answer("1.png", "accepted"), "2.png": answer("2.png", "duplicate"), "notes.txt": answer("notes.txt", "refused") };
  const stages: Stage[] = [];
  const look = new FirstLook("tiles", files("1.png", "2.png", "notes.txt"), desk, (changed) => stages.push(changed.stage));
  void look.begin();
  assert.equal(await settled(look), "open");
  assert.deepEqual(desk.asked, ["create tiles", "start"]);
  assert.deepEqual([look.project?.name, look.runId], ["tiles 2", "r1"]);
  assert.deepEqual([...new Set(stages)], ["creating", "sending", "starting", "open"]);
  assert.deepEqual(refusedOf(look.queue!.items), [{ path: "notes.txt", message: "no picture" }]);
});

test("no run is started over nothing", async () => {
  const desk = new TestDesk();
  desk.answers = { "notes.txt": answer("notes.txt", "refused"), "1_mask.png": answer("1_mask.png", "accepted", "mask") };
  const look = new FirstLook("tiles", files("notes.txt", "1_mask.png"), desk, () => {});
  void look.begin();
  assert.equal(await settled(look), "nothing");
  assert.deepEqual(desk.asked, ["create tiles"]);

  const empty = new FirstLook("tiles", [], desk, () => {});
  await empty.begin();
  assert.deepEqual([empty.stage, empty.project], ["nothing", null]);
});

test("what did not arrive is sent again before the run starts, or the run starts without it", async () => {
  const desk = new TestDesk();
  desk.answers = { "1.png": answer("1.png", "accepted") };
  const look = new FirstLook("tiles", files("1.png", "2.png"), desk, () => {});
  void look.begin();
  assert.equal(await settled(look), "incomplete");
  assert.deepEqual(desk.asked, ["create tiles"]);
  desk.answers["2.png"] = answer("2.png", "accepted");
  void look.again();
  assert.equal(await settled(look), "open");
  assert.equal(look.tally.images, 2);

  const other = new FirstLook("tiles", files("1.png", "3.png"), desk, () => {});
  void other.begin();
  assert.equal(await settled(other), "incomplete");
  void other.inspect();
  assert.equal(await settled(other), "open");
});

test("cancelling starts nothing", async () => {
  const desk = new TestDesk();
  desk.answers = { "1.png": answer("1.png", "accepted") };
  const look = new FirstLook("tiles", files("1.png", "2.png", "3.png", "4.png", "5.png"), desk, () => {});
  void look.begin();
  while (look.stage !== "sending") {
    await tick();
  }
  look.cancel();
  assert.equal(await settled(look), "incomplete");
  assert.deepEqual(desk.asked, ["create tiles"]);
});

test("what the server refuses is told, and goes on where it stopped", async () => {
  const desk = new TestDesk();
  desk.answers = { "1.png": answer("1.png", "accepted") };
  desk.createFails = true;
  const look = new FirstLook("tiles", files("1.png"), desk, () => {});
  void look.begin();
  assert.equal(await settled(look), "refused");
  assert.deepEqual([look.message, look.project], ["not now", null]);
  desk.createFails = false;
  desk.startFails = true;
  void look.again();
  assert.equal(await settled(look), "refused");
  assert.equal(look.message, "no model");
  desk.startFails = false;
  void look.again();
  assert.equal(await settled(look), "open");
  assert.deepEqual(desk.asked, ["create tiles", "create tiles", "start", "start"]);
});

test("the entries of an archive are counted, not the archive", () => {
  const zip = answer("lot.zip", "accepted", "archive", [
    answer("1.png", "accepted"),
    answer("2.png", "duplicate"),
    answer("x.txt", "refused"),
    answer(".DS_Store", "skipped"),
  ]);
  const item = { id: 0, path: "lot.zip", file: new Blob(["zip"]), state: "accepted" as FileState, sent: 3, attempts: 1, message: null, answer: zip };
  const tally = tallyOf([item]);
  assert.deepEqual([tally.files, tally.done, tally.accepted, tally.duplicate, tally.refused, tally.images], [1, 1, 1, 1, 1, 2]);
  assert.deepEqual(refusedOf([item]), [{ path: "x.txt", message: "no picture" }]);
  assert.equal(stageAfter(tally), "starting");
});
