// The regions of an anomaly map that stand out: connected pixels at or above a level, diagonal neighbours touch.

import type { Point, Rectangle } from "../viewer/view.ts";
import type { AnomalyMap } from "./anomalyMap.ts";

export interface HotRegion {
  /** Largest value within. */
  readonly peak: number;
  /** A point within, where the peak is, in shares of the image. */
  readonly point: Point;
  /** The box around it, in shares of the image. */
  readonly box: Rectangle;
}

/** All of them, the hottest first. */
export function hotRegions(map: AnomalyMap, level: number): HotRegion[] {
  const seen = new Uint8Array(map.values.length);
  const regions: HotRegion[] = [];
  map.values.forEach((value, start) => {
    if (value >= level && seen[start] === 0) {
      regions.push(flood(map, level, start, seen));
    }
  });
  return regions.sort((a, b) => b.peak - a.peak);
}

/** The one around a point given in shares of the image; null where the map is below the level. */
export function hotRegionAt(map: AnomalyMap, level: number, at: Point): HotRegion | null {
  const x = Math.floor(at.x * map.width);
  const y = Math.floor(at.y * map.height);
  const isInside = x >= 0 && y >= 0 && x < map.width && y < map.height;
  return isInside && map.values[y * map.width + x]! >= level ? flood(map, level, y * map.width + x, new Uint8Array(map.values.length)) : null;
}

function flood({ width, height, values }: AnomalyMap, level: number, start: number, seen: Uint8Array): HotRegion {
  let [left, top, right, bottom, hottest] = [width, height, -1, -1, start];
  const toVisit = [start];
  seen[start] = 1;
  for (let pixel = toVisit.pop(); pixel !== undefined; pixel = toVisit.pop()) {
    const x = pixel % width;
    const y = Math.floor(pixel / width);
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
    hottest = values[pixel]! > values[hottest]! ? pixel : hottest;
    for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
      for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
        const next = ny * width + nx;
        if (seen[next] === 0 && values[next]! >= level) {
          seen[next] = 1;
          toVisit.push(next);
        }
      }
    }
  }
  return {
    peak: values[hottest]!,
    point: { x: ((hottest % width) + 0.5) / width, y: (Math.floor(hottest / width) + 0.5) / height },
    box: { x: left / width, y: top / height, width: (right + 1 - left) / width, height: (bottom + 1 - top) / height },
  };
}
