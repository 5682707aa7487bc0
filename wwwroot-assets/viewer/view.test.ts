import assert from "node:assert/strict";
import { test } from "node:test";
import { fitView, keepInSight, maximumScale, panBy, showing, toCss, toImage, zoomAt } from "./view.ts";

const image = { width: 5472, height: 3648 };
const screen = { width: 1200, height: 800 };

test("zoomAt keeps the pixel under the cursor", () => {
  let view = fitView(image, screen);
  const cursor = { x: 317, y: 444 };
  const before = toImage(view, cursor);
  for (let i = 0; i < 20; i++) {
    view = zoomAt(view, cursor, 1.2, image, screen);
  }
  const after = toImage(view, cursor);
  assert.ok(Math.abs(before.x - after.x) < 1e-6 && Math.abs(before.y - after.y) < 1e-6);
});

test("zoomAt stops at 64 css pixels for a pixel, and before the image becomes a dot", () => {
  let view = fitView(image, screen);
  const smallest = view.scale / 5;
  for (let i = 0; i < 100; i++) {
    view = zoomAt(view, { x: 600, y: 400 }, 2, image, screen);
  }
  assert.equal(view.scale, maximumScale);
  for (let i = 0; i < 100; i++) {
    view = zoomAt(view, { x: 600, y: 400 }, 0.5, image, screen);
  }
  assert.ok(view.scale > smallest);
});

test("toCss undoes toImage", () => {
  const view = { scale: 3.7, left: -120.5, top: 44 };
  const css = toCss(view, toImage(view, { x: 12, y: 34 }));
  assert.ok(Math.abs(css.x - 12) < 1e-9 && Math.abs(css.y - 34) < 1e-9);
});

test("fitView shows the whole image", () => {
  const view = fitView(image, screen);
  const end = toCss(view, { x: image.width, y: image.height });
  assert.ok(view.left >= 0 && view.top >= 0 && end.x <= screen.width && end.y <= screen.height);
});

test("panBy never loses the image", () => {
  const view = panBy(fitView(image, screen), 1e6, -1e6, image, screen);
  assert.ok(view.left <= screen.width - 48 && view.top + image.height * view.scale >= 48 - 1e-9);
  assert.deepEqual(keepInSight(view, image, screen), view);
});

test("showing leaves a visible target alone and brings a hidden one into the middle", () => {
  const view = { scale: 4, left: 0, top: 0 };
  assert.equal(showing(view, { x: 10, y: 10, width: 20, height: 20 }, screen), view);
  const moved = showing(view, { x: 3000, y: 2000, width: 10, height: 10 }, screen);
  assert.deepEqual(toCss(moved, { x: 3005, y: 2005 }), { x: 600, y: 400 });
  assert.equal(moved.scale, 4);
});
