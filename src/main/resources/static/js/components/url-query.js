// The query string of the URL, which holds what a page shows, so that a link shows it again.

/** One of its values; null if it is absent. */
export function queryValue(name) {
  return new URLSearchParams(location.search).get(name);
}

/** A step in the query; null if it is absent or no step. */
export function stepInQuery(name) {
  const value = queryValue(name) ?? '';
  return /^\d+$/.test(value) ? Number(value) : null;
}

/** Changes some of its values; null removes one. */
export function setQuery(values) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) {
    if (value === null) {
      query.delete(name);
    } else {
      query.set(name, value);
    }
  }
  const text = query.toString().replaceAll('%2C', ','); // keeps lists readable
  history.replaceState(null, '', text ? `?${text}` : location.pathname);
}
