// The query of the URL, which holds what a page shows, so that a link shows it again.

/** One of its values; null where it is absent. */
export function queryValue(name) {
  return new URLSearchParams(location.search).get(name);
}

/** Changes some of its values; null takes one out. */
export function setQuery(values) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) {
    if (value === null) {
      query.delete(name);
    } else {
      query.set(name, value);
    }
  }
  const text = query.toString().replaceAll('%2C', ','); // a list can be read
  history.replaceState(null, '', text ? `?${text}` : location.pathname);
}
