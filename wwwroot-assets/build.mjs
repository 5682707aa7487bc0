// Bundles every entry module for the browser and copies the font. Called by MSBuild; type checking is `npm run check`.
// --watch: again at every change, until it is ended.
import { build, context } from "esbuild";
import { copyFile, mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { entries } from "./entries.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const wwwroot = join(here, "..", "src", "AdClip.Portal", "wwwroot");

const watches = process.argv.includes("--watch");
const options = {
  absWorkingDir: here,
  entryPoints: entries.map((name) => ({ in: `${name}.ts`, out: name })),
  outdir: join(wwwroot, "js"),
  bundle: true,
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  format: "esm",
  target: "es2022",
  minify: true,
  sourcemap: true,
  charset: "utf8",
  legalComments: "linked",
  logLevel: watches ? "info" : "warning",
};

await rm(join(wwwroot, "js"), { recursive: true, force: true });
await mkdir(join(wwwroot, "fonts"), { recursive: true });
await copyFile(
  join(here, "node_modules", "pretendard", "dist", "web", "variable", "woff2", "PretendardVariable.woff2"),
  join(wwwroot, "fonts", "PretendardVariable.woff2"),
);

if (watches) {
  await (await context(options)).watch();
} else {
  await build(options);
}
