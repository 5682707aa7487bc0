// Counts (bars) and rates (lines) over time.
import type { ChartOption } from "./echarts.ts";
import { axisStyle, formatNumber, formatPercent, tooltipLines, tooltipStyle } from "./host.ts";
import type { ColourRole, Palette } from "./palette.ts";

export interface TimeSeries {
  readonly name: string;
  /** One for each period; null where nothing is known. */
  readonly values: readonly (number | null)[];
  readonly colour: ColourRole;
  /** A rate is a share drawn as a line against the right axis; a count is a stacked bar. */
  readonly kind: "count" | "rate";
}

export interface TimeSeriesData {
  /** Label of each period, oldest first. */
  readonly periods: readonly string[];
  readonly series: readonly TimeSeries[];
  readonly countName: string;
  readonly rateName: string;
  /** A rate to reach, drawn as a dashed line. */
  readonly target: { readonly name: string; readonly value: number } | null;
}

export function timeSeriesOption(data: TimeSeriesData, palette: Palette): ChartOption {
  const hasRate = data.series.some((series) => series.kind === "rate");
  const hasCount = data.series.some((series) => series.kind === "count");
  const rateAxis = hasCount ? 1 : 0;
  const percentLabel = { color: palette.muted, formatter: (value: number) => formatPercent(value, 0) };
  const axes: object[] = [];
  if (hasCount) {
    axes.push({ type: "value", name: data.countName, nameGap: 12, minInterval: 1, ...axisStyle(palette) });
  }
  if (hasRate) {
    axes.push({
      type: "value",
      min: 0,
      max: 1,
      ...(hasCount ? {} : { name: data.rateName, nameGap: 12 }),
      ...axisStyle(palette),
      splitLine: { show: !hasCount, lineStyle: { color: palette.line } },
      axisLabel: percentLabel,
    });
  }
  return {
    grid: { left: 48, right: hasRate && hasCount ? 52 : 16, top: 44, bottom: 28 },
    legend: { right: 8, top: 0, itemHeight: 10, itemWidth: 16, textStyle: { color: palette.muted, fontSize: 12 }, inactiveColor: palette.line },
    tooltip: {
      ...tooltipStyle(palette),
      trigger: "axis",
      axisPointer: { type: "shadow", shadowStyle: { color: palette.muted, opacity: 0.08 } },
      formatter: (hits: unknown) => {
        const index = (hits as { dataIndex: number }[])[0]?.dataIndex ?? 0;
        return tooltipLines([
          data.periods[index] ?? "",
          ...data.series.map((series) => {
            const value = series.values[index] ?? null;
            return `${series.name} ${value === null ? "–" : series.kind === "rate" ? formatPercent(value) : formatNumber(value)}`;
          }),
        ]);
      },
    },
    xAxis: { type: "category", data: [...data.periods], ...axisStyle(palette), splitLine: { show: false } },
    yAxis: axes,
    series: data.series.map((series, index) =>
      series.kind === "rate"
        ? {
            type: "line",
            name: series.name,
            yAxisIndex: rateAxis,
            data: [...series.values],
            connectNulls: true,
            symbol: "circle",
            symbolSize: 7,
            lineStyle: { width: 2.5, color: palette[series.colour] },
            itemStyle: { color: palette[series.colour] },
            z: 4,
            ...(data.target && index === data.series.findIndex((item) => item.kind === "rate")
              ? {
                  markLine: {
                    silent: true,
                    symbol: "none",
                    animation: false,
                    lineStyle: { color: palette.target, type: "dashed" as const, width: 2 },
                    label: { formatter: data.target.name, position: "insideStartTop" as const, color: palette.target, fontSize: 12 },
                    data: [{ yAxis: data.target.value }],
                  },
                }
              : {}),
          }
        : {
            type: "bar",
            name: series.name,
            stack: "counts",
            data: [...series.values],
            barMaxWidth: 36,
            itemStyle: { color: palette[series.colour] },
          },
    ),
  };
}
