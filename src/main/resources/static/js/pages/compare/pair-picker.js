// The controls that choose the pair of sessions whose differences are shown, shared by several panels.

import { css, html, nothing } from 'lit';

import { texts } from '../../data/texts.js';
import { whyUnavailable } from './session-queries.js';

const t = await texts('compare');

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
  return html`${select(0, t('pair.a'))} ${select(1, t('pair.minusB'))}
    <button class="quiet" aria-label=${t('pair.swap')} title=${t('pair.swap')} @click=${() => live.swapPair()}>⇄</button>`;
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
      return t('loading');
    }
    return entries.length < 2 ? t('pair.chooseTwo') : t('pair.tooFew');
  }
  const entry = pair.find((each) => whyUnavailable(each) !== null);
  return entry === undefined ? null : t('pair.unavailable', { name: entry.name, reason: whyUnavailable(entry) });
}

/** A number with its sign, and a true minus sign. */
export const signedText = (text) => (text.startsWith('-') ? text : `+${text}`).replaceAll('-', '−');
