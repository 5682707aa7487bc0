// The life of one chart in one element: built once, redrawn for new data, another theme, another size and for paper.
import { initChart } from "./echarts.ts";
import type { Chart, ChartOption } from "./echarts.ts";
import { font, paletteOf } from "./palette.ts";
import type { Palette } from "./palette.ts";

export class ChartHost<T> {
  readonly element: HTMLElement;
  readonly chart: Chart;
  private readonly toOption: (data: T, palette: Palette) => ChartOption;
  private readonly resizes: ResizeObserver;
  private readonly themes: MutationObserver;
  private readonly printing = matchMedia("print");
  private readonly reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
  private current: T;

  constructor(element: HTMLElement, data: T, toOption: (data: T, palette: Palette) => ChartOption) {
    this.element = element;
    this.current = data;
    this.toOption = toOption;
    this.chart = initChart(element);
    this.resizes = new ResizeObserver(() => this.chart.resize());
    this.resizes.observe(element);
    this.themes = new MutationObserver(this.draw);
    this.themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    this.printing.addEventListener("change", this.draw);
    this.reducedMotion.addEventListener("change", this.draw);
    this.draw();
  }

  get data(): T {
    return this.current;
  }

  set data(data: T) {
    this.current = data;
    this.draw();
  }

  dispose(): void {
    this.resizes.disconnect();
    this.themes.disconnect();
    this.printing.removeEventListener("change", this.draw);
    this.reducedMotion.removeEventListener("change", this.draw);
    this.chart.dispose();
  }

  private readonly draw = (): void => {
    const palette = paletteOf(document.documentElement.dataset["theme"] === "dark", this.printing.matches);
    const moves = !this.printing.matches && !this.reducedMotion.matches;
    this.chart.setOption(
      {
        animation: moves,
        animationDuration: 250,
        animationDurationUpdate: 150,
        backgroundColor: "transparent",
        textStyle: { fontFamily: font, color: palette.text },
        ...this.toOption(this.current, palette),
      },
      { notMerge: true },
    );
  };
}

/** Axis look shared by all charts. */
export function axisStyle(palette: Palette) {
  return {
    axisLine: { lineStyle: { color: palette.line } },
    axisTick: { lineStyle: { color: palette.line } },
    axisLabel: { color: palette.muted, fontSize: 12, hideOverlap: true },
    splitLine: { lineStyle: { color: palette.line, opacity: 0.7 } },
    nameTextStyle: { color: palette.muted, fontSize: 12 },
  };
}

/** Tooltip look shared by all charts; rows are built as elements, so that no name can become markup. */
export function tooltipStyle(palette: Palette) {
  return {
    backgroundColor: palette.surface,
    borderColor: palette.line,
    textStyle: { color: palette.text, fontSize: 12, fontFamily: font },
    confine: true,
    transitionDuration: 0,
  };
}

/** A tooltip of lines; the first one is bold. */
export function tooltipLines(lines: readonly string[]): HTMLElement {
  const box = document.createElement("div");
  lines.forEach((text, index) => {
    const line = document.createElement("div");
    line.textContent = text;
    line.style.fontWeight = index === 0 ? "600" : "400";
    box.append(line);
  });
  return box;
}

const language = (): string => document.documentElement.lang || "en";

export function formatNumber(value: number, digits = 0): string {
  return value.toLocaleString(language(), { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function formatPercent(share: number, digits = 1): string {
  return share.toLocaleString(language(), { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A threshold or score: enough digits to tell neighbours apart. */
export function formatScore(value: number): string {
  return value.toLocaleString(language(), { maximumSignificantDigits: 5 });
}
