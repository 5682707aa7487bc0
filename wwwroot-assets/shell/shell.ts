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

/** Puts text on the clipboard; false when the browser does not allow it. */
export async function copyText(text: string): Promise<boolean> {
  // Only pages served over HTTPS or from this machine have the newer way; plants often have neither.
  if (window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Denied: the older way may still be allowed.
    }
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  return isCopied;
}
