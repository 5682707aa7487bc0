// One image that fills an element, with layers above it, to zoom and to pan. Shared by the labeler and the result pages.

import { Gestures } from "./gestures.ts";
import { TilePyramid } from "./tilePyramid.ts";
import { centredAt, fitView, panBy, showing, toCss, toImage, zoomAt, type Point, type Rectangle, type Size, type View } from "./view.ts";

/** What a layer needs to draw one frame. The context is in device pixels, untransformed. */
export interface Frame {
  readonly context: CanvasRenderingContext2D;
  /** Device pixels for one image pixel. */
  readonly scale: number;
  /** Device pixels for one css pixel. */
  readonly pixelRatio: number;
  /** The part of the image plane that the surface shows, in image pixels; may reach outside the image. */
  readonly visible: Rectangle;
  /** Image pixels to device pixels, exact. */
  place(x: number, y: number): Point;
  /** Image pixels to the nearest whole device pixel, so that neighbouring bitmaps share an edge without a seam. */
  snap(x: number, y: number): Point;
}

export interface Layer {
  draw(frame: Frame): void;
}

/** A canvas of its own with layers, so that redrawing one plane leaves the others alone. */
export class Plane {
  readonly layers: Layer[] = [];
  readonly canvas: HTMLCanvasElement;
  isDirty = true;
  private readonly request: () => void;

  constructor(canvas: HTMLCanvasElement, request: () => void) {
    this.canvas = canvas;
    this.request = request;
  }

  /** Draws this plane in the next frame. */
  invalidate(): void {
    this.isDirty = true;
    this.request();
  }
}

/** A bitmap of any size stretched over the whole image: a heatmap, a mask picture. */
export class BitmapLayer implements Layer {
  bitmap: ImageBitmap | null = null;
  opacity = 1;
  isVisible = true;
  /** False shows the bitmap's own pixels as squares. */
  isSmooth = true;
  private readonly surface: ImageSurface;

  constructor(surface: ImageSurface) {
    this.surface = surface;
  }

  draw(frame: Frame): void {
    if (!this.bitmap || !this.isVisible || this.opacity <= 0) {
      return;
    }
    const from = frame.snap(0, 0);
    const to = frame.snap(this.surface.size.width, this.surface.size.height);
    frame.context.globalAlpha = this.opacity;
    frame.context.imageSmoothingEnabled = this.isSmooth;
    frame.context.imageSmoothingQuality = "medium";
    frame.context.drawImage(this.bitmap, from.x, from.y, to.x - from.x, to.y - from.y);
    frame.context.globalAlpha = 1;
  }
}

export class ImageSurface {
  /** The element that takes the pointers and the focus; fills `host`. */
  readonly element: HTMLDivElement;
  /** The lowest plane: the image itself, with layers directly on it. */
  readonly base: Plane;
  readonly gestures: Gestures;
  /** Called when the view or the size of the surface changed. */
  onViewChanged: ((view: View) => void) | null = null;
  private readonly planes: Plane[] = [];
  private readonly resizes: ResizeObserver;
  private pyramid: TilePyramid | null = null;
  private loading: AbortController | null = null;
  private frameRequest = 0;
  private current: View = { scale: 1, left: 0, top: 0 };
  private screen: Size = { width: 0, height: 0 };
  private fitsImage = true;

  constructor(host: HTMLElement) {
    this.element = document.createElement("div");
    this.element.className = "image-surface";
    this.element.tabIndex = 0;
    host.append(this.element);
    this.base = this.addPlane();
    this.base.layers.push({ draw: (frame) => this.drawImage(frame) });
    this.gestures = new Gestures(this);
    this.resizes = new ResizeObserver(() => this.resize());
    this.resizes.observe(this.element);
    this.resize();
  }

  /** Pixels of the image; 0 x 0 until one is shown. */
  get size(): Size {
    return this.pyramid?.size ?? { width: 0, height: 0 };
  }

  get view(): View {
    return this.current;
  }

  /** The whole image is shown and follows the size of the surface. */
  get isFitted(): boolean {
    return this.fitsImage;
  }

  /** Css pixels of the surface. */
  get screenSize(): Size {
    return this.screen;
  }

  /** Adds a canvas above those that exist. */
  addPlane(): Plane {
    const canvas = document.createElement("canvas");
    canvas.setAttribute("aria-hidden", "true");
    this.element.append(canvas);
    const plane = new Plane(canvas, () => this.requestFrame());
    this.planes.push(plane);
    return plane;
  }

