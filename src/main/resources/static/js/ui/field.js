// A labelled control with its hint and its error, tied together for screen readers.

import { html, nothing } from 'lit';

/**
 * A template: the control is made by `control(attributes)`, where `attributes` are `id`, `invalid` and
 * `describedBy`, to be put on it.
 */
export function field({ name, label, hint, error, control }) {
  const id = `field-${name}`;
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || nothing;
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      ${control({ id, name, describedBy, invalid: error ? 'true' : nothing })}
      ${hint ? html`<p class="hint" id="${id}-hint">${hint}</p>` : nothing}
      ${error ? html`<p class="error" id="${id}-error">${error}</p>` : nothing}
    </div>`;
}
