// Keys of the gallery: arrows move between images, Space selects, and the page's own buttons answer to their commands.

import { commandOf } from "../shell/keys.ts";

/** Connects a gallery: tiles are links with data-tile, each with a checkbox beside it; buttons carry data-command. */
export function attach(root: HTMLElement | null): void {
  if (!root) {
    // Left before this module was there.
    return;
  }
  root.addEventListener("keydown", (event) => onKey(root, event));
  root.addEventListener("focusin", (event) => {
    const tile = (event.target as Element).closest<HTMLElement>("[data-tile]");
    if (tile) {
      root.querySelectorAll<HTMLElement>("[data-tile]").forEach((other) => {
        other.tabIndex = other === tile ? 0 : -1;
      });
    }
  });
}

function onKey(root: HTMLElement, event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  if (target.matches("input:not([type=checkbox]), textarea, select")) {
    return;
  }
  const command = commandOf(event, "gallery");
  if (command === null) {
    return;
  }
  const button = [...root.querySelectorAll<HTMLButtonElement>("[data-command]")].find((b) => b.dataset["command"] === command && !b.disabled);
  if (button) {
    event.preventDefault();
    button.click();
    return;
  }
  const tile = target.closest<HTMLElement>("[data-tile]");
  if (!tile) {
    return;
  }
  if (command === "choose") {
    event.preventDefault();
    tile.parentElement?.querySelector<HTMLInputElement>("input[type=checkbox]")?.click();
    return;
  }
  const tiles = [...root.querySelectorAll<HTMLElement>("[data-tile]")];
  const at = tiles.indexOf(tile);
  const columns = columnsOf(tiles);
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -at, End: tiles.length - 1 - at }[event.key];
  if (step !== undefined) {
    event.preventDefault();
    tiles[Math.min(tiles.length - 1, Math.max(0, at + step))]?.focus();
  }
}

function columnsOf(tiles: readonly HTMLElement[]): number {
  const top = tiles[0]?.getBoundingClientRect().top;
  const second = tiles.findIndex((tile) => tile.getBoundingClientRect().top !== top);
  return second > 0 ? second : tiles.length;
}
