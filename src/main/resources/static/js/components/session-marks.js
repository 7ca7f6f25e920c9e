// The marks that identify a compared session in every panel: its number, its colour and its line style.

import { css, html } from 'lit';

/** The largest number of sessions that can be compared: that of the data colours. */
export const MOST_SESSIONS = 6;

const DASHES = [[], [9, 4], [2, 3], [11, 3, 2, 3], [16, 5], [6, 2, 2, 2, 2, 2]]; // px drawn, px not drawn, …
const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'emptyCircle', 'emptyRect'];

export const markStyles = css`
  .session-mark { display: inline-flex; flex: none; align-items: center; gap: 5px; white-space: nowrap; }
  .session-mark b { min-width: 1.5em; padding: 0 3px; border: 1px solid currentColor; border-radius: 4px; font-size: var(--text-xs); line-height: 1.4; text-align: center; color: var(--ink); }
  .session-mark svg { stroke: currentColor; stroke-width: 2.6; fill: none; }
  .session-mark.s0 { color: var(--data-1); } .session-mark.s1 { color: var(--data-2); } .session-mark.s2 { color: var(--data-3); }
  .session-mark.s3 { color: var(--data-4); } .session-mark.s4 { color: var(--data-5); } .session-mark.s5 { color: var(--data-6); }
`;

/** The number of the session in a slot (counted from 0) and a piece of its line, to be shown before its name. */
export function sessionMark(slot) {
  return html`<span class="session-mark s${slot}"><b>${slot + 1}</b><svg width="28" height="6" viewBox="0 0 28 6"
    aria-hidden="true"><path d="M0 3H28" stroke-dasharray=${DASHES[slot].join(' ')}></path></svg></span>`;
}

/** The custom property of the session's colour. */
export const colourOf = (slot) => `--data-${slot + 1}`;

/** The pattern of the session's line: px drawn, px not drawn, … */
export const lineDash = (slot) => DASHES[slot];

/** The `type` of the session's line in a chart. */
export const lineType = (slot) => (DASHES[slot].length === 0 ? 'solid' : DASHES[slot]);

/** The symbol of the session's points in a chart. */
export const symbolOf = (slot) => SYMBOLS[slot];
