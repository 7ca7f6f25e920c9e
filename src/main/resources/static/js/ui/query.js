// The query of the URL, which holds what a page shows, so that a link shows it again.

/** Changes some of its values; null or '' takes one out. */
export function setQuery(values) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === '') {
      query.delete(name);
    } else {
      query.set(name, value);
    }
  }
  history.replaceState(null, '', query.size > 0 ? `?${query}` : location.pathname);
}
