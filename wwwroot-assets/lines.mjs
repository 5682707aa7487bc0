// Complains of lines that are longer than in the rest of the repository (LongestLine in Directory.Build.targets). Part of `npm run check`.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const longest = 160;
const here = dirname(fileURLToPath(import.meta.url));
const sources = readdirSync(here, { recursive: true })
  .filter((name) => /\.(ts|mjs|css)$/.test(name) && !name.startsWith("node_modules"));
for (const name of sources) {
  readFileSync(join(here, name), "utf8").split("\n").forEach((line, i) => {
    const { length } = line.trimEnd();
    if (length > longest) {
      console.error(`${name}(${i + 1}): error LINE160: line is ${length} characters long; at most ${longest}`);
      process.exitCode = 1;
    }
  });
}
