// Helpers for canvases that are as sharp as the screen.

import { theme } from './theme.js';

/** Device pixels per CSS pixel, as far as drawings use them: at most 2, as for all pictures that are saved. */
export function pixelRatio() {
  return theme.isPicture ? 2 : Math.min(2, devicePixelRatio || 1);
}

/** Sizes a canvas for a width and height in CSS pixels; returns its context, cleared, in CSS pixels. */
export function sharpContext(canvas, width, height) {
  const ratio = pixelRatio();
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    Object.assign(canvas, { width: w, height: h });
  }
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
