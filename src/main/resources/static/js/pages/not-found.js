// The page for an address where there is nothing.

import { css, html } from 'lit';

import { SITE } from '../data/site.js';
import { Page } from './base/page.js';

class NotFoundPage extends Page {
  static help = 'There is no page at this address.';

  static styles = [Page.styles, css`
    section { display: grid; justify-items: center; gap: var(--space-4); padding: 14vh var(--space-4); text-align: center; }
    p { max-width: 52ch; color: var(--muted); overflow-wrap: anywhere; }
  `];

  renderMain() {
    return html`
      <section>
        <h1>There is no page at this address</h1>
        <p><span class="mono">${location.pathname}</span> may be mistyped, or the link may be out of date.</p>
        <a class="button primary" href=${SITE}>Go to the start page</a>
      </section>`;
  }
}

customElements.define('mg-not-found-page', NotFoundPage);
