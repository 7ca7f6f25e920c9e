// The colour scale of a heat map, with the values at its ends.

import { LitElement, css, html, nothing } from 'lit';

import { signed } from '../data/format.js';
import { texts } from '../data/texts.js';
import { palette } from './palette.js';
import { theme } from './theme.js';

const t = await texts('common');

const SIZE = 128;

const plain = (value) => signed(value, 2);

/**
 * `<mg-scale-bar palette="diverging" .low=${-1} .high=${1}>`; `format` formats the numbers; `beyond`
 * is the most extreme value if it is outside the range.
 */
class ScaleBar extends LitElement {
  static properties = { palette: {}, low: { attribute: false }, high: { attribute: false }, format: { attribute: false }, beyond: { attribute: false } };

  static styles = css`
    :host { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2); font-size: var(--text-xs); color: var(--muted); font-variant-numeric: tabular-nums; }
    .beyond { flex-basis: 100%; white-space: nowrap; }
    canvas { flex: 1; min-width: 30px; max-width: 140px; height: 9px; border: 1px solid var(--line); }
  `;

  #repaint = () => this.requestUpdate();

  connectedCallback() {
    super.connectedCallback();
    theme.addEventListener('change', this.#repaint);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    theme.removeEventListener('change', this.#repaint);
  }

  render() {
    return this.high === this.low
      ? html`<span>${t('scale.allZero')}</span>`
      : html`<span>${this.#text(this.low)}</span><canvas width=${SIZE} height="1" aria-hidden="true"></canvas><span>${this.#text(this.high)}</span>
        ${this.beyond ? html`<span class="beyond">${t('scale.extreme', { value: this.#text(this.beyond) })}</span>` : nothing}`;
  }

  #text(value) {
    return (this.format ?? plain)(value);
  }

  updated() {
    const canvas = this.renderRoot.querySelector('canvas');
    if (canvas !== null) {
      const image = new ImageData(SIZE, 1);
      const pixels = new Uint32Array(image.data.buffer);
      const colour = palette(this.palette, 0, SIZE);
      for (let i = 0; i < SIZE; i++) {
        pixels[i] = colour(i + 0.5);
      }
      canvas.getContext('2d').putImageData(image, 0, 0);
    }
  }
}

customElements.define('mg-scale-bar', ScaleBar);
