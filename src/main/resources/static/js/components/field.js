// A form control with its label, hint and error, connected for screen readers.

import { html, nothing } from 'lit';

/**
 * Returns the template of a field. `apiName` is shown beside the label if it says something else. `control(attributes)`
 * renders the control with the attributes `id`, `invalid` and `describedBy`.
 */
export function field({ name, label, apiName, hint, error, control }) {
  const id = `field-${name}`;
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || nothing;
  const showsApiName = apiName !== undefined && apiName.toLowerCase() !== label.toLowerCase();
  return html`
    <div class="field">
      ${showsApiName ? html`<div class="labels"><label for=${id}>${label}</label> <code>${apiName}</code></div>`
        : html`<label for=${id}>${label}</label>`}
      ${control({ id, name, describedBy, invalid: error ? 'true' : nothing })}
      ${hint ? html`<p class="hint" id="${id}-hint">${hint}</p>` : nothing}
      ${error ? html`<p class="error" id="${id}-error">${error}</p>` : nothing}
    </div>`;
}
