// HTML that embeds a panel of the Live page into pages of other sites.

import { apiKey } from './api-key.js';
import { share } from './share.js';
import { SITE } from './site.js';

const WIDTH = 640;
const HEIGHT = 480;
const OF_THE_PAGE = ['panel', 'panels', 'replay']; // in the query of the Live page, and not about one panel

/** Whether the service lets other sites embed panels; `page.html` says so. */
export const allowsEmbeds = document.querySelector('meta[name="microgpt-embeds"]') !== null;

/** Whether a frame needs the token of a share that the page does not have. */
export const needsToken = () => share.token === null && apiKey() !== null;

/** An `<iframe>` that shows a panel as it is now; with `#share=TOKEN` to be replaced if it `needsToken()`. */
export function embedCode(session, panel) {
  const query = new URLSearchParams(location.search);
  OF_THE_PAGE.forEach((name) => query.delete(name));
  const search = query.size > 0 ? `?${query}` : '';
  const fragment = needsToken() ? '#share=TOKEN' : share.fragment;
  const address = `${location.origin}${SITE}embed/s/${encodeURIComponent(session)}/${panel}${search}${fragment}`;
  const title = `${session}: ${panel}`;
  return `<iframe src="${address.replaceAll('&', '&amp;')}" title="${title}" width="${WIDTH}" height="${HEIGHT}" style="border:0"></iframe>`;
}
