// Canvases that are as sharp as the screen.

/** Pixels of the screen to a CSS pixel, as far as a picture uses them. */
export function density() {
  return Math.min(2, devicePixelRatio || 1);
}

/** Gives a canvas of that many CSS pixels its resolution, and its context: empty, in units of these. */
export function sharp(canvas, width, height) {
  const ratio = density();
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    Object.assign(canvas, { width: w, height: h });
  }
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
