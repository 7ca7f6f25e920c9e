// The settings of drawing texts: their fields, their place in the URL, and the request that they make.

import { count, numberForUrl, numberFromUrl, typedNumber } from '../../data/format.js';
import { texts } from '../../data/texts.js';
import { queryValue, queryValues, setQuery, textForUrl } from '../../components/url-query.js';

const t = await texts('strings');

/** The most texts that are drawn into the page; the API generates more. */
export const MOST_TEXTS = 100_000;

const LONGEST_TEXT = 2000; // characters in the URL, also of all excluded texts together

/** The fields with one value, named as in the API; `usual` is the value of an empty field where the API has another. */
export const FIELDS = [
  { name: 'count', label: t('fields.count'), initial: '100' },
  { name: 'prompt', label: t('fields.prompt'), initial: '', placeholder: t('placeholders.prompt'), isText: true },
  { name: 'temperature', label: t('fields.temperature'), initial: '0.5' },
  { name: 'topK', label: t('fields.topK'), initial: '', placeholder: t('placeholders.all') },
  { name: 'topP', label: t('fields.topP'), initial: '', placeholder: '1' },
  { name: 'seed', label: t('fields.seed'), initial: '1' },
  { name: 'minLength', label: t('fields.minLength'), initial: '', placeholder: '1', usual: 1 },
  { name: 'maxLength', label: t('fields.maxLength'), initial: '', placeholder: t('placeholders.any') },
  { name: 'pattern', label: t('fields.pattern'), initial: '', placeholder: '^[a-m].*n$', isText: true },
];

/** What can be ticked. */
export const CHOICES = [
  { name: 'unique', label: t('choices.unique'), initial: true, needsDocuments: false },
  { name: 'novel', label: t('choices.novel'), initial: true, needsDocuments: true },
  { name: 'nearest', label: t('choices.nearest'), initial: false, needsDocuments: true },
];

const EXCLUDE = 'exclude';

/** The settings in the URL, by name: texts, booleans, and `exclude` with one text per line. */
export function settingsInUrl() {
  const settings = {};
  for (const { name, initial, isText } of FIELDS) {
    const value = queryValue(name);
    settings[name] = (isText || value === '' ? textForUrl(value, LONGEST_TEXT) : numberFromUrl(value)) ?? initial;
  }
  for (const { name, initial } of CHOICES) {
    settings[name] = { 1: true, 0: false }[queryValue(name)] ?? initial;
  }
  settings.exclude = queryValues(EXCLUDE).join('\n').slice(0, LONGEST_TEXT);
  return settings;
}

/** Makes the URL hold the settings that are not the usual ones. */
export function setSettingsInUrl(settings) {
  const fields = FIELDS.map(({ name, initial, isText }) => {
    const value = settings[name];
    return [name, value === initial ? null : isText ? textForUrl(value, LONGEST_TEXT) : value === '' ? '' : numberForUrl(value)];
  });
  const choices = CHOICES.map(({ name, initial }) => [name, settings[name] === initial ? null : Number(settings[name])]);
  setQuery({
    ...Object.fromEntries([...fields, ...choices]),
    exclude: settings.exclude.length <= LONGEST_TEXT ? excludedTexts(settings) : null,
  });
}

/** The lines that are not blank. */
function excludedTexts({ exclude }) {
  return exclude.split('\n').map((line) => line.trim()).filter((line) => line !== '');
}

/** The number that a field contains; undefined if it is empty and has no usual value. Throws {field, message} if it contains something else. */
function numberIn(settings, { name, label, usual }) {
  const text = settings[name].trim();
  const number = typedNumber(text);
  if (Number.isNaN(number)) {
    throw { field: name, message: t('mustBeNumber', { label }) };
  }
  return text === '' ? usual : number;
}

/**
 * The request to generate such texts.
 *
 * @param hasDocuments whether the session has documents, so that texts can be new
 * @throws {field, message} if a field is no number or asks for too many texts
 */
export function requestOf(settings, hasDocuments) {
  const values = FIELDS.map((field) => [field.name, field.isText ? settings[field.name] || undefined : numberIn(settings, field)]);
  const request = Object.fromEntries(values.filter(([, value]) => value !== undefined));
  if (request.count === undefined || !(request.count >= 1 && request.count <= MOST_TEXTS)) {
    throw { field: 'count', message: t('countRange', { most: count(MOST_TEXTS) }) };
  }
  for (const { name, needsDocuments } of CHOICES) {
    if (settings[name] && (hasDocuments || !needsDocuments)) {
      request[name] = true;
    }
  }
  const excluded = excludedTexts(settings);
  return excluded.length === 0 ? request : { ...request, exclude: excluded };
}
