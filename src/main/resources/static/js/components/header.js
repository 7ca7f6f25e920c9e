// The header of every page: links to the sessions, the sweeps and the API, the language, the theme switch, buttons to copy
// a link and for help.

import { LitElement, css, html, nothing } from 'lit';

import { LANGUAGE, LANGUAGES } from '../data/language.js';
import { share } from '../data/share.js';
import { FILES, SITE } from '../data/site.js';
import { texts } from '../data/texts.js';
import { icons } from './icons.js';
import { remember } from './remembered.js';
import { controls } from './styles.js';
import { theme } from './theme.js';

const t = await texts('common');

const THEMES = { system: 'light', light: 'dark', dark: 'system' }; // to the next one
const THEME_ICONS = { system: icons.auto, light: icons.sun, dark: icons.moon };

/**
 * `<mg-header>` sends `link` when the user wants a link to the view, and `help` when they ask for it. With `shareable`, it
 * sends `share` when they want to share the session. On a page that was opened with a share, it says so.
 */
class Header extends LitElement {
  static properties = { shareable: { type: Boolean } };

  static styles = [controls, css`
    :host {
      display: block;
      border-bottom: 1px solid var(--line);
      background: var(--surface);
    }
    header {
      display: flex;
      align-items: center;
      gap: var(--space-2);
      max-width: var(--page-width);
      min-height: 52px;
      margin: 0 auto;
      padding: var(--space-1) var(--space-5);
    }
    .home {
      display: flex;
      align-items: center;
      gap: var(--space-2);
      margin-right: auto;
      color: var(--ink);
      font-weight: 650;
      font-size: var(--text-l);
      letter-spacing: -0.01em;
      text-decoration: none;
    }
    nav, .tools { display: flex; align-items: center; gap: var(--space-1); }
    nav a { padding: var(--space-2) var(--space-3); font-size: var(--text-s); font-weight: 500; text-decoration: none; }
    nav a { border-radius: var(--radius-small); color: var(--muted); }
    nav a:hover { background: var(--sunken); color: var(--ink); }
    nav a[aria-current] { background: var(--accent-soft); color: var(--accent); }
    @media (max-width: 600px) { header { padding-inline: var(--space-4); } nav a { padding-inline: var(--space-2); } }
    select { width: auto; min-height: 34px; padding-block: 0; border-color: transparent; background-color: transparent; color: var(--muted); font-size: var(--text-s); }
    @media (max-width: 600px) {
      header { flex-wrap: wrap; }
      nav { order: 1; flex: 1 1 100%; }
    }
    @media (max-width: 420px) { .home span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); } }
  `];

  connectedCallback() {
    super.connectedCallback();
    theme.addEventListener('change', this.#update);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    theme.removeEventListener('change', this.#update);
  }

  #update = () => this.requestUpdate();

  #chooseLanguage({ target }) {
    remember('language', target.value); // read by early.js
    location.reload();
  }

  render() {
    const colours = t('header.colours', { choice: theme.choice });
    const isShared = share.token !== null;
    const logo = html`<img src="${FILES}img/icon.svg" alt="" width="24" height="24"><span>microgpt</span>`;
    const isOfSweeps = location.pathname.startsWith(`${SITE}sweeps`);
    return html`
      <header>
        ${isShared ? html`<span class="home">${logo}</span>` : html`<a class="home" href=${SITE}>${logo}</a>`}
        <nav aria-label=${t('header.site')}>
          ${isShared ? html`<span class="chip" title=${t('header.sharedTitle')}>${t('header.shared')}</span>` : html`
          <a href=${SITE} aria-current=${location.pathname === SITE ? 'page' : nothing}>${t('header.sessions')}</a>
          <a href="${SITE}sweeps" aria-current=${isOfSweeps ? 'page' : nothing}>${t('header.sweeps')}</a>
          <a href="${SITE}swagger-ui.html">API</a>`}
        </nav>
        <div class="tools">
          <select aria-label=${t('header.language')} @change=${this.#chooseLanguage}>${LANGUAGES.map(({ code, name }) => html`
            <option value=${code} lang=${code} ?selected=${code === LANGUAGE}>${name}</option>`)}</select>
          ${this.shareable && !isShared ? html`
            <button class="quiet icon" title=${t('header.share')} aria-label=${t('header.share')}
              @click=${() => this.dispatchEvent(new Event('share'))}>${icons.share}</button>` : nothing}
          <button class="quiet icon" title=${t('header.copyLinkTitle')} aria-label=${t('header.copyLink')}
            @click=${() => this.dispatchEvent(new Event('link'))}>${icons.link}</button>
          <button class="quiet icon" title=${colours} aria-label=${colours}
            @click=${() => { theme.choice = THEMES[theme.choice]; }}>${THEME_ICONS[theme.choice]}</button>
          <button class="quiet icon" title=${t('header.helpTitle')} aria-label=${t('header.help')}
            @click=${() => this.dispatchEvent(new Event('help'))}>?</button>
        </div>
      </header>`;
  }
}

customElements.define('mg-header', Header);