  /**
   * Shows the picture at `url`; the last picture stays until it is decoded. The view survives where the size is the
   * same, else the image is fitted. Rejects when the picture cannot be had; an overtaken call never resolves visibly.
   */
  async show(url: string): Promise<boolean> {
    this.loading?.abort();
    const loading = new AbortController();
    this.loading = loading;
    let pyramid: TilePyramid;
    try {
      pyramid = await TilePyramid.load(url, loading.signal);
    } catch (failed) {
      if (loading.signal.aborted) {
        return false;
      }
      throw failed;
    }
    if (loading.signal.aborted) {
      pyramid.close();
      return false;
    }
    const keepsView = this.size.width === pyramid.size.width && this.size.height === pyramid.size.height && !this.fitsImage;
    this.pyramid?.close();
    this.pyramid = pyramid;
    if (keepsView) {
      this.invalidate();
    } else {
      this.fit();
    }
    return true;
  }

  /** A bitmap from `url`, for a `BitmapLayer`. */
  static async loadBitmap(url: string, signal?: AbortSignal): Promise<ImageBitmap> {
    const response = await fetch(url, { credentials: "same-origin", ...(signal ? { signal } : {}) });
    if (!response.ok) {
      throw new Error(`${url} answered ${response.status}`);
    }
    return await createImageBitmap(await response.blob());
  }

  fit(): void {
    this.apply(fitView(this.sizeOrOne(), this.screen), true);
  }

  /** One image pixel is one device pixel; the middle of the screen stays. */
  oneToOne(): void {
    const middle = toImage(this.current, { x: this.screen.width / 2, y: this.screen.height / 2 });
    this.setView(centredAt(middle, 1 / devicePixelRatio, this.screen));
  }

  zoom(factor: number, css: Point = { x: this.screen.width / 2, y: this.screen.height / 2 }): void {
    this.setView(zoomAt(this.current, css, factor, this.sizeOrOne(), this.screen));
  }

  pan(dx: number, dy: number): void {
    this.setView(panBy(this.current, dx, dy, this.sizeOrOne(), this.screen));
  }

  /** Makes sure that `target` (image pixels) can be seen. */
  reveal(target: Rectangle): void {
    const view = showing(this.current, target, this.screen);
    if (view !== this.current) {
      this.setView(view);
    }
  }

  setView(view: View): void {
    this.apply(view, false);
  }

  toImage(css: Point): Point {
    return toImage(this.current, css);
  }

  toCss(image: Point): Point {
    return toCss(this.current, image);
  }

  /** Draws every plane in the next frame. */
  invalidate(): void {
    for (const plane of this.planes) {
      plane.isDirty = true;
    }
    this.requestFrame();
  }

  dispose(): void {
    this.loading?.abort();
    this.resizes.disconnect();
    this.gestures.dispose();
    cancelAnimationFrame(this.frameRequest);
    this.pyramid?.close();
    this.pyramid = null;
    this.element.remove();
  }

  private apply(view: View, fitsImage: boolean): void {
    this.current = view;
    this.fitsImage = fitsImage;
    this.invalidate();
    this.onViewChanged?.(view);
  }

  private drawImage(frame: Frame): void {
    this.pyramid?.draw(frame.context, frame.visible, frame.scale, (x, y) => frame.snap(x, y));
  }

  private sizeOrOne(): Size {
    return this.pyramid?.size ?? { width: 1, height: 1 };
  }

  private requestFrame(): void {
    if (this.frameRequest === 0) {
      this.frameRequest = requestAnimationFrame(() => {
        this.frameRequest = 0;
        this.drawDirtyPlanes();
      });
    }
  }

  private drawDirtyPlanes(): void {
    const pixelRatio = devicePixelRatio;
    const width = Math.max(1, Math.round(this.screen.width * pixelRatio));
    const height = Math.max(1, Math.round(this.screen.height * pixelRatio));
    const scale = this.current.scale * pixelRatio;
    const left = this.current.left * pixelRatio;
    const top = this.current.top * pixelRatio;
    const visible = { x: -left / scale, y: -top / scale, width: width / scale, height: height / scale };
    for (const plane of this.planes) {
      if (!plane.isDirty) {
        continue;
      }
      plane.isDirty = false;
      if (plane.canvas.width !== width || plane.canvas.height !== height) {
        plane.canvas.width = width;
        plane.canvas.height = height;
      }
      const context = plane.canvas.getContext("2d");
      if (!context) {
        continue;
      }
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, width, height);
      for (const layer of plane.layers) {
        layer.draw({
          context,
          scale,
          pixelRatio,
          visible,
          place: (x, y) => ({ x: x * scale + left, y: y * scale + top }),
          snap: (x, y) => ({ x: Math.round(x * scale + left), y: Math.round(y * scale + top) }),
        });
      }
    }
  }

  private resize(): void {
    const bounds = this.element.getBoundingClientRect();
    this.screen = { width: bounds.width, height: bounds.height };
    if (this.fitsImage && this.pyramid) {
      this.fit();
    } else {
      this.invalidate();
      this.onViewChanged?.(this.current);
    }
  }
}
