// Means with their spread over steps, a line for each contender; used for stages of training.
import type { ChartOption, SeriesOption } from "./echarts.ts";
import { axisStyle, formatNumber, tooltipLines, tooltipStyle } from "./host.ts";
import type { Palette } from "./palette.ts";

export interface ErrorBarPoint {
  readonly mean: number;
  readonly deviation: number | null;
}

export interface ErrorBarData {
  readonly steps: readonly string[];
  /** Of each step: a line is broken where this changes. */
  readonly groups: readonly number[];
  readonly lines: readonly { readonly name: string; readonly points: readonly (ErrorBarPoint | null)[] }[];
  readonly stepName: string;
  readonly valueName: string;
  readonly isPercent: boolean;
}

/** Width that the lines of one step share, as a part of the step: their bars stand side by side. */
const spreadOfLines = 0.24;

/** Shape as well as colour tells lines apart. */
const symbols = ["circle", "rect", "triangle", "diamond"] as const;
const dashes = ["solid", "dashed", "dotted"] as const;

/** Where on the axis the point of a line stands: its step, moved aside so that no bar hides another. */
export function placeOf(step: number, line: number, lines: number): number {
  return lines < 2 ? step : step + (line / (lines - 1) - 0.5) * spreadOfLines;
}

/** The steps of a line, group by group, without those that have no value. */
export function runsOf(data: ErrorBarData, line: number): number[][] {
  const runs: number[][] = [];
  let group: number | undefined;
  data.steps.forEach((_, step) => {
    if (data.groups[step] !== group) {
      group = data.groups[step];
      runs.push([]);
    }
    if (data.lines[line]?.points[step]) {
      runs[runs.length - 1]?.push(step);
    }
  });
  return runs.filter((run) => run.length > 0);
}

/** Ends of the axis: all bars, with room around them. */
export function rangeOf(data: ErrorBarData): [number, number] {
  const ends = data.lines.flatMap((line) =>
    line.points.flatMap((point) => (point ? [point.mean - (point.deviation ?? 0), point.mean + (point.deviation ?? 0)] : [])));
  if (ends.length === 0) {
    return [0, 1];
  }
  const low = Math.min(...ends);
  const high = Math.max(...ends);
  const room = Math.max((high - low) * 0.1, data.isPercent ? 1 : 0.01);
  const floor = Math.max(0, Math.floor((low - room) * 10) / 10);
  const top = Math.ceil((high + room) * 10) / 10;
  return [floor, data.isPercent ? Math.min(100, top) : top];
}

export function errorBarOption(data: ErrorBarData, palette: Palette): ChartOption {
  const colours = [palette.muted, palette.primary, palette.target, palette.second, palette.anomaly, palette.good];
  const number = (value: number): string => formatNumber(value, data.isPercent ? 1 : 2);
  const [min, max] = rangeOf(data);
  const series: SeriesOption[] = data.lines.flatMap((line, index) => {
    const colour = colours[index % colours.length] ?? palette.text;
    const place = (step: number): number => placeOf(step, index, data.lines.length);
    const lines: SeriesOption[] = runsOf(data, index).map((run) => ({
      type: "line",
      name: line.name,
      data: run.map((step) => [place(step), line.points[step]?.mean ?? 0]),
      symbol: symbols[index % symbols.length] ?? "circle",
      symbolSize: 8,
      lineStyle: { width: 2.5, color: colour, type: dashes[Math.floor(index / colours.length) % dashes.length] ?? "solid" },
      itemStyle: { color: colour },
      z: 4,
    }));
    return [
      ...lines,
      {
        type: "custom" as const,
        name: line.name,
        silent: true,
        data: line.points.flatMap((point, step) =>
          (point && point.deviation !== null ? [[place(step), point.mean - point.deviation, point.mean + point.deviation]] : [])),
        renderItem: (_params, api) => {
          const [x = 0, bottom = 0] = api.coord([api.value(0), api.value(1)]);
          const [, top = 0] = api.coord([api.value(0), api.value(2)]);
          const style = { stroke: colour, lineWidth: 1.5, opacity: 0.75 };
          const stroke = (x1: number, y1: number, x2: number, y2: number) => ({ type: "line" as const, shape: { x1, y1, x2, y2 }, style });
          return { type: "group", children: [stroke(x, bottom, x, top), stroke(x - 5, bottom, x + 5, bottom), stroke(x - 5, top, x + 5, top)] };
        },
        itemStyle: { color: colour },
        z: 3,
      },
    ];
  });
  return {
    grid: { left: 56, right: 16, top: 60, bottom: 48 },
    legend: {
      data: data.lines.map((line) => line.name),
      left: 56,
      right: 8,
      top: 0,
      itemHeight: 10,
      itemWidth: 20,
      textStyle: { color: palette.muted, fontSize: 12 },
      inactiveColor: palette.line,
    },
    tooltip: {
      ...tooltipStyle(palette),
      trigger: "item",
      formatter: (hit: unknown) => {
        const { value, seriesName } = hit as { value: [number, number]; seriesName: string };
        const step = Math.round(value[0]);
        const deviation = data.lines.find((line) => line.name === seriesName)?.points[step]?.deviation ?? null;
        return tooltipLines([
          `${seriesName} · ${data.steps[step] ?? ""}`,
          `${data.valueName} ${number(value[1])}${deviation === null ? "" : ` ± ${number(deviation)}`}`,
        ]);
      },
    },
    xAxis: {
      type: "value",
      name: data.stepName,
      nameLocation: "middle",
      nameGap: 28,
      min: -0.5,
      max: data.steps.length - 0.5,
      interval: 0.5,
      ...axisStyle(palette),
      axisLabel: { color: palette.muted, fontSize: 12, formatter: (value: number) => (Number.isInteger(value) ? (data.steps[value] ?? "") : "") },
      axisTick: { show: false },
      splitLine: { show: false },
    },
    yAxis: {
      type: "value",
      name: data.valueName,
      nameGap: 12,
      min,
      max,
      ...axisStyle(palette),
      axisLine: { onZero: false, lineStyle: { color: palette.line } },
      nameTextStyle: { color: palette.muted, fontSize: 12, align: "left", padding: [0, 0, 0, -44] },
      axisLabel: { color: palette.muted, fontSize: 12, formatter: (value: number) => formatNumber(value, max - min < 5 ? 1 : 0) },
    },
    series,
  };
}
