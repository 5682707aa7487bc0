// When the circuit cannot be resumed (the server was restarted), waits until the server answers, then loads the page again.
// An attribute data-busy on the document's root says that a reload would lose work of this tab (uploads): it waits for that too.

/** Sent to the window before the reload; whoever is in the middle of something cancels it and is asked again. */
const reloadEvent = "adclip:reload";
const pollMilliseconds = 1000;

function reloadWhenServerAnswers(): void {
  setTimeout(async () => {
    try {
      const answer = await fetch("/health/live", { cache: "no-store" });
      const isIdle = !document.documentElement.hasAttribute("data-busy") && dispatchEvent(new Event(reloadEvent, { cancelable: true }));
      if (answer.ok && isIdle) {
        location.reload();
        return;
      }
    } catch {
      // Still away.
    }
    reloadWhenServerAnswers();
  }, pollMilliseconds);
}

const panel = document.getElementById("components-reconnect-modal");
let waiting = false;
if (panel) {
  new MutationObserver(() => {
    const lost = panel.classList.contains("components-reconnect-failed") || panel.classList.contains("components-reconnect-rejected");
    if (lost && !waiting) {
      waiting = true;
      reloadWhenServerAnswers();
    }
  }).observe(panel, { attributes: true, attributeFilter: ["class"] });
}
