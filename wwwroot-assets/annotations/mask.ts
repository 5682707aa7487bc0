// An exact set of pixels of one image: bitsets in sparse tiles of 256 x 256 pixels, as AdClip.Vision.GroundTruth.Mask.
// `copy()` shares tiles until one side writes, so that every undo step costs only the tiles its stroke touched.

import type { Rectangle } from "../viewer/view.ts";

export const tileSide = 256;
const wordsInRow = tileSide / 32;
const wordsInTile = tileSide * wordsInRow;

export class Mask {
  readonly width: number;
  readonly height: number;
  readonly tileColumns: number;
  readonly tileRows: number;
  private readonly tiles = new Map<number, Uint32Array>();
  private readonly owned = new Set<number>();

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.tileColumns = Math.ceil(width / tileSide);
    this.tileRows = Math.ceil(height / tileSide);
  }

  has(x: number, y: number): boolean {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) {
      return false;
    }
    const tile = this.tiles.get(this.tileIndex(x, y));
    return tile !== undefined && ((tile[wordOf(x, y)]! >>> (x & 31)) & 1) !== 0;
  }

  /** Adds (or removes) the pixels [fromX, toX) of row y, cut to the image. */
  setRow(y: number, fromX: number, toX: number, inside: boolean): void {
    if (y < 0 || y >= this.height) {
      return;
    }
    const end = Math.min(toX, this.width);
    for (let x = Math.max(fromX, 0); x < end; ) {
      const stop = Math.min(end, (x & ~31) + 32);
      const bits = stop - x === 32 ? 0xffffffff : ((1 << (stop - x)) - 1) << (x & 31);
      const index = this.tileIndex(x, y);
      const word = wordOf(x, y);
      if (inside) {
        const tile = this.writable(index);
        tile[word] = tile[word]! | bits;
      } else if ((this.tiles.get(index)?.[word] ?? 0) & bits) {
        const tile = this.writable(index);
        tile[word] = tile[word]! & ~bits;
      }
      x = stop;
    }
  }

  count(): number {
    let count = 0;
    for (const tile of this.tiles.values()) {
      for (const word of tile) {
        count += bitsIn(word);
      }
    }
    return count;
  }

  isEmpty(): boolean {
    for (const tile of this.tiles.values()) {
      if (tile.some((word) => word !== 0)) {
        return false;
      }
    }
    return true;
  }

  /** The smallest rectangle that holds every pixel; null for an empty mask. */
  bounds(): Rectangle | null {
    let left = Infinity;
    let top = Infinity;
    let right = -1;
    let bottom = -1;
    for (const [index, tile] of this.tiles) {
      const tileX = (index % this.tileColumns) * tileSide;
      const tileY = Math.floor(index / this.tileColumns) * tileSide;
      for (let word = 0; word < wordsInTile; word++) {
        const bits = tile[word]!;
        if (bits !== 0) {
          const x = tileX + (word % wordsInRow) * 32;
          const y = tileY + Math.floor(word / wordsInRow);
          left = Math.min(left, x + 31 - Math.clz32(bits & -bits));
          right = Math.max(right, x + 31 - Math.clz32(bits));
          top = Math.min(top, y);
          bottom = Math.max(bottom, y);
        }
      }
    }
    return right < 0 ? null : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
  }

  equals(other: Mask): boolean {
    if (other.width !== this.width || other.height !== this.height) {
      return false;
    }
    const indexes = new Set([...this.tiles.keys(), ...other.tiles.keys()]);
    for (const index of indexes) {
      const a = this.tiles.get(index);
      const b = other.tiles.get(index);
      if (a !== b) {
        for (let word = 0; word < wordsInTile; word++) {
          if ((a?.[word] ?? 0) !== (b?.[word] ?? 0)) {
            return false;
          }
        }
      }
    }
    return true;
  }

  /** An independent mask with the same pixels; cheap. */
  copy(): Mask {
    const copy = new Mask(this.width, this.height);
    for (const [index, tile] of this.tiles) {
      copy.tiles.set(index, tile);
    }
    this.owned.clear(); // from now on both sides must copy a tile before writing to it
    return copy;
  }

  /** The same pixels moved by whole pixels; what leaves the image is cut off. */
  movedBy(dx: number, dy: number): Mask {
    const moved = new Mask(this.width, this.height);
    this.forEachRun((y, fromX, toX) => moved.setRow(y + dy, fromX + dx, toX + dx, true));
    return moved;
  }

  /** Calls for every horizontal run of pixels, tile by tile. */
  forEachRun(visit: (y: number, fromX: number, toX: number) => void): void {
    for (const [index, tile] of this.tiles) {
      const tileX = (index % this.tileColumns) * tileSide;
      const tileY = Math.floor(index / this.tileColumns) * tileSide;
      for (let row = 0; row < tileSide; row++) {
        let start = -1;
        for (let column = 0; column < tileSide; column++) {
          const word = tile[row * wordsInRow + (column >> 5)]!;
          if ((column & 31) === 0 && start < 0 && word === 0) {
            column += 31;
            continue;
          }
          if ((word >>> (column & 31)) & 1) {
            if (start < 0) {
              start = column;
            }
          } else if (start >= 0) {
            visit(tileY + row, tileX + start, tileX + column);
            start = -1;
          }
        }
        if (start >= 0) {
          visit(tileY + row, tileX + start, tileX + tileSide);
        }
      }
    }
  }

  /** The words of the tile at this tile column and row: 8 a row, least significant bit leftmost. */
  tileWords(column: number, row: number): Uint32Array | undefined {
    return this.tiles.get(row * this.tileColumns + column);
  }

  /** Tiles for the journal: plain data that IndexedDB can clone. */
  toTiles(): [number, Uint32Array][] {
    return [...this.tiles].map(([index, tile]) => [index, tile.slice()]);
  }

  static fromTiles(width: number, height: number, tiles: readonly (readonly [number, Uint32Array])[]): Mask {
    const mask = new Mask(width, height);
    for (const [index, tile] of tiles) {
      mask.tiles.set(index, tile);
    }
    return mask;
  }

  private tileIndex(x: number, y: number): number {
    return Math.floor(y / tileSide) * this.tileColumns + Math.floor(x / tileSide);
  }

  private writable(index: number): Uint32Array {
    let tile = this.tiles.get(index);
    if (!tile || !this.owned.has(index)) {
      tile = tile ? tile.slice() : new Uint32Array(wordsInTile);
      this.tiles.set(index, tile);
      this.owned.add(index);
    }
    return tile;
  }
}

function wordOf(x: number, y: number): number {
  return (y % tileSide) * wordsInRow + ((x % tileSide) >> 5);
}

function bitsIn(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
