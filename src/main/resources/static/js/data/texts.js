// The texts of the pages in the language of the page. A catalog, `texts/<language>/<namespace>.json`, has those of one page,
// or those that pages share.

import { LANGUAGE } from './language.js';
import { format, parse } from './message-format.js';

const catalogs = new Map(); // promises, by namespace

/**
 * The texts of a namespace: `const t = await texts('lab')`. Keys are paths in the catalog, such as `steps.title`.
 *
 *   t('title', {name})       a text with its values, see message-format.js
 *   t.html('hint', {lab})    the same for a template: values may be templates, and functions that make a template from
 *                            the words between <lab> and </lab>
 *   t.has('title')           whether there is such a text
 */
export function texts(namespace) {
  if (!catalogs.has(namespace)) {
    catalogs.set(namespace, load(namespace));
  }
  return catalogs.get(namespace);
}

async function load(namespace) {
  const response = await fetch(new URL(`../../texts/${LANGUAGE}/${namespace}.json`, import.meta.url).href);
  if (!response.ok) {
    throw new Error(`The texts “${namespace}” cannot be loaded: ${response.status}`);
  }
  const catalog = await response.json();
  const find = (key) => key.split('.').reduce((group, name) => group?.[name], catalog);
  const parsed = new Map(); // by key
  const partsOf = (key) => {
    if (!parsed.has(key)) {
      const text = find(key);
      if (typeof text !== 'string') {
        throw new Error(`There is no text ${key} in “${namespace}”`);
      }
      parsed.set(key, parse(text));
    }
    return parsed.get(key);
  };
  const t = (key, values = {}) => format(partsOf(key), values).join('');
  t.html = (key, values = {}) => format(partsOf(key), values);
  t.has = (key) => typeof find(key) === 'string';
  return t;
}

// Those of the page are loaded at once, not when the modules that use them have loaded what they import.
document.documentElement.dataset.texts.split(' ').forEach(texts);
