// Formats numbers, characters and texts in the captions. A number of the session is a fact: it is highlighted and
// has a name.

import { html } from 'lit';

import { signed } from '../../data/format.js';

const LONGEST = 40; // characters of a document

/** A value of the session. */
export function fact(name, value) {
  return html`<b data-fact=${name}>${value}</b>`;
}

/** A probability. */
export function share(value) {
  return value > 0 && value < 0.01 ? signed(value, 2) : value.toFixed(3);
}

/** A text in quotes, cut if it is long. */
export function quoted(text) {
  const cut = [...text].length > LONGEST ? `${[...text].slice(0, LONGEST - 1).join('')}…` : text;
  return html`<q class="text">${cut === '' ? '(empty)' : cut}</q>`;
}

/** A single character, or the symbol of begin and end. */
export function letter(symbol) {
  return html`<span class="letter">${symbol}</span>`;
}

/** What the model has read at a position. */
export function upTo(facts, t) {
  const read = facts.positions.slice(1, t + 1).map((position) => position.read).join('');
  return t === 0 ? 'at the beginning' : html`after ${quoted(read)}`;
}

/** `a, b and c` */
export function listed(items) {
  return items.map((item, i) => html`${i === 0 ? '' : i === items.length - 1 ? ' and ' : ', '}${item}`);
}
