// The query string of the URL, which holds what a page shows, so that a link shows it again.

const DELAY = 200; // ms without a change until the URL follows: browsers limit how often it may change

let newest = location.search; // as this page has set it last
let waiting = {}; // values that it is about to get
let timer = null;

/** One of its values; null if it is absent. */
export function queryValue(name) {
  return new URLSearchParams(location.search).get(name);
}

/** All of its values of one name. */
export function queryValues(name) {
  return new URLSearchParams(location.search).getAll(name);
}

/** A cell {row, column} of a map, which is `3.12` in the query; null if it is absent or something else. */
export function cellInQuery(name) {
  const [, row, column] = /^(\d+)\.(\d+)$/.exec(queryValue(name) ?? '') ?? [];
  return column === undefined ? null : { row: Number(row), column: Number(column) };
}

/** A text that is not too long for the URL; null if it is, or if there is none. */
export function textForUrl(text, most) {
  return text !== null && text.length <= most ? text : null;
}

/** A step or a position in the query; null if it is absent or not a whole number. */
export function wholeNumberInQuery(name) {
  const value = queryValue(name) ?? '';
  return /^\d+$/.test(value) ? Number(value) : null;
}

/** Changes some of its values; null removes one, a list sets several of one name. */
export function setQuery(values) {
  Object.keys(values).forEach((name) => delete waiting[name]); // they are older
  history.replaceState(history.state, '', urlWith(location.search, values));
  newest = location.search;
}

/** Changes values that follow the pointer or the keys, once they stand still. */
export function setQuerySoon(values) {
  Object.assign(waiting, values);
  clearTimeout(timer);
  timer = setTimeout(flushQuery, DELAY);
}

/** Makes the changes of setQuerySoon at once. */
export function flushQuery() {
  clearTimeout(timer);
  const values = waiting;
  waiting = {};
  if (Object.keys(values).length > 0) {
    setQuery(values);
  }
}

/** Sets a value in a new entry of the browser's history, so that Back removes it. */
export function pushQuery(name, value) {
  history.pushState({ pushed: name }, '', urlWith(location.search, { [name]: value }));
  newest = location.search;
}

/** Removes a value: by going back in the history if `pushQuery` has set it. */
export function popQuery(name) {
  if (history.state?.pushed === name) {
    history.back();
  } else {
    setQuery({ [name]: null });
  }
}

/**
 * Returns one of its values after the user has gone back or forward. The others stay as they were last set, since
 * only `pushQuery` makes entries that differ.
 */
export function queryValueAfterPop(name) {
  const value = queryValue(name);
  history.replaceState(history.state, '', urlWith(newest, { [name]: value }));
  newest = location.search;
  return value;
}

function urlWith(search, values) {
  const query = new URLSearchParams(search);
  for (const [name, value] of Object.entries(values)) {
    const [first, ...more] = [value ?? []].flat();
    if (first === undefined) {
      query.delete(name);
    } else {
      query.set(name, first); // keeps its place
      more.forEach((each) => query.append(name, each));
    }
  }
  const text = query.toString().replaceAll('%2C', ','); // keeps lists readable
  return text ? `?${text}` : location.pathname;
}
