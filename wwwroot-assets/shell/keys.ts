// The keys of every surface come from keys.json, which the pages in C# read too: which command a key means, and how a key is
// written. Two surfaces never give one key to "the next image" here and to something that is stored there (keys.test.ts).

import map from "./keys.json";

/** Where keys are heard. */
export type Surface = keyof typeof map.surfaces;

/** What a surface can be told by a key. */
export type CommandOf<S extends Surface> = S extends Surface ? keyof (typeof map.surfaces)[S] & string : never;

/** What a command does: shows another image, stores something, or neither. */
export type Effect = "navigate" | "write" | "view" | "tool" | "focus";

/** What of a key event decides. */
export type KeyPress = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** A key of a surface. `chord` is written as "Ctrl+Shift+Z". */
export interface KeyBinding {
  readonly surface: Surface;
  readonly command: string;
  readonly does: Effect;
  readonly chord: string;
}

/** Surfaces whose keys are heard at the same time. */
export const pages = map.pages as readonly (readonly Surface[])[];

export const bindings: readonly KeyBinding[] = Object.entries(map.surfaces).flatMap(([surface, commands]) =>
  Object.entries(commands).flatMap(([command, { keys, does }]) =>
    keys.flatMap(each).map((chord) => ({ surface: surface as Surface, command, does: does as Effect, chord })),
  ),
);

const commands = new Map(bindings.map(({ surface, command, chord }) => [`${surface} ${chord}`, command]));

/** The command that a key means on the first of these surfaces that knows it; null: none. */
export function commandOf<S extends Surface>(event: KeyPress, ...surfaces: readonly S[]): CommandOf<S> | null {
  for (const surface of surfaces) {
    for (const chord of chordsOf(event)) {
      const command = commands.get(`${surface} ${chord}`);
      if (command !== undefined) {
        return command as CommandOf<S>;
      }
    }
  }
  return null;
}

/** How the keys of a command are written for people, its main one first. */
export function keysOf<S extends Surface>(surface: S, command: CommandOf<S>): readonly string[] {
  return (map.surfaces[surface] as Readonly<Record<string, { readonly keys: readonly string[] }>>)[command]!.keys.map(labelOf);
}

/** The main key of a command, as people read it. */
export function keyOf<S extends Surface>(surface: S, command: CommandOf<S>): string {
  return keysOf(surface, command)[0]!;
}

/** The main key as the attribute `aria-keyshortcuts` wants it. */
export function ariaKeyOf<S extends Surface>(surface: S, command: CommandOf<S>): string {
  return bindings.find((binding) => binding.surface === surface && binding.command === command)!.chord.replace("Ctrl", "Control");
}

/** Names of an event, the likeliest first. */
export function chordsOf({ key, code, ctrlKey, metaKey, altKey, shiftKey }: KeyPress): readonly string[] {
  const held = `${ctrlKey || metaKey ? "Ctrl+" : ""}${altKey ? "Alt+" : ""}`;
  const withShift = `${held}${shiftKey ? "Shift+" : ""}`;
  if (/^[a-z]$/i.test(key)) {
    return [`${withShift}${key.toUpperCase()}`];
  }
  if (key === " ") {
    return [`${withShift}Space`];
  }
  const place = /^(?:Key([A-Z])|Digit([0-9]))$/.exec(code);
  if (/^[!-~]$/.test(key)) {
    // Shift made the character; what it is of itself still counts where only digits are meant ("Shift+0").
    return place?.[2] && shiftKey ? [`${held}${key}`, `${withShift}${place[2]}`] : [`${held}${key}`];
  }
  // Hangul, kana, Cyrillic and a composing input method name no key of ours: where it lies decides.
  const isWritten = key.length === 1 || key === "Process" || key === "Dead" || key === "Unidentified";
  return isWritten ? (place ? [`${withShift}${place[1] ?? place[2]}`] : []) : [`${withShift}${key}`];
}

function labelOf(chord: string): string {
  const labels: Readonly<Record<string, string>> = { ...map.labels, ...map.groupLabels };
  const at = chord.length > 1 ? chord.lastIndexOf("+", chord.length - 2) + 1 : 0;
  const key = chord.slice(at);
  return `${chord.slice(0, at)}${labels[key] ?? key}`;
}

/** "Shift+Arrows" stands for four keys. */
function each(chord: string): readonly string[] {
  const groups: Readonly<Record<string, readonly string[]>> = map.groups;
  const name = Object.keys(groups).find((group) => chord.endsWith(group));
  return name ? groups[name]!.map((key) => `${chord.slice(0, -name.length)}${key}`) : [chord];
}
