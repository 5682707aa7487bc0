// Bundles every *.test.ts and runs them with Node's own test runner.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const tests = readdirSync(here, { recursive: true })
  .filter((name) => name.endsWith(".test.ts") && !name.startsWith("node_modules"));
if (tests.length === 0) {
  console.error("no *.test.ts found");
  process.exit(1);
}
const out = await mkdtemp(join(tmpdir(), "adclip-assets-"));
try {
  await build({
    absWorkingDir: here,
    entryPoints: tests,
    outbase: here,
    outdir: out,
    outbase: here,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    sourcemap: "inline",
    logLevel: "warning",
  });
  const built = tests.map((name) => join(out, name.replace(/\.ts$/, ".mjs")));
  const reporter = process.argv.includes("--spec") ? "spec" : "tap";
  const run = spawnSync(process.execPath, ["--enable-source-maps", "--test", `--test-reporter=${reporter}`, ...built], { stdio: "inherit" });
  process.exitCode = run.status ?? 1;
} finally {
  await rm(out, { recursive: true, force: true });
}
