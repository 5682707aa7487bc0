// Runs before the first paint of every page: applies the stored theme, so that a dark page never flashes white.
const theme = localStorage.getItem("adclip.theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
document.documentElement.dataset["theme"] = theme;
