// How a compared session is told from the others, in every panel: by its number, its colour and the way its
// line is drawn.

import { css, html } from 'lit';

/** At most so many are compared: as many as there are data colours. */
export const MOST = 6;

const DASHES = [[], [9, 4], [2, 3], [11, 3, 2, 3], [16, 5], [6, 2, 2, 2, 2, 2]]; // px drawn, px not drawn, …
const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'emptyCircle', 'emptyRect'];

export const signs = css`
  .sign { display: inline-flex; flex: none; align-items: center; gap: 5px; white-space: nowrap; }
  .sign b { min-width: 1.5em; padding: 0 3px; border: 1px solid currentColor; border-radius: 4px; font-size: var(--text-xs); line-height: 1.4; text-align: center; color: var(--ink); }
  .sign svg { stroke: currentColor; stroke-width: 2.6; fill: none; }
  .sign.s0 { color: var(--data-1); } .sign.s1 { color: var(--data-2); } .sign.s2 { color: var(--data-3); }
  .sign.s3 { color: var(--data-4); } .sign.s4 { color: var(--data-5); } .sign.s5 { color: var(--data-6); }
`;

/** The number of the session in a slot, counted from 0, and a piece of its line; its name stands beside it. */
export function sign(slot) {
  return html`<span class="sign s${slot}"><b>${slot + 1}</b><svg width="28" height="6" viewBox="0 0 28 6"
    aria-hidden="true"><path d="M0 3H28" stroke-dasharray=${DASHES[slot].join(' ')}></path></svg></span>`;
}

/** The name of the custom property. */
export const colourOf = (slot) => `--data-${slot + 1}`;

/** The `type` of a line in a chart. */
export const lineType = (slot) => (DASHES[slot].length === 0 ? 'solid' : DASHES[slot]);

export const symbolOf = (slot) => SYMBOLS[slot];
