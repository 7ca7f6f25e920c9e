// Where the site is. A proxy may serve it below a path prefix. The page names the relative path to it.

/** The path of the start page: `/`, or for example `/microgpt/`. */
export const SITE = new URL(document.documentElement.dataset.root, location.href).pathname;

/** The path of the folder of this site's scripts and pictures. */
export const FILES = new URL('../../', import.meta.url).pathname;

/** The name in the path of a page: `s/{session}…`, `embed/s/{session}/…` or `sweeps/{sweep}`. */
export function nameInPath() {
  const path = location.pathname.slice(SITE.length).replace(/^embed\//, '');
  return decodeURIComponent(path.split('/')[1]);
}
