// COCO run lengths: the text form of a mask. Column-major, first run outside. As AdClip.Vision.GroundTruth.RunLengths;
// both sides are held to contracts/runLengths.json.

import { Mask, tileSide } from "./mask.ts";

const firstCharacter = 48;

export function encode(mask: Mask): string {
  return encodeCounts(countsOf(mask));
}

/** Throws for damaged text and for runs that do not add up to the image. */
export function decode(counts: string, width: number, height: number): Mask {
  const runs = decodeCounts(counts);
  const total = runs.reduce((sum, run) => sum + run, 0);
  if (total !== width * height) {
    throw new Error(`runs add up to ${total} pixels, the image has ${width * height}`);
  }
  const mask = new Mask(width, height);
  let position = 0;
  runs.forEach((run, i) => {
    if (i % 2 === 1) {
      for (let p = position; p < position + run; p++) {
        const x = Math.floor(p / height);
        mask.setRow(p - x * height, x, x + 1, true);
      }
    }
    position += run;
  });
  return mask;
}

export function countsOf(mask: Mask): number[] {
  const counts: number[] = [];
  let inside = false;
  let run = 0;
  for (let column = 0; column < mask.tileColumns; column++) {
    const tiles = Array.from({ length: mask.tileRows }, (_, row) => mask.tileWords(column, row));
    const toX = Math.min(mask.width, (column + 1) * tileSide);
    for (let x = column * tileSide; x < toX; x++) {
      const word = (x % tileSide) >> 5;
      const bit = x & 31;
      for (let row = 0; row < tiles.length; row++) {
        const rows = Math.min(tileSide, mask.height - row * tileSide);
        const tile = tiles[row];
        if (!tile) {
          if (inside) {
            counts.push(run);
            run = 0;
            inside = false;
          }
          run += rows;
          continue;
        }
        for (let y = 0; y < rows; y++) {
          const set = ((tile[y * (tileSide / 32) + word]! >>> bit) & 1) === 1;
          if (set !== inside) {
            counts.push(run);
            run = 0;
            inside = set;
          }
          run++;
        }
      }
    }
  }
  counts.push(run);
  return counts;
}

export function encodeCounts(counts: readonly number[]): string {
  const characters: number[] = [];
  counts.forEach((count, i) => {
    let value = i > 2 ? count - counts[i - 2]! : count;
    let more: boolean;
    do {
      const group = value & 31;
      value = Math.floor(value / 32); // arithmetic shift, also beyond 32 bits
      more = (group & 16) !== 0 ? value !== -1 : value !== 0;
      characters.push(firstCharacter + (more ? group | 32 : group));
    } while (more);
  });
  let text = "";
  for (let i = 0; i < characters.length; i += 4096) {
    text += String.fromCharCode(...characters.slice(i, i + 4096));
  }
  return text;
}

export function decodeCounts(text: string): number[] {
  const counts: number[] = [];
  for (let at = 0; at < text.length; ) {
    let value = 0;
    let scale = 1;
    let group: number;
    do {
      group = text.charCodeAt(at++) - firstCharacter;
      if (!(group >= 0 && group < 64)) {
        throw new Error(`damaged run lengths at character ${at - 1}`);
      }
      value += (group & 31) * scale;
      scale *= 32;
    } while (group & 32);
    if (group & 16) {
      value -= scale;
    }
    if (counts.length > 2) {
      value += counts[counts.length - 2]!;
    }
    if (value < 0) {
      throw new Error(`damaged run lengths at character ${at - 1}`);
    }
    counts.push(value);
  }
  return counts;
}
