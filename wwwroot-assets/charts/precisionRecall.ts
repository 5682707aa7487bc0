// Precision against recall: the curve itself (drawn as the steps whose area is the average precision), lines of equal F1,
// the target, and the threshold in use.
import type { ChartOption, SeriesOption } from "./echarts.ts";
import { axisStyle, formatPercent, formatScore, tooltipLines, tooltipStyle } from "./host.ts";
import type { Palette } from "./palette.ts";

export interface CurvePoint {
  readonly threshold: number;
  readonly precision: number;
  readonly recall: number;
}

export interface PrecisionRecallTexts {
  readonly precision: string;
  readonly recall: string;
  readonly threshold: string;
  readonly inUse: string;
  readonly bestF1: string;
  readonly target: string;
}

export interface PrecisionRecallData {
  /** Thresholds ascending, hence recall falling. */
  readonly points: readonly CurvePoint[];
  readonly inUse: CurvePoint | null;
  readonly best: CurvePoint | null;
  /** The F1 to reach, for example 0.95. */
  readonly target: number;
  readonly texts: PrecisionRecallTexts;
}

/** Points (recall, precision) at which F1 is `f1`. */
export function equalF1(f1: number, steps = 60): [number, number][] {
  const points: [number, number][] = [];
  // Precision is 1 at the smallest recall that can reach this F1; the curve is steepest there and gets most points.
  const first = f1 / (2 - f1);
  for (let i = 0; i <= steps; i++) {
    const recall = first + (1 - first) * (i / steps) ** 2;
    points.push([recall, (f1 * recall) / (2 * recall - f1)]);
  }
  return points;
}

export function f1Of(point: CurvePoint): number {
  const sum = point.precision + point.recall;
  return sum === 0 ? 0 : (2 * point.precision * point.recall) / sum;
}

/** The point nearest to (recall, precision) on a square plot. */
export function nearestPoint(points: readonly CurvePoint[], recall: number, precision: number): CurvePoint | null {
  let nearest: CurvePoint | null = null;
  let least = Infinity;
  for (const point of points) {
    const distance = (point.recall - recall) ** 2 + (point.precision - precision) ** 2;
    if (distance < least) {
      [nearest, least] = [point, distance];
    }
  }
  return nearest;
}

export function precisionRecallOption(data: PrecisionRecallData, palette: Palette): ChartOption {
  const { texts } = data;
  const lines: SeriesOption[] = [0.2, 0.4, 0.6, 0.8].map((f1) => ({
    type: "line",
    data: equalF1(f1),
    silent: true,
    symbol: "none",
    lineStyle: { color: palette.muted, width: 1, type: "dotted", opacity: 0.55 },
    endLabel: { show: true, formatter: `F1 ${formatPercent(f1, 0)}`, color: palette.muted, fontSize: 11, align: "right", verticalAlign: "bottom", distance: 0 },
    tooltip: { show: false },
  }));
  const mark = (point: CurvePoint | null, name: string, colour: string, symbol: string, size: number): SeriesOption => ({
    type: "scatter",
    name,
    data: point ? [[point.recall, point.precision, point.threshold]] : [],
    symbol,
    symbolSize: size,
    silent: true,
    itemStyle: { color: colour, borderColor: palette.surface, borderWidth: 2 },
    z: 5,
  });
  return {
    grid: { left: 52, right: 18, top: 34, bottom: 44 },
    legend: {
      data: [
        { name: texts.inUse, icon: "circle" },
        { name: texts.bestF1, icon: "diamond" },
        { name: texts.target },
      ],
      right: 8,
      top: 0,
      itemHeight: 10,
      itemWidth: 18,
      selectedMode: false,
      textStyle: { color: palette.muted, fontSize: 12 },
    },
    tooltip: {
      ...tooltipStyle(palette),
      trigger: "axis",
      axisPointer: { type: "none" },
      // Replaced below the pointer by the nearest point; `axis` only wakes the tooltip anywhere in the plot.
      formatter: (hits: unknown) => {
        const hit = (hits as { seriesName: string; value: [number, number, number] }[]).find((item) => item.seriesName === texts.precision);
        if (!hit) {
          return "";
        }
        const [recall, precision, threshold] = hit.value;
        return tooltipLines([
          `${texts.threshold} ${formatScore(threshold)}`,
          `${texts.precision} ${formatPercent(precision)}`,
          `${texts.recall} ${formatPercent(recall)}`,
          `F1 ${formatPercent(f1Of({ threshold, precision, recall }))}`,
        ]);
      },
    },
    xAxis: {
      type: "value",
      min: 0,
      max: 1,
      name: texts.recall,
      nameLocation: "middle",
      nameGap: 28,
      ...axisStyle(palette),
      axisLabel: { color: palette.muted, formatter: (value: number) => formatPercent(value, 0) },
    },
    yAxis: {
      type: "value",
      min: 0,
      max: 1,
      name: texts.precision,
      nameLocation: "end",
      nameGap: 14,
      ...axisStyle(palette),
      axisLabel: { color: palette.muted, formatter: (value: number) => formatPercent(value, 0) },
    },
    series: [
      ...lines,
      {
        type: "line",
        name: texts.target,
        data: equalF1(data.target),
        silent: true,
        symbol: "none",
        lineStyle: { color: palette.target, width: 2, type: "dashed" },
        itemStyle: { color: palette.target },
        tooltip: { show: false },
      },
      {
        type: "line",
        name: texts.precision,
        // Recall ascending; the step before each point has that point's precision, as in the average precision.
        data: [...data.points].reverse().map((point) => [point.recall, point.precision, point.threshold]),
        step: "start",
        symbol: "circle",
        symbolSize: 5,
        showSymbol: data.points.length <= 80,
        lineStyle: { color: palette.primary, width: 2.5 },
        itemStyle: { color: palette.primary },
        areaStyle: { color: palette.primary, opacity: 0.08 },
        z: 3,
      },
      mark(data.best, texts.bestF1, palette.second, "diamond", 14),
      mark(data.inUse, texts.inUse, palette.threshold, "circle", 14),
    ],
  };
}
