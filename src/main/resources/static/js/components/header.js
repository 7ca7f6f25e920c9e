// The header of every page: links to the sessions, the sweeps and the API, the theme switch, buttons to copy a link and for help.

import { LitElement, css, html, nothing } from 'lit';

import { SITE } from '../data/site.js';
import { icons } from './icons.js';
import { controls } from './styles.js';
import { theme } from './theme.js';

const THEMES = { system: 'light', light: 'dark', dark: 'system' }; // to the next one
const THEME_ICONS = { system: icons.auto, light: icons.sun, dark: icons.moon };

/** `<mg-header>` sends `link` when the user wants a link to the view, and `help` when they ask for it. */
class Header extends LitElement {
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
    nav { display: flex; align-items: center; gap: var(--space-1); }
    nav a { padding: var(--space-2) var(--space-3); font-size: var(--text-s); font-weight: 500; text-decoration: none; }
    nav a { border-radius: var(--radius-small); color: var(--muted); }
    nav a:hover { background: var(--sunken); color: var(--ink); }
    nav a[aria-current] { background: var(--accent-soft); color: var(--accent); }
    @media (max-width: 600px) { header { padding-inline: var(--space-4); } nav a { padding-inline: var(--space-2); } }
    @media (max-width: 420px) {
      header { padding-inline: var(--space-3); }
      nav { gap: 0; }
      .home span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    }
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

  render() {
    const colours = `Colours: ${theme.choice === 'system' ? 'same as the system' : theme.choice}`;
    const isOfSweeps = location.pathname.startsWith(`${SITE}sweeps`);
    return html`
      <header>
        <a class="home" href=${SITE}><img src="${SITE}img/icon.svg" alt="" width="24" height="24"><span>microgpt</span></a>
        <nav aria-label="Site">
          <a href=${SITE} aria-current=${location.pathname === SITE ? 'page' : nothing}>Sessions</a>
          <a href="${SITE}sweeps" aria-current=${isOfSweeps ? 'page' : nothing}>Sweeps</a>
          <a href="${SITE}swagger-ui.html">API</a>
          <button class="quiet icon" title="Copy a link to this view (c)" aria-label="Copy a link to this view"
            @click=${() => this.dispatchEvent(new Event('link'))}>${icons.link}</button>
          <button class="quiet icon" title=${colours} aria-label=${colours}
            @click=${() => { theme.choice = THEMES[theme.choice]; }}>${THEME_ICONS[theme.choice]}</button>
          <button class="quiet icon" title="Help (?)" aria-label="Help"
            @click=${() => this.dispatchEvent(new Event('help'))}>?</button>
        </nav>
      </header>`;
  }
}

customElements.define('mg-header', Header);
