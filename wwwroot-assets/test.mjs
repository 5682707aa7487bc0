// Bundles every *.test.ts and runs them with Node's own test runner.
// node test.mjs [FILTER]: only files that have FILTER in their name, or else tests that have it in theirs.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const all = readdirSync(here, { recursive: true })
  .filter((name) => name.endsWith(".test.ts") && !name.startsWith("node_modules"));
const filter = process.argv.slice(2).find((argument) => !argument.startsWith("--"));
const named = all.filter((name) => name.includes(filter ?? ""));
const tests = named.length > 0 ? named : all.filter((name) => readFileSync(join(here, name), "utf8").includes(filter));
if (tests.length === 0) {
  console.error(filter === undefined ? "no *.test.ts found" : `test: no file and no test is named '${filter}'`);
  process.exit(1);
}
const wanted = named.length > 0 ? [] : [`--test-name-pattern=${filter.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}`];
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
  const run = spawnSync(process.execPath, ["--enable-source-maps", "--test", `--test-reporter=${reporter}`, ...wanted, ...built], { stdio: "inherit" });
  process.exitCode = run.status ?? 1;
} finally {
  await rm(out, { recursive: true, force: true });
}
