// Colours and type of every chart, for each theme; the hues of PortalTheme.cs and portal.css. Good and anomaly differ in
// brightness as well as in hue, so that colour-blind people tell them apart.

export interface Palette {
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly surface: string;
  readonly primary: string;
  readonly good: string;
  readonly anomaly: string;
  readonly target: string;
  readonly threshold: string;
  readonly second: string;
}

export type ColourRole = "primary" | "good" | "anomaly" | "target" | "second" | "muted";

export const font = 'Pretendard, "Noto Sans KR", "Noto Sans CJK KR", "Segoe UI", sans-serif';

const light: Palette = {
  text: "#1b2430",
  muted: "#526071",
  line: "#dfe4ea",
  surface: "#ffffff",
  primary: "#1557b0",
  good: "#7fbf97",
  anomaly: "#b3261e",
  target: "#9a5b00",
  threshold: "#1b2430",
  second: "#6a3fb5",
};

const dark: Palette = {
  text: "#e6edf5",
  muted: "#a3b1c2",
  line: "#2a3542",
  surface: "#171e27",
  primary: "#6cb0ff",
  good: "#3d8a5a",
  anomaly: "#ff8a80",
  target: "#f2b04a",
  threshold: "#f3f7fb",
  second: "#b79cf0",
};

/** Paper is white whatever the screen shows. */
export function paletteOf(isDark: boolean, isPrinting: boolean): Palette {
  return isDark && !isPrinting ? dark : light;
}
