// The form for the text that several panels evaluate with each session.

import { css, html } from 'lit';

import { texts } from '../../data/texts.js';

const t = await texts('compare');

export const textFormStyles = css`
  .text-form { display: flex; flex-wrap: wrap; align-items: flex-end; gap: var(--space-2) var(--space-3); margin-bottom: var(--space-3); }
  .text-form label { display: grid; flex: 1 1 160px; gap: 2px; }
`;

/** @param verb the label of the button */
export function textForm(live, verb) {
  const submit = (event) => {
    event.preventDefault();
    live.setText(event.target.elements.text.value);
  };
  return html`
    <form class="text-form" @submit=${submit}>
      <label>${t('text')} <input name="text" autocomplete="off" autocapitalize="off" spellcheck="false" .value=${live.text}></label>
      <button>${verb}</button>
    </form>`;
}
