// The field of an option of a session: a list if the option has choices, else a text.

import { html } from 'lit';

import { field } from './field.js';

/**
 * Returns the template of a field.
 *
 * @param option as describedOptions returns it
 * @param initial the value that the option has while nothing is typed
 * @param value what is typed or chosen; empty for the initial value
 * @param error the message beside the field; null if there is none
 * @param onType called with what the user types or chooses
 */
export function optionField({ name, label, hint, type, choices }, { initial, value, error, onType }) {
  return field({
    name,
    label,
    apiName: name,
    hint,
    error,
    control: ({ id, describedBy, invalid }) => choices
      ? html`<select id=${id} name=${name} aria-describedby=${describedBy} aria-invalid=${invalid}
          @change=${(event) => onType(event.target.value)}>
          ${choices.map((choice) => html`<option value=${choice.value} .selected=${choice.value === (value || String(initial))}>${choice.text}</option>`)}
        </select>`
      : html`<input id=${id} name=${name} inputmode=${type === 'number' ? 'decimal' : 'numeric'} placeholder=${initial}
          autocomplete="off" .value=${value} aria-describedby=${describedBy} aria-invalid=${invalid}
          @input=${(event) => onType(event.target.value)}>`,
  });
}
