// A small loss curve: the mean as a line, minimum and maximum as a band.

import { LitElement, css, html, svg } from 'lit';

import { loss } from '../data/format.js';
import { texts } from '../data/texts.js';

const t = await texts('common');

const WIDTH = 300;
const HEIGHT = 64;

function quantile(values, part) {
  return values.toSorted((a, b) => a - b)[Math.floor(part * (values.length - 1))];
}

/** `<mg-sparkline .points=${[{from, to, min, mean, max}]}>` */
class Sparkline extends LitElement {
  static properties = { points: { attribute: false } };

  static styles = css`
    :host { display: block; }
    svg { display: block; width: 100%; height: 64px; overflow: hidden; }
    .band { fill: var(--data-1); opacity: 0.18; }
    .mean { fill: none; stroke: var(--data-1); stroke-width: 1.8; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
  `;

  render() {
    const points = this.points ?? [];
    if (points.length === 0) {
      return html`<svg role="img" aria-label=${t('sparkline.none')}></svg>`;
    }
    // a single spike would flatten all the rest, so the band is cut off above the usual height
    const low = quantile(points.map((p) => p.min), 0.03);
    const high = Math.max(quantile(points.map((p) => p.max), 0.5), ...points.map((p) => p.mean));
    const first = points[0].from;
    const span = Math.max(1, points.at(-1).to - first);
    const x = (p) => (((p.from + p.to) / 2 - first) / span * WIDTH).toFixed(1);
    const y = (value) => (HEIGHT - 2 - (value - low) / (high - low || 1) * (HEIGHT - 4)).toFixed(1);
    const line = points.map((p) => `${x(p)},${y(p.mean)}`).join(' ');
    const band = [...points.map((p) => `${x(p)},${y(p.max)}`),
      ...points.toReversed().map((p) => `${x(p)},${y(p.min)}`)].join(' ');
    const text = t('sparkline.losses', {
      steps: points.at(-1).to, first: loss(points[0].mean), last: loss(points.at(-1).mean),
      lowest: loss(Math.min(...points.map((p) => p.min))), highest: loss(Math.max(...points.map((p) => p.max))),
    });
    return html`
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label=${text}>
        ${svg`<polygon class="band" points=${band} /><polyline class="mean" points=${line} />`}
      </svg>`;
  }
}

customElements.define('mg-sparkline', Sparkline);
