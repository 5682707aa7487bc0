// Every module that a page loads, as <feature>/<name>: source here, result in src/AdClip.Portal/wwwroot/js. One line each.
export const entries = [
  "annotations/areaEditor",
  "annotations/labeler",
  "charts/charts",
  "dashboard/home",
  "images/gallery",
  "images/upload",
  "models/upload",
  "review/resultView",
  "shell/boot",
  "shell/reconnect",
  "shell/shell",
  "training/checkpoint",
];
