// Drawing at the pace of the screen.

/** A function that has `draw` called once in the next frame, however often it is called itself until then. */
export function oncePerFrame(draw: () => void): () => void {
  let scheduled = false;
  return () => {
    if (!scheduled) {
      scheduled = true;
      requestAnimationFrame(() => {
        scheduled = false;
        draw();
      });
    }
  };
}
