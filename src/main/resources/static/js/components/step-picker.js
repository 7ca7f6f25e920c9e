// A slider to pick the step whose model is used: a stop for each keyframe, and the present at the end.

import { LitElement, css, html } from 'lit';

import { texts } from '../data/texts.js';
import { controls } from './styles.js';

const t = await texts('common');

/** `<mg-step-picker label="Model" .live .view .at=${96} .revision>` sends `pick` with a step, null for the present. */
class StepPicker extends LitElement {
  static properties = {
    label: {}, live: { attribute: false }, view: { attribute: false }, at: { attribute: false },
    revision: { attribute: false },
  };

  static styles = [controls, css`
    :host { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-1) var(--space-3); }
    label { white-space: nowrap; }
    input { flex: 1 1 140px; min-width: 110px; max-width: 420px; }
    output { min-width: 17ch; color: var(--muted); font-size: var(--text-s); font-variant-numeric: tabular-nums; }
  `];

  #choose(event) {
    const stop = Number(event.target.value);
    this.dispatchEvent(new CustomEvent('pick', { detail: this.live.stops[stop] ?? null }));
  }

  render() {
    const { stops } = this.live;
    const { at, view } = this;
    const index = at === null ? stops.length : Math.max(0, stops.findLastIndex((stop) => stop <= at));
    const words = at === null ? t('steps.now', { step: view.step }) : t('steps.at', { at, step: view.step });
    return html`
      <label for="at">${this.label}</label>
      <input id="at" type="range" min="0" max=${stops.length} step="1" .value=${String(index)} aria-valuetext=${words}
        ?disabled=${stops.length === 0} @input=${this.#choose}>
      <output for="at">${words}</output>`;
  }
}

customElements.define('mg-step-picker', StepPicker);
