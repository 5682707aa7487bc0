// Which kinds of defect cost most: bars from the most frequent down, and the share that they make up together.
import type { ChartOption } from "./echarts.ts";
import { axisStyle, formatNumber, formatPercent, tooltipLines, tooltipStyle } from "./host.ts";
import type { Palette } from "./palette.ts";

export interface ParetoData {
  readonly items: readonly { readonly name: string; readonly count: number; readonly colour: string | null }[];
  readonly countName: string;
  readonly shareName: string;
}

/** Share of the total that each item and those before it make up. */
export function cumulativeShares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, n) => sum + n, 0);
  let sum = 0;
  return counts.map((n) => (sum += n) / (total || 1));
}

export function paretoOption(data: ParetoData, palette: Palette): ChartOption {
  const items = [...data.items].sort((a, b) => b.count - a.count);
  const shares = cumulativeShares(items.map((item) => item.count));
  const isCrowded = items.length > 6;
  return {
    grid: { left: 48, right: 52, top: 44, bottom: isCrowded ? 56 : 28 },
    legend: {
      data: [data.countName, data.shareName],
      right: 8,
      top: 0,
      itemHeight: 10,
      itemWidth: 16,
      selectedMode: false,
      textStyle: { color: palette.muted, fontSize: 12 },
    },
    tooltip: {
      ...tooltipStyle(palette),
      trigger: "axis",
      axisPointer: { type: "shadow", shadowStyle: { color: palette.muted, opacity: 0.08 } },
      formatter: (hits: unknown) => {
        const index = (hits as { dataIndex: number }[])[0]?.dataIndex ?? 0;
        const item = items[index];
        return item ? tooltipLines([item.name, `${data.countName} ${formatNumber(item.count)}`, `${data.shareName} ${formatPercent(shares[index] ?? 0)}`]) : "";
      },
    },
    xAxis: {
      type: "category",
      data: items.map((item) => item.name),
      ...axisStyle(palette),
      splitLine: { show: false },
      axisLabel: { color: palette.muted, fontSize: 12, interval: 0, width: 84, overflow: "truncate", rotate: isCrowded ? 35 : 0 },
    },
    yAxis: [
      { type: "value", name: data.countName, nameGap: 12, minInterval: 1, boundaryGap: [0, "12%"], ...axisStyle(palette) },
      {
        type: "value",
        min: 0,
        max: 1,
        ...axisStyle(palette),
        splitLine: { show: false },
        axisLabel: { color: palette.muted, formatter: (value: number) => formatPercent(value, 0) },
      },
    ],
    series: [
      {
        type: "bar",
        name: data.countName,
        data: items.map((item) => ({ value: item.count, ...(item.colour ? { itemStyle: { color: item.colour } } : {}) })),
        barMaxWidth: 48,
        itemStyle: { color: palette.anomaly },
        label: { show: true, position: "top", color: palette.text, formatter: ({ value }) => formatNumber(Number(value)) },
      },
      {
        type: "line",
        name: data.shareName,
        yAxisIndex: 1,
        data: shares,
        symbol: "circle",
        symbolSize: 7,
        lineStyle: { color: palette.second, width: 2.5 },
        itemStyle: { color: palette.second },
      },
    ],
  };
}
