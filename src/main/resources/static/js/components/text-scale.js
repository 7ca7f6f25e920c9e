// How large the texts of drawings on canvases are: larger on large screens, and in a panel that fills the screen.

/** The factor for font sizes in an element: `--scale` of tokens.css. */
export function textScale(element) {
  return Number(getComputedStyle(element).getPropertyValue('--scale'));
}
