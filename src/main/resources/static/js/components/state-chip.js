// The state of a session as a chip. Without a connection it is only the last known one, and has no colour.

import { html } from 'lit';

/** @param isConnected whether the state is up to date */
export function stateChip(state, isConnected) {
  return isConnected ? html`<span class="chip ${state}">${state}</span>`
    : html`<span class="chip">last known: ${state}</span>`;
}
