// Elements in one expression.

type Attributes = Record<string, string | number | boolean | undefined | ((event: Event) => void)>;

/** Functions become listeners (`onclick`), true an empty attribute, false and undefined nothing. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: (Node | string)[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      element.addEventListener(name.slice(2), value);
    } else if (value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...children);
  return element;
}

const icons = {
  select: "M5 3l14 8-6 1.5L10 19z",
  box: "M4 5h16v14H4z",
  ellipse: "M12 5c5 0 9 3.1 9 7s-4 7-9 7-9-3.1-9-7 4-7 9-7z",
  polygon: "M12 3l9 7-4 11H6L3 9z",
  brush: "M20 3l-9.5 9.5 1 1L21 4zM10 13c-2.500-.5-4.500 1-5 3.500-.2 1.500-1 2.500-2 3 3.500 1 8.500.5 8.500-3.500z",
  eraser: "M14 4l6 6-9.500 9.500H7l-3.500-3.500zM9 9l6 6",
  undo: "M9 6L4 10.500 9 15M4.500 10.500H14c3.500 0 6 2 6 5s-2.500 4.500-6 4.500h-3",
  redo: "M15 6l5 4.500-5 4.500M19.500 10.500H10c-3.500 0-6 2-6 5s2.500 4.500 6 4.500h3",
  eye: "M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12zM12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6z",
  eyeOff: "M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12zM4 4l16 16",
  crosshair: "M12 3v18M3 12h18M12 7a5 5 0 1 1 0 10 5 5 0 0 1 0-10z",
  area: "M4 4h16v16H4zM8 8h8v8H8zM4 8l4-4M16 20l4-4",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  oneToOne: "M6 7l2-1.500V18M17 7l2-1.500V18M12.500 10v.1M12.500 15v.1",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  previous: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
  good: "M5 12.500l4.500 4.500L19 7",
  anomaly: "M12 4l9 16H3zM12 10v4.500M12 17.300v.1",
  help: "M9 9.500c0-2 1.500-3 3-3s3 1 3 2.800c0 2-3 2.200-3 4.700M12 17.500v.1M12 2.500a9.500 9.500 0 1 1 0 19 9.500 9.500 0 0 1 0-19z",
  trash: "M5 7h14M10 7V4.500h4V7M7 7l1 13h8l1-13M10.500 10.500v6M13.500 10.500v6",
  settings: "M4 7h10M18 7h2M4 17h2M10 17h10M16 5v4M8 15v4",
  close: "M6 6l12 12M18 6L6 18",
  mask: "M7 5c3-2 8-1 10 2s1 6 2 8-3 5-7 4-8 0-9-4 1-8 4-10z",
} as const;

export type IconName = keyof typeof icons;

/** A 24-unit line drawing in the current colour. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svg.namespaceURI, "path");
  path.setAttribute("d", icons[name]);
  svg.append(path);
  return svg;
}
