// The order of the panels on the Live page, and which of them are hidden. It is the same for all sessions, and
// remembered in the browser's local storage. `?panels` in the URL holds the shown panels in their order, unless that is
// the initial one; it prevails over what is remembered.

import { remember, remembered } from '../../components/remembered.js';
import { queryValue, setQuery } from '../../components/url-query.js';

const SETTING = 'live.panels';
const SHOWN = 'panels'; // in the URL
const COLUMNS = 12; // of a row

/** Sends `change`. */
export class PanelArrangement extends EventTarget {
  /** The names of all panels, hidden ones included, in their order. */
  order;

  #initial;
  #hidden = new Set();

  /** @param names the names of all panels in their initial order */
  constructor(names) {
    super();
    this.#initial = names;
    this.order = [...names];
    this.#restore();
    this.#restoreFromUrl();
    this.#writeUrl();
  }

  /** The names of the panels that are shown, in their order. */
  get shown() {
    return this.order.filter((name) => !this.isHidden(name));
  }

  isHidden(name) {
    return this.#hidden.has(name);
  }

  setHidden(name, isHidden) {
    if (isHidden) {
      this.#hidden.add(name);
    } else {
      this.#hidden.delete(name);
    }
    this.#changed();
  }

  /** Moves a panel past a number of shown ones: forward, or back if it is negative. */
  moveBy(name, places) {
    const { shown } = this;
    const target = shown[shown.indexOf(name) + places];
    if (target !== undefined) {
      this.moveTo(name, target);
    }
  }

  /** Moves a panel to the place of another; those between the two make room. */
  moveTo(name, target) {
    const place = this.order.indexOf(target);
    this.order = this.order.filter((other) => other !== name);
    this.order.splice(place, 0, name);
    this.#changed();
  }

  /** Shows all panels in their initial order. */
  reset() {
    this.order = [...this.#initial];
    this.#hidden.clear();
    this.#changed();
  }

  #changed() {
    remember(SETTING, JSON.stringify({ order: this.order, hidden: [...this.#hidden] }));
    this.#writeUrl();
    this.dispatchEvent(new Event('change'));
  }

  #writeUrl() {
    const { shown } = this;
    const isInitial = shown.length === this.#initial.length && shown.every((name, i) => name === this.#initial[i]);
    setQuery({ [SHOWN]: isInitial ? null : shown.join(',') });
  }

  /** Shows the panels that a link names; all others are hidden. A link without a known name changes nothing. */
  #restoreFromUrl() {
    const shown = [...new Set((queryValue(SHOWN) ?? '').split(',').filter((name) => this.#initial.includes(name)))];
    if (shown.length > 0) {
      const others = this.#initial.filter((name) => !shown.includes(name));
      this.order = [...shown, ...others];
      this.#hidden = new Set(others);
    }
  }

  /** Restores what is stored, as far as there still are such panels; panels that are new come last. */
  #restore() {
    try {
      const { order, hidden } = JSON.parse(remembered(SETTING));
      const isName = (name) => this.#initial.includes(name);
      this.order = [...new Set([...order.filter(isName), ...this.#initial])];
      this.#hidden = new Set(hidden.filter(isName));
    } catch {
      // nothing is stored, or nothing that can be read
    }
  }
}

/**
 * How many of twelve columns each panel takes, so that every row is full: a row takes panels as long as they fit,
 * and the narrowest of them get what is left.
 *
 * @param wanted the number of columns that each panel asks for
 */
export function fillRows(wanted) {
  const rows = [];
  let free = 0;
  for (const columns of wanted) {
    if (columns > free) {
      rows.push([]);
      free = COLUMNS;
    }
    rows.at(-1).push(columns);
    free -= columns;
  }
  for (const row of rows) {
    for (let rest = COLUMNS - row.reduce((sum, columns) => sum + columns, 0); rest > 0; rest--) {
      row[row.indexOf(Math.min(...row))]++;
    }
  }
  return rows.flat();
}
