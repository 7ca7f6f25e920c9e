// The share with which this page was opened: a link `/s/{name}…#share=TOKEN` shows one session, read-only, to who has no
// API key. The token is in the fragment of the address, which browsers do not send; it is kept for the session in the
// session storage, so it is there on the other pages of the session, and gone when the tab is closed.

import { SITE, nameInPath } from './site.js';

const FRAGMENT = /^#share=(share_[\w-]+)$/;
const PAGES = /^(s|embed\/s)\/[^/]+/; // that may be opened with a share

const isPossible = PAGES.test(location.pathname.slice(SITE.length));
const key = isPossible ? `microgpt-share-${nameInPath()}` : '';

/** Sends `end` when the server no longer accepts the token. */
class Share extends EventTarget {
  /** Null if the page was opened without a share. */
  token = isPossible ? tokenInAddress() ?? storedToken() : null;
  hasEnded = false;

  end() {
    if (!this.hasEnded) {
      this.hasEnded = true;
      this.dispatchEvent(new Event('end'));
    }
  }

  /** The fragment that opens another page of the session with the share; empty without a share. */
  get fragment() {
    return this.token === null ? '' : `#share=${this.token}`;
  }
}

/** The token in the fragment, which is moved to the session storage. */
function tokenInAddress() {
  const token = FRAGMENT.exec(location.hash)?.[1] ?? null;
  if (token !== null) {
    try {
      sessionStorage.setItem(key, token);
      history.replaceState(history.state, '', location.pathname + location.search);
    } catch {
      // storage is disabled, as it may be in a frame: the token stays in the address
    }
  }
  return token;
}

function storedToken() {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

export const share = new Share();

// a link to the page that is open changes only its fragment
addEventListener('hashchange', () => {
  const token = isPossible ? tokenInAddress() : null;
  if (token !== null && token !== share.token) {
    location.reload(); // with the other share
  }
});
