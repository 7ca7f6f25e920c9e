// The page for an address where there is nothing.

import { css, html } from 'lit';

import { SITE } from '../data/site.js';
import { texts } from '../data/texts.js';
import { Page } from './base/page.js';

const t = await texts('not-found');

class NotFoundPage extends Page {
  static heading = t('title');
  static help = t('help');

  static styles = [Page.styles, css`
    section { display: grid; justify-items: center; gap: var(--space-4); padding: 14vh var(--space-4); text-align: center; }
    p { max-width: 52ch; color: var(--muted); overflow-wrap: anywhere; }
  `];

  renderMain() {
    return html`
      <section>
        <h1>${t('heading')}</h1>
        <p>${t.html('reason', { path: html`<span class="mono">${location.pathname}</span>` })}</p>
        <a class="button primary" href=${SITE}>${t('start')}</a>
      </section>`;
  }
}

customElements.define('mg-not-found-page', NotFoundPage);
