// Formats numbers, characters and texts in the captions. A number of the session is a fact: it is highlighted and
// has a name.

import { html } from 'lit';

import { fixed, signed } from '../../data/format.js';
import { texts } from '../../data/texts.js';

const t = await texts('tour');
const common = await texts('common');

const LONGEST = 40; // characters of a document

/** A value of the session. */
export function fact(name, value) {
  return html`<b data-fact=${name}>${value}</b>`;
}

/** A probability. */
export function share(value) {
  return value > 0 && value < 0.01 ? signed(value, 2) : fixed(value, 3);
}

/** A text in quotes, cut if it is long. */
export function quoted(text) {
  const cut = [...text].length > LONGEST ? `${[...text].slice(0, LONGEST - 1).join('')}…` : text;
  return html`<q class="text">${cut === '' ? t('empty') : cut}</q>`;
}

/** A single character, or the symbol of begin and end. */
export function letter(symbol) {
  return html`<span class="letter">${symbol}</span>`;
}

/** What the model has read at a position. */
export function upTo(facts, position) {
  const read = facts.positions.slice(1, position + 1).map((each) => each.read).join('');
  return position === 0 ? t('atBeginning') : t.html('after', { read: quoted(read) });
}

/** `a, b and c` */
export function listed(items) {
  return items.reduce((list, item, i) => common.html(i === items.length - 1 ? 'list.last' : 'list.next', { list, item }));
}

/** The first numbers of a vector. */
export function numbers(values) {
  return values.map((value) => signed(value)).join(t('numberSeparator'));
}
