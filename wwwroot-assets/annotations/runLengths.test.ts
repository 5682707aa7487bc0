import assert from "node:assert/strict";
import { test } from "node:test";
import vectors from "../contracts/runLengths.json";
import { Mask } from "./mask.ts";
import { countsOf, decode, decodeCounts, encode, encodeCounts } from "./runLengths.ts";

test("agrees with the vectors that C# is held to", () => {
  assert.ok(vectors.length >= 6);
  for (const { rows, runs, counts } of vectors) {
    assert.equal(encodeCounts(runs), counts);
    assert.deepEqual(decodeCounts(counts), runs);
    if (rows) {
      const mask = new Mask(rows[0]!.length, rows.length);
      rows.forEach((row, y) => [...row].forEach((cell, x) => mask.setRow(y, x, x + 1, cell === "1")));
      assert.equal(encode(mask), counts);
      assert.ok(decode(counts, mask.width, mask.height).equals(mask));
    }
  }
});

test("random masks of any size survive the round trip and have the runs of a plain scan", () => {
  let seed = 12345;
  const random = (): number => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
  for (const [width, height] of [[1, 1], [255, 3], [256, 256], [257, 300], [530, 513]] as const) {
    for (const density of [0, 0.001, 0.5, 1]) {
      const mask = new Mask(width, height);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          if (random() < density) {
            mask.setRow(y, x, x + 1, true);
          }
        }
      }
      const plain = [0];
      let inside = false;
      for (let x = 0; x < width; x++) {
        for (let y = 0; y < height; y++) {
          if (mask.has(x, y) !== inside) {
            inside = !inside;
            plain.push(0);
          }
          plain[plain.length - 1]!++;
        }
      }
      assert.deepEqual(countsOf(mask), plain);
      assert.ok(decode(encode(mask), width, height).equals(mask));
    }
  }
});

test("refuses damaged text and runs that do not add up", () => {
  for (const damaged of ["4210", "", "42102Q", "42 102", "O"]) {
    assert.throws(() => decode(damaged, 4, 3), Error, damaged);
  }
});
