// The control for the number of steps that losses are averaged over, and its value in the URL.

import { css, html } from 'lit';

import { compact } from '../data/format.js';
import { texts } from '../data/texts.js';
import { queryValue } from './url-query.js';

const t = await texts('common');

const SPANS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000]; // steps

export const DEFAULT_SPAN = 100;

/** The number of steps in the URL, or the default. It is `?ema`, although it is a plain mean, so that old links work. */
export function spanInQuery() {
  const span = Number(queryValue('ema'));
  return SPANS.includes(span) ? span : DEFAULT_SPAN;
}

export const averagingStyles = css`
  .average input { width: 110px; }
  .average output { min-width: 8ch; }
`;

/** A slider; calls `onChange` with the new number of steps. */
export function averagingControl(span, onChange) {
  return html`
    <label class="average">${t('averaging.over')}
      <input type="range" min="0" max=${SPANS.length - 1} .value=${String(SPANS.indexOf(span))} aria-valuetext=${t('averaging.spoken', { span })}
        @input=${(event) => onChange(SPANS[event.target.value])}>
      <output class="number">${t('averaging.steps', { span, short: compact(span) })}</output>
    </label>`;
}
