// How the scores of good and anomalous images spread, with the threshold as a line that can be dragged.
import type { ChartOption, SeriesOption } from "./echarts.ts";
import { axisStyle, formatNumber, formatScore, tooltipLines, tooltipStyle } from "./host.ts";
import type { Palette } from "./palette.ts";

export interface ScoreHistogramTexts {
  readonly good: string;
  readonly anomaly: string;
  readonly score: string;
  readonly images: string;
  readonly threshold: string;
  readonly review: string;
}

export interface ScoreHistogramData {
  readonly good: readonly number[];
  readonly anomaly: readonly number[];
  readonly threshold: number;
  /** From this score on, below the threshold, a person has to look. */
  readonly reviewFrom: number | null;
  readonly texts: ScoreHistogramTexts;
}

export interface Bins {
  readonly low: number;
  readonly width: number;
  readonly good: readonly number[];
  readonly anomaly: readonly number[];
}

/** Equal bins over all scores; a score on an edge belongs to the bin above it, the largest to the last bin. */
export function toBins(good: readonly number[], anomaly: readonly number[], count: number): Bins {
  const all = [...good, ...anomaly];
  if (all.length === 0) {
    return { low: 0, width: 1, good: [], anomaly: [] };
  }
  const low = all.reduce((a, b) => Math.min(a, b));
  const high = all.reduce((a, b) => Math.max(a, b));
  const width = high > low ? (high - low) / count : 1 / count;
  const fill = (scores: readonly number[]): number[] => {
    const bins = new Array<number>(count).fill(0);
    for (const score of scores) {
      const bin = Math.min(count - 1, Math.floor((score - low) / width));
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    return bins;
  };
  return { low, width, good: fill(good), anomaly: fill(anomaly) };
}

export function histogramOption(data: ScoreHistogramData, palette: Palette): ChartOption {
  const { texts } = data;
  const count = Math.max(10, Math.min(40, Math.ceil(2 * Math.sqrt(data.good.length + data.anomaly.length))));
  const bins = toBins(data.good, data.anomaly, count);
  const low = Math.min(bins.low, data.reviewFrom ?? data.threshold);
  const high = Math.max(bins.low + bins.width * count, data.threshold);
  const margin = (high - low) * 0.03;
  const centre = (bin: number): number => bins.low + (bin + 0.5) * bins.width;
  // Bars as wide as their bins: the bar series of ECharts makes them hairlines on a numeric axis.
  const bars = (name: string, counts: readonly number[], below: readonly number[], colour: string): SeriesOption => ({
    type: "custom",
    name,
    itemStyle: { color: colour },
    data: counts.map((n, bin) => [centre(bin), n + (below[bin] ?? 0), below[bin] ?? 0]),
    renderItem: (_, item) => {
      const [x, top, bottom] = [Number(item.value(0)), Number(item.value(1)), Number(item.value(2))];
      const [left = 0, topPixel = 0] = item.coord([x - bins.width / 2, top]);
      const [right = 0, bottomPixel = 0] = item.coord([x + bins.width / 2, bottom]);
      return {
        type: "rect",
        shape: { x: left + 1, y: topPixel, width: Math.max(1, right - left - 2), height: bottomPixel - topPixel },
        style: { fill: colour },
      };
    },
  });
  // Beside the line where it stands near an edge: centred on it, the label would leave the chart or cover the axis's name.
  const share = (data.threshold - low + margin) / (high - low + 2 * margin);
  const align = share < 0.3 ? "left" : share > 0.7 ? "right" : "center";
  const review = data.reviewFrom === null ? "" : `${texts.review} ${formatScore(data.reviewFrom)} · `;
  const label = `${review}${texts.threshold} ${formatScore(data.threshold)}`;
  return {
    grid: { left: 44, right: 16, top: 44, bottom: 44 },
    legend: {
      data: [texts.good, texts.anomaly],
      right: 8,
      top: 0,
      itemHeight: 10,
      itemWidth: 14,
      selectedMode: false,
      textStyle: { color: palette.muted, fontSize: 12 },
    },
    tooltip: {
      ...tooltipStyle(palette),
      trigger: "axis",
      axisPointer: { type: "none" },
      formatter: (hits: unknown) => {
        const bin = (hits as { dataIndex: number }[])[0]?.dataIndex;
        if (bin === undefined) {
          return "";
        }
        const from = bins.low + bin * bins.width;
        return tooltipLines([
          `${texts.score} ${formatScore(from)} – ${formatScore(from + bins.width)}`,
          `${texts.good} ${formatNumber(bins.good[bin] ?? 0)}`,
          `${texts.anomaly} ${formatNumber(bins.anomaly[bin] ?? 0)}`,
        ]);
      },
    },
    xAxis: {
      type: "value",
      min: low - margin,
      max: high + margin,
      name: texts.score,
      nameLocation: "middle",
      nameGap: 28,
      ...axisStyle(palette),
      splitLine: { show: false },
      axisLabel: { color: palette.muted, hideOverlap: true, showMinLabel: false, showMaxLabel: false, formatter: formatScore },
    },
    yAxis: {
      type: "value",
      minInterval: 1,
      name: texts.images,
      nameGap: 12,
      ...axisStyle(palette),
      nameTextStyle: { ...axisStyle(palette).nameTextStyle, align: "right" },
    },
    series: [
      bars(texts.good, bins.good, bins.good.map(() => 0), palette.good),
      bars(texts.anomaly, bins.anomaly, bins.good, palette.anomaly),
      {
        type: "line",
        data: [],
        markLine: {
          silent: true,
          symbol: ["none", "triangle"],
          symbolSize: 10,
          animation: false,
          lineStyle: { color: palette.threshold, width: 2.5, type: "solid" },
          label: {
            show: true,
            position: "end",
            align,
            padding: align === "left" ? [0, 0, 0, 8] : 0,
            formatter: label,
            color: palette.text,
            fontSize: 12,
            fontWeight: 600,
          },
          data: [{ xAxis: data.threshold }],
        },
      },
      {
        type: "line",
        data: [],
        markLine: {
          silent: true,
          symbol: "none",
          animation: false,
          lineStyle: { color: palette.threshold, width: 1.5, type: "dashed" },
          label: { show: false },
          data: data.reviewFrom === null ? [] : [{ xAxis: data.reviewFrom }],
        },
      },
    ],
  };
}
