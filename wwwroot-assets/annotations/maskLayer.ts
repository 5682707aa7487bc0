// Masks on the screen: one bitmap for each tile of the image, composed from every mask that touches the tile.
// Only the rectangle that changed is composed again, so a stroke costs what it covers.

import type { Frame, Layer } from "../viewer/imageSurface.ts";
import type { Rectangle } from "../viewer/view.ts";
import { tileSide, type Mask } from "./mask.ts";

export interface PaintedMask {
  readonly mask: Mask;
  /** 0xBBGGRR */
  readonly color: number;
  readonly isSelected: boolean;
}

const interiorAlpha = 0xa6;
const edgeAlpha = 0xff;
const white = 0xffffff;
const wordsInRow = tileSide / 32;

export class MaskLayer implements Layer {
  opacity = 0.7;
  isVisible = true;
  private painted: readonly PaintedMask[] = [];
  private readonly tiles = new Map<number, OffscreenCanvas>();

  /** Shows these masks, later ones above; composes only the tiles in which something differs. */
  show(masks: readonly PaintedMask[]): void {
    const before = this.painted;
    this.painted = masks;
    const sample = masks[0]?.mask ?? before[0]?.mask;
    if (!sample) {
      return;
    }
    const sameSize = !before[0] || !masks[0] || (before[0].mask.width === masks[0].mask.width && before[0].mask.height === masks[0].mask.height);
    if (!sameSize) {
      this.tiles.clear();
    }
    for (let row = 0; row < sample.tileRows; row++) {
      for (let column = 0; column < sample.tileColumns; column++) {
        const index = row * sample.tileColumns + column;
        const now = touching(masks, column, row);
        if (now.length === 0) {
          this.tiles.delete(index);
        } else if (!sameSize || !this.tiles.has(index) || !sameTile(touching(before, column, row), now, column, row)) {
          this.compose(column, row, now, { x: 0, y: 0, width: tileSide, height: tileSide });
        }
      }
    }
  }

  /** `masks` are those shown, changed in place within `changed` (image pixels). */
  update(masks: readonly PaintedMask[], changed: Rectangle): void {
    this.painted = masks;
    const sample = masks[0]?.mask;
    if (!sample) {
      return;
    }
    // An edge pixel depends on its neighbours.
    const left = Math.max(0, Math.floor(changed.x) - 1);
    const top = Math.max(0, Math.floor(changed.y) - 1);
    const right = Math.min(sample.width, Math.ceil(changed.x + changed.width) + 1);
    const bottom = Math.min(sample.height, Math.ceil(changed.y + changed.height) + 1);
    for (let row = Math.floor(top / tileSide); row * tileSide < bottom; row++) {
      for (let column = Math.floor(left / tileSide); column * tileSide < right; column++) {
        const now = touching(masks, column, row);
        const x = Math.max(0, left - column * tileSide);
        const y = Math.max(0, top - row * tileSide);
        this.compose(column, row, now, {
          x,
          y,
          width: Math.min(tileSide, right - column * tileSide) - x,
          height: Math.min(tileSide, bottom - row * tileSide) - y,
        });
      }
    }
  }

  draw(frame: Frame): void {
    const sample = this.painted[0]?.mask;
    if (!sample || !this.isVisible || this.opacity <= 0) {
      return;
    }
    const { context, visible } = frame;
    context.globalAlpha = this.opacity;
    context.imageSmoothingEnabled = frame.scale < 1;
    const toColumn = Math.min(sample.tileColumns, Math.ceil((visible.x + visible.width) / tileSide));
    const toRow = Math.min(sample.tileRows, Math.ceil((visible.y + visible.height) / tileSide));
    for (let row = Math.max(0, Math.floor(visible.y / tileSide)); row < toRow; row++) {
      for (let column = Math.max(0, Math.floor(visible.x / tileSide)); column < toColumn; column++) {
        const tile = this.tiles.get(row * sample.tileColumns + column);
        if (tile) {
          const from = frame.snap(column * tileSide, row * tileSide);
          const to = frame.snap((column + 1) * tileSide, (row + 1) * tileSide);
          context.drawImage(tile, from.x, from.y, to.x - from.x, to.y - from.y);
        }
      }
    }
    context.globalAlpha = 1;
  }

