// The query of the page's URL, where panels keep what they show.

export function queryValue(name) {
  return new URLSearchParams(location.search).get(name);
}

/** Sets a value; null or an empty one takes it out. */
export function setQueryValue(name, value) {
  const query = new URLSearchParams(location.search);
  if (value === null || value === '') {
    query.delete(name);
  } else {
    query.set(name, value);
  }
  history.replaceState(null, '', query.size > 0 ? `?${query}` : location.pathname);
}
