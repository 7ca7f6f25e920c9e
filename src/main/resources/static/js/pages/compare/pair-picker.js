// The controls that choose the pair of sessions whose differences are shown, shared by several panels.

import { css, html, nothing } from 'lit';

import { whyUnavailable } from './session-queries.js';

export const pairStyles = css`
  .pair { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2) var(--space-3); margin-bottom: var(--space-3); }
  .pair label { display: flex; align-items: center; gap: var(--space-1); min-width: 0; }
  .pair select { width: auto; min-width: 0; max-width: 140px; }
  .pair button { padding: 0 var(--space-2); font-size: var(--text-l); }
`;

/** The controls `A minus B`, to be rendered inside a `.pair`. */
export function pairControls(live) {
  const { pair } = live;
  if (pair === null) {
    return nothing;
  }
  const select = (index, label) => html`
    <label>${label} <select @change=${(event) => choose(live, index, event.target.value)}>
      ${live.entries.map(({ name, slot }) => html`
        <option value=${name} ?selected=${name === pair[index].name}>${slot + 1} ${name}</option>`)}
    </select></label>`;
  return html`${select(0, 'A')} ${select(1, 'minus B')}
    <button class="quiet" aria-label="Swap A and B" title="Swap A and B" @click=${() => live.swapPair()}>⇄</button>`;
}

function choose(live, index, name) {
  const [a, b] = live.pair;
  const other = index === 0 ? b : a;
  if (name === other.name) {
    live.swapPair();
  } else {
    live.setPair(...(index === 0 ? [name, b.name] : [a.name, name]));
  }
}

/** Why no difference can be shown; null if one can. */
export function whyNoPair({ pair, entries, all }) {
  if (pair === null) {
    if (all === null) {
      return 'Loading …';
    }
    return entries.length < 2 ? 'Choose two sessions to see how they differ.' : 'Fewer than two of these sessions exist.';
  }
  const entry = pair.find((each) => whyUnavailable(each) !== null);
  return entry === undefined ? null : `${entry.name}: ${whyUnavailable(entry)}`;
}

/** A number with its sign, and a true minus sign. */
export const signedText = (text) => (text.startsWith('-') ? text : `+${text}`).replaceAll('-', '−');
