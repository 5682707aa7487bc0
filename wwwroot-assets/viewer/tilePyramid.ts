// A large picture as bitmaps of at most 1,024 pixels a side, at full size and at every half size below it.
// No canvas is ever as large as the image (some browsers cap canvases at 16.7 megapixels), and a frame draws only the
// tiles it shows, at a level whose pixels are no smaller than half a screen pixel.

import type { Rectangle, Size } from "./view.ts";

const tileSide = 1024;

interface Level {
  readonly factor: number;
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly tiles: readonly ImageBitmap[];
}

export class TilePyramid {
  readonly size: Size;
  private readonly levels: readonly Level[];

  private constructor(size: Size, levels: readonly Level[]) {
    this.size = size;
    this.levels = levels;
  }

  /** Decodes the picture at `url`. The server has applied the orientation already. */
  static async load(url: string, signal?: AbortSignal): Promise<TilePyramid> {
    const response = await fetch(url, { credentials: "same-origin", ...(signal ? { signal } : {}) });
    if (!response.ok) {
      throw new Error(`${url} answered ${response.status}`);
    }
    const source = await createImageBitmap(await response.blob(), { colorSpaceConversion: "none", premultiplyAlpha: "none" });
    try {
      return await TilePyramid.of(source);
    } finally {
      source.close();
    }
  }

  static async of(source: ImageBitmap): Promise<TilePyramid> {
    const size = { width: source.width, height: source.height };
    const levels = [await cut(source)];
    for (let last = levels[0]!; last.width > tileSide || last.height > tileSide; last = levels[levels.length - 1]!) {
      levels.push(halve(last));
    }
    return new TilePyramid(size, levels);
  }

  /** Draws what is inside `visible` (image pixels) with `place` mapping image pixels to whole device pixels. */
  draw(context: CanvasRenderingContext2D, visible: Rectangle, deviceScale: number, place: (x: number, y: number) => { x: number; y: number }): void {
    let index = 0;
    while (index + 1 < this.levels.length && deviceScale * this.levels[index + 1]!.factor <= 1) {
      index++;
    }
    const level = this.levels[index]!;
    context.imageSmoothingEnabled = deviceScale < 2;
    context.imageSmoothingQuality = "medium";
    const span = tileSide * level.factor;
    const toColumn = Math.min(level.columns, Math.ceil((visible.x + visible.width) / span));
    const toRow = Math.min(level.tiles.length / level.columns, Math.ceil((visible.y + visible.height) / span));
    for (let row = Math.max(0, Math.floor(visible.y / span)); row < toRow; row++) {
      for (let column = Math.max(0, Math.floor(visible.x / span)); column < toColumn; column++) {
        const tile = level.tiles[row * level.columns + column]!;
        const from = place(column * span, row * span);
        const to = place(Math.min(this.size.width, (column + 1) * span), Math.min(this.size.height, (row + 1) * span));
        context.drawImage(tile, from.x, from.y, to.x - from.x, to.y - from.y);
      }
    }
  }

  close(): void {
    for (const level of this.levels) {
      for (const tile of level.tiles) {
        tile.close();
      }
    }
  }
}

async function cut(source: ImageBitmap): Promise<Level> {
  const columns = Math.ceil(source.width / tileSide);
  const rows = Math.ceil(source.height / tileSide);
  const tiles: Promise<ImageBitmap>[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const x = column * tileSide;
      const y = row * tileSide;
      tiles.push(createImageBitmap(source, x, y, Math.min(tileSide, source.width - x), Math.min(tileSide, source.height - y)));
    }
  }
  return { factor: 1, width: source.width, height: source.height, columns, tiles: await Promise.all(tiles) };
}

function halve(finer: Level): Level {
  const width = Math.ceil(finer.width / 2);
  const height = Math.ceil(finer.height / 2);
  const columns = Math.ceil(width / tileSide);
  const rows = Math.ceil(height / tileSide);
  const finerRows = finer.tiles.length / finer.columns;
  const tiles: ImageBitmap[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const canvas = new OffscreenCanvas(Math.min(tileSide, width - column * tileSide), Math.min(tileSide, height - row * tileSide));
      const context = canvas.getContext("2d")!;
      context.imageSmoothingQuality = "high";
      for (let dy = 0; dy < 2; dy++) {
        for (let dx = 0; dx < 2; dx++) {
          const finerColumn = column * 2 + dx;
          const finerRow = row * 2 + dy;
          if (finerColumn < finer.columns && finerRow < finerRows) {
            const tile = finer.tiles[finerRow * finer.columns + finerColumn]!;
            context.drawImage(tile, (dx * tileSide) / 2, (dy * tileSide) / 2, tile.width / 2, tile.height / 2);
          }
        }
      }
      tiles.push(canvas.transferToImageBitmap());
    }
  }
  return { factor: finer.factor * 2, width, height, columns, tiles };
}
