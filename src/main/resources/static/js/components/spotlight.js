// The spotlight of a presentation: it dims the page but for what the pointer is at: a token, a head, a row, a block, or
// where there is no such part, a circle.

import { LitElement, css, html, nothing } from 'lit';

const PARTS = '.map, button.token, .block, li, tbody tr, figure, .facts > *';
const MARGIN = 4; // px around a part
const RADIUS = 110; // px of the circle

/**
 * The box of the innermost part of a panel on a path of elements, as event.composedPath() returns it; null if there is
 * none before the panel.
 */
export function spotIn(path) {
  const part = path.find((node) => node instanceof Element && node.matches(PARTS));
  return part?.getBoundingClientRect() ?? null;
}

/** `<mg-spotlight>`, over everything else: `show(box)` or `showCircle(x, y)`, in px of the window; hidden with `hide()`. */
class Spotlight extends LitElement {
  static properties = { box: { state: true } }; // {left, top, width, height, isRound}; null while it is hidden

  static styles = css`
    :host { position: fixed; inset: 0; z-index: 30; overflow: hidden; pointer-events: none; }
    div { position: absolute; border-radius: var(--radius-small); box-shadow: 0 0 0 200vmax rgb(0 0 0 / 0.68); }
    .round { border-radius: 50%; }
  `;

  constructor() {
    super();
    this.box = null;
  }

  show({ left, top, width, height }) {
    this.box = { left: left - MARGIN, top: top - MARGIN, width: width + 2 * MARGIN, height: height + 2 * MARGIN, isRound: false };
  }

  showCircle(x, y) {
    this.box = { left: x - RADIUS, top: y - RADIUS, width: 2 * RADIUS, height: 2 * RADIUS, isRound: true };
  }

  hide() {
    this.box = null;
  }

  render() {
    if (this.box === null) {
      return nothing;
    }
    const { left, top, width, height, isRound } = this.box;
    return html`<div class=${isRound ? 'round' : ''} .style=${`left: ${left}px; top: ${top}px; width: ${width}px; height: ${height}px`}></div>`;
  }
}

customElements.define('mg-spotlight', Spotlight);
