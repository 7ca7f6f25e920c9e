// The language of the pages, which early.js has chosen, and those that there are.

/** The language of the page as a code: `en`, `de`. */
export const LANGUAGE = document.documentElement.lang;

/** All languages, {code, name}, each with its name in itself. */
export const LANGUAGES = document.documentElement.dataset.languages.split(' ')
  .map((code) => ({ code, name: new Intl.DisplayNames(code, { type: 'language' }).of(code) }));
