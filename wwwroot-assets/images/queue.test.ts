import assert from "node:assert/strict";
import { test } from "node:test";
import { delayMilliseconds, HopelessError, UploadQueue, type FileAnswer, type UploadItem } from "./queue.ts";

const file = (size: number): Blob => new Blob([new Uint8Array(size)]);
const files = (count: number): { path: string; file: Blob }[] => Array.from({ length: count }, (_, i) => ({ path: `${i}.png`, file: file(10) }));
const accepted = (item: UploadItem): FileAnswer => ({
  name: item.path,
  path: item.path,
  kind: "image",
  outcome: "accepted",
  imageId: `id-${item.id}`,
  message: null,
  hints: [],
  entries: null,
});
const noWait = (): Promise<void> => Promise.resolve();
const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
const idle = async (queue: UploadQueue): Promise<void> => {
  while (!queue.isIdle) {
    await tick();
  }
};

test("at most three files are on their way, and all arrive", async () => {
  let now = 0;
  let most = 0;
  const queue = new UploadQueue(async (item) => {
    most = Math.max(most, ++now);
    await tick();
    now--;
    return accepted(item);
  }, () => {}, noWait);
  queue.add(files(20));
  await idle(queue);
  assert.equal(most, 3);
  assert.ok(queue.items.every((item) => item.state === "accepted" && item.answer?.imageId === `id-${item.id}`));
});

test("a lost connection is tried again, a hopeless answer is not", async () => {
  let tries = 0;
  const queue = new UploadQueue(async (item) => {
    tries++;
    if (item.path === "1.png") {
      throw new HopelessError("signed out");
    }
    if (item.attempts < 3) {
      throw new TypeError("network");
    }
    return accepted(item);
  }, () => {}, noWait);
  queue.add(files(2));
  await idle(queue);
  assert.equal(tries, 4);
  assert.deepEqual(queue.items.map((item) => item.state), ["accepted", "failed"]);
  assert.equal(queue.items[1]!.message, "signed out");
});

test("it gives up after ten attempts, and retry starts again", async () => {
  let broken = true;
  const queue = new UploadQueue(async (item) => {
    if (broken) {
      throw new TypeError("network");
    }
    return accepted(item);
  }, () => {}, noWait);
  queue.add(files(1));
  await idle(queue);
  assert.deepEqual([queue.items[0]!.state, queue.items[0]!.attempts], ["failed", 10]);
  broken = false;
  queue.retry();
  await idle(queue);
  assert.equal(queue.items[0]!.state, "accepted");
});

test("cancelling stops what is on its way and what waits", async () => {
  const queue = new UploadQueue((_item, _progress, signal) => new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("aborted")));
  }), () => {}, noWait);
  queue.add(files(5));
  await tick();
  queue.cancelAll();
  await idle(queue);
  assert.ok(queue.items.every((item) => item.state === "cancelled"));
});

test("progress shows the state of checking once every byte has left", async () => {
  const seen: string[] = [];
  const queue = new UploadQueue(async (item, progress) => {
    progress(5);
    progress(10);
    return accepted(item);
  }, (item) => seen.push(`${item.state} ${item.sent}`), noWait);
  queue.add(files(1));
  await idle(queue);
  assert.deepEqual(seen, ["waiting 0", "sending 0", "sending 5", "checking 10", "accepted 10"]);
});

test("delays double up to half a minute", () => {
  assert.deepEqual([1, 2, 3, 7, 20].map((attempts) => delayMilliseconds(attempts, 0)), [500, 1000, 2000, 30000, 30000]);
  assert.equal(delayMilliseconds(1, 1), 400);
});

test("a file that waits for another try is not sent twice", async () => {
  const sent: string[] = [];
  const queue = new UploadQueue(async (item) => {
    sent.push(item.path);
    if (item.path === "0.png" && item.attempts === 1) {
      throw new TypeError("network");
    }
    await tick();
    return accepted(item);
  }, () => {}, async () => {
    for (let i = 0; i < 5; i++) {
      await tick();
    }
  });
  queue.add(files(6));
  await tick();
  queue.retry();
  await idle(queue);
  assert.deepEqual(sent.filter((path) => path === "0.png").length, 2);
  assert.equal(sent.length, 7);
});
