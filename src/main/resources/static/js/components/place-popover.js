// Places a popover at its button.

const GAP = 4; // px to the button
const EDGE = 8; // px to the edges of the window

/**
 * Places a popover that is about to open: below its button, or else above it, or, where neither has room for it, over the
 * button at the lower edge of the window. `align` is the edge that it has in common with the button, left or right, unless
 * it would leave the window.
 */
export function placePopover(popover, button, align = 'right') {
  const { clientWidth, clientHeight } = document.documentElement;
  const { top, bottom, left, right } = button.getBoundingClientRect();
  const { style } = popover;
  style.display = 'block'; // to measure it
  const { offsetWidth: width, offsetHeight: height } = popover;
  style.display = '';
  const lowest = clientHeight - EDGE - height;
  const above = top - GAP - height;
  style.top = `${bottom + GAP <= lowest ? bottom + GAP : above >= EDGE ? above : lowest}px`;
  style.left = `${Math.max(EDGE, Math.min(align === 'right' ? right - width : left, clientWidth - EDGE - width))}px`;
}
