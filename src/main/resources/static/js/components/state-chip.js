// The state of a session as a chip. Without a connection it is only the last known one, and has no colour.

import { html } from 'lit';

import { texts } from '../data/texts.js';

const t = await texts('common');

/** @param isConnected whether the state is up to date */
export function stateChip(state, isConnected) {
  return isConnected ? html`<span class="chip ${state}">${t(`states.${state}`)}</span>`
    : html`<span class="chip">${t('lastKnown', { state: t(`states.${state}`) })}</span>`;
}
