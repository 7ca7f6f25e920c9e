// Links to the pages of one session.

import { LitElement, css, html, nothing } from 'lit';

import { share } from '../data/share.js';
import { SITE } from '../data/site.js';
import { texts } from '../data/texts.js';
import { controls } from './styles.js';

const t = await texts('common');

/** `<mg-session-nav name="demo" page="lab">`; `page` is live, lab, strings, tour or compare. */
class SessionNav extends LitElement {
  static properties = { name: {}, page: {} };

  static styles = [controls, css`
    :host { display: block; }
    ul { display: flex; flex-wrap: wrap; gap: var(--space-1); }
    a {
      display: block;
      padding: 5px var(--space-3);
      border-radius: var(--radius-small);
      color: var(--muted);
      font-size: var(--text-s);
      font-weight: 500;
      text-decoration: none;
    }
    a:hover { background: var(--sunken); color: var(--ink); }
    a[aria-current] { background: var(--accent-soft); color: var(--accent); }
    @media (pointer: coarse) { a { padding-block: 10px; } }
  `];

  /** Takes the step that is looked at along, and the text from the Live page to the lab and back. */
  #carry(event, page) {
    const query = new URLSearchParams(location.search);
    const textNames = { live: 'hold', lab: 'text' };
    const kept = [['at', query.get('at')], [textNames[page], query.get('hold') ?? query.get('text')]];
    const carried = new URLSearchParams(kept.filter(([name, value]) => name !== undefined && value !== null)).toString();
    if (page in textNames || page === 'strings') {
      event.currentTarget.search = carried;
    }
  }

  render() {
    const path = `${SITE}s/${encodeURIComponent(this.name)}`;
    const pages = [
      ['live', t('nav.live'), path], ['lab', t('nav.lab'), `${path}/lab`],
      ['strings', t('nav.strings'), `${path}/strings`], ['tour', t('nav.tour'), `${path}/tour`],
      ...(share.token !== null ? [] : [['compare', t('nav.compare'), `${SITE}compare?s=${encodeURIComponent(this.name)}`]]), // a share is of one session
    ];
    return html`
      <nav aria-label=${t('nav.session')}><ul>${pages.map(([page, title, link]) => html`
        <li><a href="${link}${share.fragment}" @click=${(event) => this.#carry(event, page)} @auxclick=${(event) => this.#carry(event, page)} aria-current=${page === this.page ? 'page' : nothing}>${title}</a></li>`)}</ul></nav>`;
  }
}

customElements.define('mg-session-nav', SessionNav);
