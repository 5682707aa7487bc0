// What the shell asks of the browser: the theme, and coming back after the server was away.

/** Stored choice, else what the operating system prefers. */
export function isDark(): boolean {
  return document.documentElement.dataset["theme"] === "dark";
}

export function setDark(dark: boolean): void {
  const theme = dark ? "dark" : "light";
  localStorage.setItem("adclip.theme", theme);
  document.documentElement.dataset["theme"] = theme;
}
