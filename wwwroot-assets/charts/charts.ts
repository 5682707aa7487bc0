// What ChartInterop.cs calls: shows a chart in an element, hands it new data, and lets go of it.
import { ChartHost } from "./host.ts";
import { errorBarOption } from "./errorBars.ts";
import type { ErrorBarData } from "./errorBars.ts";
import { histogramOption } from "./histogram.ts";
import type { ScoreHistogramData } from "./histogram.ts";
import { paretoOption } from "./pareto.ts";
import type { ParetoData } from "./pareto.ts";
import { nearestPoint, precisionRecallOption } from "./precisionRecall.ts";
import type { CurvePoint, PrecisionRecallData } from "./precisionRecall.ts";
import { timeSeriesOption } from "./timeSeries.ts";
import type { TimeSeriesData } from "./timeSeries.ts";

/** The page in .NET that hears of a threshold chosen on a chart. */
interface ThresholdListener {
  invokeMethodAsync(method: "ThresholdPicked", threshold: number): Promise<void>;
}

/** Histograms whose threshold line is being dragged. */
const held = new Set<HTMLElement>();

/** How far from its line, in pixels, the threshold can be taken hold of. */
const gripPixels = 12;

interface AnyHost {
  data: unknown;
  dispose(): void;
}

const hosts = new Map<HTMLElement, AnyHost>();

// The first call builds the chart, later ones hand it new data.
function show<T>(element: HTMLElement, data: T, build: () => ChartHost<T>): void {
  const host = hosts.get(element);
  if (host) {
    host.data = data;
  } else {
    hosts.set(element, build());
  }
}

function change<T>(element: HTMLElement, part: Partial<T>): void {
  const host = hosts.get(element);
  if (host) {
    host.data = { ...(host.data as T), ...part };
  }
}

export function showPrecisionRecall(element: HTMLElement, data: PrecisionRecallData, listener: ThresholdListener | null): void {
  show(element, data, () => {
    const host = new ChartHost(element, data, precisionRecallOption);
    if (listener) {
      host.chart.getZr().on("click", ({ offsetX, offsetY }) => {
        const at = [offsetX, offsetY];
        if (host.chart.containPixel("grid", at)) {
          const [recall, precision] = host.chart.convertFromPixel("grid", at) as [number, number];
          const point = nearestPoint(host.data.points, recall, precision);
          if (point) {
            void listener.invokeMethodAsync("ThresholdPicked", point.threshold);
          }
        }
      });
      element.style.cursor = "pointer";
    }
    return host;
  });
}

export function showHistogram(element: HTMLElement, data: ScoreHistogramData, listener: ThresholdListener | null): void {
  show(element, data, () => {
    const host = new ChartHost(element, data, histogramOption);
    if (listener) {
      makeThresholdDraggable(host, listener);
    }
    return host;
  });
}

export function moveInUse(element: HTMLElement, inUse: CurvePoint | null): void {
  change<PrecisionRecallData>(element, { inUse });
}

/** Ignored while a hand holds the line: the answer to an earlier position must not pull it back. */
export function moveThreshold(element: HTMLElement, threshold: number, reviewFrom: number | null): void {
  if (!held.has(element)) {
    change<ScoreHistogramData>(element, { threshold, reviewFrom });
  }
}

export function showTimeSeries(element: HTMLElement, data: TimeSeriesData): void {
  show(element, data, () => new ChartHost(element, data, timeSeriesOption));
}

export function showPareto(element: HTMLElement, data: ParetoData): void {
  show(element, data, () => new ChartHost(element, data, paretoOption));
}

export function showErrorBars(element: HTMLElement, data: ErrorBarData): void {
  show(element, data, () => new ChartHost(element, data, errorBarOption));
}

export function print(): void {
  window.print();
}

export function dispose(element: HTMLElement): void {
  hosts.get(element)?.dispose();
  hosts.delete(element);
  held.delete(element);
}

function makeThresholdDraggable(host: ChartHost<ScoreHistogramData>, listener: ThresholdListener): void {
  const zr = host.chart.getZr();
  const linePixel = (): number => host.chart.convertToPixel({ xAxisIndex: 0 }, host.data.threshold) as unknown as number;
  let isSending = false;
  let unsent: number | null = null;

  // One call is under way at most; the last position always arrives.
  const send = async (): Promise<void> => {
    if (isSending) {
      return;
    }
    isSending = true;
    try {
      while (unsent !== null) {
        const threshold = unsent;
        unsent = null;
        await listener.invokeMethodAsync("ThresholdPicked", threshold);
      }
    } finally {
      isSending = false;
    }
  };
  const moveTo = (pixel: number): void => {
    const { good, anomaly } = host.data;
    const threshold = host.chart.convertFromPixel({ xAxisIndex: 0 }, pixel) as unknown as number;
    const all = [...good, ...anomaly];
    const low = all.reduce((a, b) => Math.min(a, b), threshold);
    const high = all.reduce((a, b) => Math.max(a, b), threshold);
    const margin = (high - low) * 0.02;
    const held = Math.max(low - margin, Math.min(high + margin, threshold));
    host.data = { ...host.data, threshold: held };
    unsent = held;
    void send();
  };

  zr.on("mousemove", ({ offsetX }) => {
    if (held.has(host.element)) {
      moveTo(offsetX);
    }
    host.element.style.cursor = held.has(host.element) || Math.abs(offsetX - linePixel()) <= gripPixels ? "ew-resize" : "default";
  });
  zr.on("mousedown", ({ offsetX, offsetY }) => {
    if (host.chart.containPixel("grid", [offsetX, offsetY]) || Math.abs(offsetX - linePixel()) <= gripPixels) {
      held.add(host.element);
      moveTo(offsetX);
    }
  });
  const letGo = (): boolean => held.delete(host.element);
  zr.on("mouseup", letGo);
  zr.on("globalout", letGo);
}
