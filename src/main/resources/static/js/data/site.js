// Where the site is. A proxy may serve it below a path prefix, which the URL of this script reveals.

/** The path of the start page: `/`, or for example `/microgpt/`. */
export const SITE = new URL('../../', import.meta.url).pathname;

/** The name in the path of a page: `s/{session}…` or `sweeps/{sweep}`. */
export function nameInPath() {
  return decodeURIComponent(location.pathname.slice(SITE.length).split('/')[1]);
}
