// Over how many steps losses are averaged: one choice for all panels that show them.

import { css, html } from 'lit';

import { compact } from '../format.js';
import { queryValue } from '../ui/query.js';

const SPANS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000]; // steps

export const USUAL_SPAN = 100;

export function spanOfUrl() {
  const span = Number(queryValue('ema'));
  return SPANS.includes(span) ? span : USUAL_SPAN;
}

export const spanStyles = css`
  .average input { width: 110px; }
  .average output { min-width: 8ch; }
`;

/** A slider. */
export function spanControl(live) {
  const { span } = live;
  return html`
    <label class="average">Average over
      <input type="range" min="0" max=${SPANS.length - 1} .value=${String(SPANS.indexOf(span))} aria-valuetext="${span} steps"
        @input=${(event) => live.setSpan(SPANS[event.target.value])}>
      <output class="number">${compact(span)} ${span === 1 ? 'step' : 'steps'}</output>
    </label>`;
}
