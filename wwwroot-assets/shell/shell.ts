// What the shell asks of the browser: the theme, and whether the navigation shows its words.

/** Stored choice, else what the operating system prefers. */
export function isDark(): boolean {
  return document.documentElement.dataset["theme"] === "dark";
}

export function setDark(dark: boolean): void {
  const theme = dark ? "dark" : "light";
  localStorage.setItem("adclip.theme", theme);
  document.documentElement.dataset["theme"] = theme;
}

/** Stored choice, else open. */
export function isNavigationOpen(): boolean {
  return localStorage.getItem("adclip.navigation") !== "closed";
}

export function setNavigationOpen(open: boolean): void {
  localStorage.setItem("adclip.navigation", open ? "open" : "closed");
}