  private compose(column: number, row: number, masks: readonly PaintedMask[], part: Rectangle): void {
    if (part.width <= 0 || part.height <= 0) {
      return;
    }
    const sample = this.painted[0]!.mask;
    const index = row * sample.tileColumns + column;
    let canvas = this.tiles.get(index);
    if (!canvas) {
      if (masks.length === 0) {
        return;
      }
      canvas = new OffscreenCanvas(tileSide, tileSide);
      this.tiles.set(index, canvas);
    }
    const firstWord = Math.floor(part.x / 32);
    const lastWord = Math.floor((part.x + part.width - 1) / 32);
    const width = (lastWord - firstWord + 1) * 32;
    const pixels = new Uint32Array(width * part.height);
    for (const { mask, color, isSelected } of masks) {
      const interior = color | (interiorAlpha << 24);
      const edge = (isSelected ? white : color) | (edgeAlpha << 24);
      for (let y = 0; y < part.height; y++) {
        const imageY = row * tileSide + part.y + y;
        for (let word = firstWord; word <= lastWord; word++) {
          const column32 = column * wordsInRow + word;
          const bits = wordAt(mask, column32, imageY);
          if (bits === 0) {
            continue;
          }
          const inner =
            bits &
            ((bits << 1) | (wordAt(mask, column32 - 1, imageY) >>> 31)) &
            ((bits >>> 1) | (wordAt(mask, column32 + 1, imageY) << 31)) &
            wordAt(mask, column32, imageY - 1) &
            wordAt(mask, column32, imageY + 1);
          const start = y * width + (word - firstWord) * 32;
          for (let bit = 0; bit < 32; bit++) {
            if ((bits >>> bit) & 1) {
              pixels[start + bit] = (inner >>> bit) & 1 ? interior : edge;
            }
          }
        }
      }
    }
    const data = new ImageData(new Uint8ClampedArray(pixels.buffer), width, part.height);
    canvas.getContext("2d")!.putImageData(data, firstWord * 32, part.y);
  }
}

/** 32 pixels of a row as a word, least significant bit leftmost; 0 outside the mask. */
function wordAt(mask: Mask, column32: number, y: number): number {
  if (column32 < 0 || y < 0 || y >= mask.height) {
    return 0;
  }
  const column = Math.floor(column32 / wordsInRow);
  if (column >= mask.tileColumns) {
    return 0;
  }
  return mask.tileWords(column, Math.floor(y / tileSide))?.[(y % tileSide) * wordsInRow + (column32 % wordsInRow)] ?? 0;
}

function touching(masks: readonly PaintedMask[], column: number, row: number): PaintedMask[] {
  return masks.filter((painted) => painted.mask.tileWords(column, row) !== undefined);
}

/** Tiles are shared between steps, so equal words mean the same array; edges also look at the neighbours. */
function sameTile(a: readonly PaintedMask[], b: readonly PaintedMask[], column: number, row: number): boolean {
  return (
    a.length === b.length &&
    a.every((painted, i) => {
      const other = b[i]!;
      if (painted.color !== other.color || painted.isSelected !== other.isSelected) {
        return false;
      }
      if (painted.mask === other.mask) {
        return true;
      }
      for (const [dx, dy] of [[0, 0], [-1, 0], [1, 0], [0, -1], [0, 1]] as const) {
        const inside = column + dx >= 0 && column + dx < other.mask.tileColumns;
        if (inside && painted.mask.tileWords(column + dx, row + dy) !== other.mask.tileWords(column + dx, row + dy)) {
          return false;
        }
      }
      return true;
    })
  );
}
