// Where the image lies on the screen. Pure arithmetic; css = css pixels in the surface, image = stored-image pixels.

/** The image's top-left corner is at (`left`, `top`) css pixels; one image pixel is `scale` css pixels wide. */
export interface View {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rectangle extends Size {
  readonly x: number;
  readonly y: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Largest zoom: one image pixel is this many css pixels. */
export const maximumScale = 64;

const fitMargin = 0.96;

export function toImage(view: View, css: Point): Point {
  return { x: (css.x - view.left) / view.scale, y: (css.y - view.top) / view.scale };
}

export function toCss(view: View, image: Point): Point {
  return { x: image.x * view.scale + view.left, y: image.y * view.scale + view.top };
}

/** The whole image, centred, with a small margin; small images are enlarged to at most 8 times. */
export function fitView(image: Size, screen: Size): View {
  const scale = Math.min(8, Math.min(screen.width / image.width, screen.height / image.height) * fitMargin);
  return centredAt({ x: image.width / 2, y: image.height / 2 }, scale, screen);
}

/** `point` of the image in the middle of the screen. */
export function centredAt(point: Point, scale: number, screen: Size): View {
  return { scale, left: screen.width / 2 - point.x * scale, top: screen.height / 2 - point.y * scale };
}

/** Zooms by `factor` so that the image point under `css` stays where it is. */
export function zoomAt(view: View, css: Point, factor: number, image: Size, screen: Size): View {
  const smallest = Math.min(1, fitView(image, screen).scale / 4);
  const scale = Math.min(maximumScale, Math.max(smallest, view.scale * factor));
  const anchor = toImage(view, css);
  return keepInSight({ scale, left: css.x - anchor.x * scale, top: css.y - anchor.y * scale }, image, screen);
}

export function panBy(view: View, dx: number, dy: number, image: Size, screen: Size): View {
  return keepInSight({ ...view, left: view.left + dx, top: view.top + dy }, image, screen);
}

/** Moves the view as little as needed so that a strip of the image stays on the screen. */
export function keepInSight(view: View, image: Size, screen: Size): View {
  const strip = 48;
  const within = (value: number, length: number, room: number): number =>
    Math.min(room - Math.min(strip, length), Math.max(Math.min(strip, length) - length, value));
  return {
    scale: view.scale,
    left: within(view.left, image.width * view.scale, screen.width),
    top: within(view.top, image.height * view.scale, screen.height),
  };
}

/** Moves (and if need be zooms out) so that `target` of the image can be seen; the same view if it already can. */
export function showing(view: View, target: Rectangle, screen: Size): View {
  const a = toCss(view, target);
  const b = toCss(view, { x: target.x + target.width, y: target.y + target.height });
  if (a.x >= 0 && a.y >= 0 && b.x <= screen.width && b.y <= screen.height) {
    return view;
  }
  const scale = Math.min(
    view.scale,
    (screen.width * 0.8) / Math.max(target.width, 1),
    (screen.height * 0.8) / Math.max(target.height, 1),
  );
  return centredAt({ x: target.x + target.width / 2, y: target.y + target.height / 2 }, scale, screen);
}
