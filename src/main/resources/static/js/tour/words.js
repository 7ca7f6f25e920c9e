// How the captions write numbers, characters and texts. A number that is taken from the session is a fact:
// it stands out, and has a name.

import { html } from 'lit';

import { number } from '../format.js';
import { visible } from '../model/text.js';

const LONGEST = 40; // characters of a document

/** A value of the session. */
export function fact(name, value) {
  return html`<b data-fact=${name}>${value}</b>`;
}

/** A number with few digits and a real minus sign. */
export function signed(value, digits = 3) {
  return number(value, digits).replace('-', '−');
}

/** A probability. */
export function share(value) {
  return value > 0 && value < 0.01 ? signed(value, 2) : value.toFixed(3);
}

/** A text as it is, within quotes. */
export function quoted(text) {
  const cut = [...text].length > LONGEST ? `${[...text].slice(0, LONGEST - 1).join('')}…` : text;
  return html`<q class="text">${cut === '' ? '(empty)' : cut}</q>`;
}

/** A single character, or the sign for begin and end. */
export function letter(symbol) {
  return html`<span class="letter">${symbol}</span>`;
}

/** What was read up to a position. */
export function upTo(moment, t) {
  const read = [...moment.doc].slice(0, t).map(visible).join('');
  return t === 0 ? 'at the beginning' : html`after ${quoted(read)}`;
}

/** `a, b and c` */
export function listed(items) {
  return items.map((item, i) => html`${i === 0 ? '' : i === items.length - 1 ? ' and ' : ', '}${item}`);
}
