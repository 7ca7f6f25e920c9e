// Where the site is. A proxy may put a path before all of its own; scripts are below it, so theirs tells it.

/** The path of the first page: `/`, or such as `/microgpt/`. */
export const SITE = new URL('../', import.meta.url).pathname;

/** The name of the session that the page `s/{name}…` is about. */
export function nameInPath() {
  return decodeURIComponent(location.pathname.slice(SITE.length).split('/')[1]);
}
