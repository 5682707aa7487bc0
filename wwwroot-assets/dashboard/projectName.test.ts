import assert from "node:assert/strict";
import { test } from "node:test";
import { projectNameOf } from "./projectName.ts";

const name = (...paths: string[]): string => projectNameOf(paths, "Images of today");

test("a folder gives its name, however deep the files lie", () => {
  assert.equal(name("tiles/train/good/1.png", "tiles/test/crack/2.png"), "tiles");
});

test("one file, or one archive, gives its name without the extension", () => {
  assert.equal(name("lot 7.zip"), "lot 7");
  assert.equal(name("plate.2.png"), "plate.2");
  assert.equal(name(".hidden"), ".hidden");
});

test("loose files, several folders, or folders beside files are named for the day", () => {
  assert.equal(name("1.png", "2.png"), "Images of today");
  assert.equal(name("good/1.png", "bad/1.png"), "Images of today");
  assert.equal(name("good/1.png", "1.png"), "Images of today");
});

test("a name is whole characters, short enough, and never empty", () => {
  assert.equal(name("\u1110\u1161\u110b\u1175\u11af/1.png"), "타일");
  assert.equal(name(`${"x".repeat(300)}/1.png`).length, 200);
  assert.equal(name("\u0007/1.png"), "Images of today");
});
