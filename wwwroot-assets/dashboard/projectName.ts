// What a project is called that is made of dropped files.

const mostCharacters = 200;

/** The folder that all files lie in; of one file alone its name without the extension; else `dated`. */
export function projectNameOf(paths: readonly string[], dated: string): string {
  const tops = new Set(paths.map((path) => (path.includes("/") ? path.slice(0, path.indexOf("/")) : null)));
  const [top] = tops;
  const only = tops.size === 1 ? (top ?? (paths.length === 1 ? stemOf(paths[0]!) : null)) : null;
  // Names from a Mac have Hangul in single letters; control characters are nobody's name.
  const name = (only ?? "").normalize("NFC").replace(/\p{Cc}/gu, " ").trim();
  return name === "" ? dated : name.slice(0, mostCharacters).trimEnd();
}

function stemOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(0, dot) : name;
}
