import assert from "node:assert/strict";
import { test } from "node:test";
import { bindings, chordsOf, commandOf, keyOf, keysOf, pages, type KeyBinding, type KeyPress } from "./keys.ts";

function press(key: string, code: string, held: Partial<KeyPress> = {}): KeyPress {
  return { key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held };
}

/** Keys that go to another image here and store something there, and letters that store this here and that there. */
function conflicts(all: readonly KeyBinding[]): string[] {
  const chords = new Set(all.map((binding) => binding.chord));
  return [...chords].flatMap((chord) => {
    const here = all.filter((binding) => binding.chord === chord);
    const writes = here.filter((binding) => binding.does === "write");
    const goes = here.some((binding) => binding.does === "navigate");
    const isLetter = /^[A-Z]$/.test(chord);
    return (goes && writes.length > 0) || (isLetter && new Set(writes.map((binding) => binding.command)).size > 1)
      ? [`${chord}: ${here.map(({ surface, command }) => `${surface}.${command}`).join(", ")}`]
      : [];
  });
}

test("no key goes to another image on one surface and stores something on another", () => {
  assert.deepEqual(conflicts(bindings), []);
});

test("the keys of before are such a conflict", () => {
  const before = bindings.map((binding) =>
    binding.command === "falseAlarm" ? { ...binding, chord: "F" } : binding.command === "agree" ? { ...binding, chord: "A" } : binding);
  assert.deepEqual(conflicts(before).map((conflict) => conflict[0]).sort(), ["A", "F"]);
});

test("on what is heard together, no key means two things", () => {
  for (const page of pages) {
    const chords = bindings.filter((binding) => page.includes(binding.surface)).map((binding) => binding.chord);
    assert.deepEqual(chords.filter((chord, at) => chords.indexOf(chord) !== at), [], page.join(" + "));
  }
});

test("every surface is heard somewhere, and a command that is on several does the same there", () => {
  assert.deepEqual(new Set(pages.flat()), new Set(bindings.map((binding) => binding.surface)));
  const letters = bindings.filter((binding) => ["previous", "next", "undo", "redo", "good", "anomaly", "drop", "fit"].includes(binding.command));
  for (const { command } of letters) {
    const keys = new Map(letters.filter((other) => other.command === command).map(({ surface, chord }) => [surface, chord]));
    assert.equal(new Set(keys.values()).size, 1, `${command}: ${[...keys].join("; ")}`);
  }
});

test("a key is found by its character, and by its place where the layout writes no Latin", () => {
  assert.equal(commandOf(press("f", "KeyF"), "result"), "next");
  assert.equal(commandOf(press("F", "KeyF"), "result"), "next"); // caps lock
  assert.equal(commandOf(press("F", "KeyF", { shiftKey: true }), "result"), null);
  assert.equal(commandOf(press("ㄹ", "KeyF"), "labeler"), "next");
  assert.equal(commandOf(press("Process", "KeyF"), "labeler"), "next"); // an input method is composing
  assert.equal(commandOf(press("u", "KeyF"), "result"), null); // Dvorak: the place of F writes u
  assert.equal(commandOf(press("ㅋ", "KeyZ", { ctrlKey: true }), "review"), "undo");
  assert.equal(commandOf(press("z", "KeyZ", { metaKey: true }), "labeler"), "undo");
  assert.equal(commandOf(press("Z", "KeyZ", { ctrlKey: true, shiftKey: true }), "labeler"), "redo");
});

test("digits and signs are found on layouts that need Shift for them and on those that do not", () => {
  assert.equal(commandOf(press("1", "Digit1"), "result"), "heatmap");
  assert.equal(commandOf(press("1", "Digit1", { shiftKey: true }), "result"), "heatmap"); // French
  assert.equal(commandOf(press("1", "Numpad1"), "result"), "heatmap");
  assert.equal(commandOf(press(")", "Digit0", { shiftKey: true }), "labeler"), "oneToOne");
  assert.equal(commandOf(press("?", "Slash", { shiftKey: true }), "labeler"), "help");
  assert.equal(commandOf(press("+", "Equal", { shiftKey: true }), "labeler"), "zoomIn");
  assert.equal(commandOf(press(" ", "Space"), "gallery"), "choose");
});

test("the first surface that knows the key wins", () => {
  assert.equal(commandOf(press("ArrowLeft", "ArrowLeft"), "teaching", "result"), "moveRegion");
  assert.equal(commandOf(press("ArrowLeft", "ArrowLeft"), "result", "review"), "pan");
  assert.equal(commandOf(press("s", "KeyS"), "teaching", "result"), "side");
});

test("keys are written as people read them", () => {
  assert.deepEqual(keysOf("labeler", "redo"), ["Ctrl+Shift+Z", "Ctrl+Y"]);
  assert.deepEqual(keysOf("labeler", "move"), ["← ↑ → ↓", "Shift+← ↑ → ↓"]);
  assert.deepEqual(keysOf("labeler", "zoomIn"), ["+", "="]);
  assert.equal(keyOf("gallery", "drop"), "Esc");
  assert.equal(keyOf("labeler", "zoomOut"), "−");
  assert.equal(keyOf("labeler", "class"), "1 … 9");
  assert.deepEqual(chordsOf(press("Shift", "ShiftLeft", { shiftKey: true })), ["Shift+Shift"]);
});
