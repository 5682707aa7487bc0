// Every text of the labeler, by key; LabelerText.resx holds the same keys in each language (a test compares them).

export const textKeys = [
  "addClass", "altClick", "anomaly", "box", "brush", "brushSize", "classColor", "classExists", "classHotkey", "classInUse", "className", "classes",
  "close", "crosshair", "deleteClass", "deleteShape", "ellipse", "eraser", "fit", "goodAgain", "goodLabel", "help", "helpClasses", "helpDraw",
  "helpEdit", "helpImage", "helpView", "hideLabels", "imageFailed", "inspectionArea", "journalFailed", "keyArrows", "keyAltArrows", "keyBrushSize",
  "keyClosePolygon", "keyCopyPaste", "keyCycle", "keyDigits", "keyEnterBox", "keyEscape", "keyNewMask", "keyPan", "keyVertex", "keyWheel", "loadFailed",
  "manageClasses", "mask", "merged", "mergedBoth", "mergedDeleted", "mergedLabel", "more", "nextImage", "noImages", "noImagesBody",
  "noShapes", "oneToOne", "opacity", "openImages", "copied", "polygon", "previousImage", "provenanceEdited",
  "provenanceModel", "readOnly", "redo", "saveNow", "saveOffline", "savePending", "saveReadOnly", "saveRefused", "saveSaved", "saveSaving",
  "saveSignedOut", "select", "shapes", "signIn", "status", "undo", "unlabelled", "wheel", "zoomIn", "zoomOut",
] as const;

export type TextKey = (typeof textKeys)[number];
export type Texts = Readonly<Record<TextKey, string>>;

/** Puts values into "{0}", "{1}", … */
export function filled(text: string, ...values: readonly (string | number)[]): string {
  return text.replace(/\{(\d+)\}/g, (all, index: string) => String(values[Number(index)] ?? all));
}
