// The texts of the inspection area, beside the labeler's; InspectionAreaText.resx holds the same keys (a test compares them).

import type { Texts } from "./texts.ts";

export const areaTextKeys = [
  "areaDownload", "areaEmpty", "areaIgnore", "areaIgnoreHelp", "areaInclude", "areaIncludeHelp", "areaKind", "areaMisfit",
  "areaNoImages", "areaNoImagesBody", "areaNote", "areaOutside", "areaRegions", "areaScaled", "areaShowOutside",
] as const;

export type AreaTexts = Texts & Readonly<Record<(typeof areaTextKeys)[number], string>>;
