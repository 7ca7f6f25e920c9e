// Formats texts that are written in a part of ICU MessageFormat:
//
//   {name}                                                          a value; numbers are formatted
//   {count, plural, =0 {none} one {a step} other {{count} steps}}   by the plural rules of the language
//   {kind, select, text {a text} other {a file}}                    by the value itself
//   <lab>text lab</lab>                                             words for which the caller has markup

import { LANGUAGE } from './language.js';

const rules = new Intl.PluralRules(LANGUAGE);
const numbers = new Intl.NumberFormat(LANGUAGE);

const PART = /[^{}<]+|<(?![/\w])|\{(\w+)\}|\{(\w+), (plural|select),|<(\w+)>/y; // or its beginning
const OPTION = /\s*(=?\w+) \{/y;

/** The parts of a text: strings, {value}, {tag, parts}, and {plural or select, options}. */
export function parse(text) {
  let at = 0;
  const take = (pattern) => { // the match of a sticky pattern, or null
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    at = match === null ? at : pattern.lastIndex;
    return match;
  };
  const options = () => {
    const found = {};
    for (let match = take(OPTION); match !== null; match = take(OPTION)) {
      found[match[1]] = parts();
      take(/\}/y);
    }
    take(/\}/y);
    return found;
  };
  const parts = () => { // up to the end of the text, of a tag or of an option
    const found = [];
    for (let match = take(PART); match !== null; match = take(PART)) {
      const [words, value, chooser, kind, tag] = match;
      if (tag !== undefined) {
        found.push({ tag, parts: parts() });
        take(/<\/\w+>/y);
      } else {
        found.push(value !== undefined ? { value } : kind !== undefined ? { [kind]: chooser, options: options() } : words);
      }
    }
    return found;
  };
  return parts();
}

/** Strings, and in between what the values are (templates) or make of the words in their tags. */
export function format(parts, values) {
  return parts.flatMap((part) => {
    if (typeof part === 'string') {
      return part;
    }
    const { tag, plural, select, options } = part;
    const value = values[part.value ?? tag ?? plural ?? select];
    if (value === undefined) {
      throw new Error(`no value for ${JSON.stringify(part)}`);
    }
    if (tag !== undefined) {
      return [value(format(part.parts, values))];
    }
    if (options !== undefined) {
      return format(options[plural === undefined ? value : `=${value}`] ?? options[plural && rules.select(value)] ?? options.other, values);
    }
    return [typeof value === 'number' ? numbers.format(value) : value];
  });
}
