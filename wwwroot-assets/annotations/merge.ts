// Two people changed the same image: a three-way merge by shape id. Nothing that either drew is lost.

import { sameShape, type Annotation, type ImageLabel, type Shape } from "./shapes.ts";

export interface Merged {
  readonly annotation: Annotation;
  /** Shapes that both changed differently: both versions are kept, mine under a new id. */
  readonly keptBoth: number;
  /** Shapes that one side deleted and the other changed: the changed one is kept. */
  readonly keptDeleted: number;
  /** True when the labels disagreed. */
  readonly labelDisputed: boolean;
}

export function merge(base: Annotation, mine: Annotation, theirs: Annotation, newId: () => string): Merged {
  const baseById = byId(base);
  const mineById = byId(mine);
  const theirsById = byId(theirs);
  const shapes: Shape[] = [];
  let keptBoth = 0;
  let keptDeleted = 0;

  for (const their of theirs.shapes) {
    const before = baseById.get(their.id);
    const my = mineById.get(their.id);
    if (!my) {
      if (before && sameShape(before, their)) {
        continue; // I deleted it, they left it alone
      }
      keptDeleted += before ? 1 : 0;
      shapes.push(their);
    } else if (sameShape(my, their) || (before && sameShape(before, my))) {
      shapes.push(their);
    } else if (before && sameShape(before, their)) {
      shapes.push(my);
    } else {
      shapes.push(their, { ...my, id: newId() });
      keptBoth++;
    }
  }
  for (const my of mine.shapes) {
    if (theirsById.has(my.id)) {
      continue;
    }
    const before = baseById.get(my.id);
    if (!before) {
      shapes.push(my);
    } else if (!sameShape(before, my)) {
      shapes.push(my); // they deleted it, I changed it
      keptDeleted++;
    }
  }

  const label = mergedLabel(base.label, mine.label, theirs.label);
  return {
    annotation: { label: shapes.length > 0 && label.label === "good" ? "anomaly" : label.label, shapes },
    keptBoth,
    keptDeleted,
    labelDisputed: label.disputed || (shapes.length > 0 && label.label === "good"),
  };
}

function mergedLabel(base: ImageLabel, mine: ImageLabel, theirs: ImageLabel): { label: ImageLabel; disputed: boolean } {
  if (mine === theirs || mine === base) {
    return { label: theirs, disputed: false };
  }
  if (theirs === base) {
    return { label: mine, disputed: false };
  }
  // Each said something else: a part that anyone calls defective must not pass as good.
  return { label: mine === "anomaly" || theirs === "anomaly" ? "anomaly" : theirs, disputed: true };
}

function byId(annotation: Annotation): Map<string, Shape> {
  return new Map(annotation.shapes.map((shape) => [shape.id, shape]));
}
