// The dialog that shares a session: it makes links that show the session to people without an API key, lists them, and
// withdraws them.

import { LitElement, css, html, nothing } from 'lit';

import { api } from '../data/api.js';
import { LANGUAGE } from '../data/language.js';
import { texts } from '../data/texts.js';
import { icons } from './icons.js';
import { controls } from './styles.js';
import './dialog.js';

const t = await texts('common');

const DEFAULT_DAYS = 7;
const LONGEST_LABEL = 100; // characters
const DAY = 24 * 60 * 60 * 1000; // ms
const date = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: 'medium', timeStyle: 'short' });

/** The last moment of a day, `2027-01-31`, of this time zone. */
function endOf(day) {
  return new Date(`${day}T23:59:59`).toISOString();
}

/** A day, in this time zone, as fields for dates hold it. */
function dayAfter(days) {
  const time = new Date(Date.now() + days * DAY);
  const twoDigits = (number) => String(number).padStart(2, '0');
  return `${time.getFullYear()}-${twoDigits(time.getMonth() + 1)}-${twoDigits(time.getDate())}`;
}

/** `<mg-share-dialog name="demo">`; `open()` shows it. */
class ShareDialog extends LitElement {
  static properties = {
    name: {},
    shares: { state: true }, // null until they are loaded
    maxDays: { state: true },
    created: { state: true }, // the newest share, with its link; null for none
    said: { state: true },
    failure: { state: true },
    isSending: { state: true },
  };

  static styles = [controls, css`
    .all { display: grid; gap: var(--space-4); }
    form { display: flex; flex-wrap: wrap; align-items: end; gap: var(--space-3); }
    form label { display: grid; gap: var(--space-1); flex: 1 1 160px; min-width: 0; }
    input[type="date"] {
      width: 100%; min-height: 34px; padding: 0 var(--space-2); border: 1px solid var(--edge); border-radius: var(--radius-small);
      background: var(--surface); color: var(--ink); font: var(--text-m)/1.4 var(--font);
    }
    .created { display: flex; flex-wrap: wrap; gap: var(--space-4); padding: var(--space-4); border-radius: var(--radius); background: var(--good-soft); }
    .created .link { display: grid; flex: 1 1 240px; gap: var(--space-2); align-content: start; min-width: 0; }
    .created img { width: 180px; height: 180px; border-radius: var(--radius-small); }
    .row { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2); }
    li { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-1) var(--space-3); padding: var(--space-2) 0; border-top: 1px solid var(--line); }
    li span { flex: 1 1 200px; min-width: 0; overflow-wrap: anywhere; }
    li small { display: block; color: var(--muted); font-size: var(--text-s); }
    h3 { font-size: var(--text-m); }
    @media (pointer: coarse) { input[type="date"] { min-height: 40px; } }
  `];

  constructor() {
    super();
    this.shares = null;
    this.maxDays = 365;
    this.created = null;
    this.said = '';
    this.failure = null;
    this.isSending = false;
  }

  async open() {
    await this.updateComplete;
    const dialog = this.renderRoot.querySelector('mg-dialog');
    await dialog.updateComplete;
    this.created = null;
    this.said = '';
    dialog.open();
    await this.#do(async () => {
      const limits = await api.limits();
      this.maxDays = limits.shareDays;
      await this.#load();
    });
  }

  async #load() {
    this.shares = await api.shares(this.name);
  }

  async #do(action) {
    this.isSending = true;
    try {
      await action();
      this.failure = null;
    } catch (error) {
      this.failure = error;
    } finally {
      this.isSending = false;
    }
  }

  #create(event) {
    event.preventDefault();
    const { label, day } = event.target.elements;
    this.#do(async () => {
      this.created = null;
      this.created = await api.createShare(this.name, { label: label.value.trim(), ...(day.value !== '' && { expiresAt: endOf(day.value) }) });
      label.value = '';
      this.said = t('share.made');
      await this.#load();
      await this.updateComplete;
      this.renderRoot.querySelector('#link').select();
    });
  }

  async #copy() {
    this.said = '';
    try {
      await navigator.clipboard.writeText(this.created.url); // there is none without HTTPS
      this.said = t('link.copied');
    } catch {
      this.renderRoot.querySelector('#link').select();
      this.said = t('share.cannotCopy');
    }
  }

  #withdraw({ id }) {
    this.#do(async () => {
      await api.withdrawShare(this.name, id);
      this.created = this.created?.id === id ? null : this.created;
      this.said = t('share.withdrawn');
      await this.#load();
      this.renderRoot.querySelector('mg-dialog [data-focus]').focus(); // the button is gone
    });
  }

  render() {
    return html`
      <mg-dialog heading=${t('header.share')}>
        <div class="all">
          <p>${t('share.what')}</p>
          <form @submit=${this.#create}>
            <label>${t('share.name')} <input type="text" name="label" maxlength=${LONGEST_LABEL} autocomplete="off" placeholder=${t('share.optional')} data-focus></label>
            <label>${t('share.until')}
              <input type="date" name="day" min=${dayAfter(0)} max=${dayAfter(this.maxDays - 1)} .defaultValue=${dayAfter(Math.min(DEFAULT_DAYS, this.maxDays - 1))}></label>
            <button class="primary" ?disabled=${this.isSending}>${t('share.make')}</button>
          </form>
          ${this.failure ? html`<p class="error" role="alert">${this.failure.message}</p>` : nothing}
          ${this.created === null ? nothing : this.#renderCreated()}
          <p class="hint" role="status">${this.said}</p>
          ${this.#renderShares()}
        </div>
      </mg-dialog>`;
  }

  #renderCreated() {
    const { url, qrCode } = this.created;
    return html`
      <div class="created">
        <div class="link">
          <label for="link">${t('share.once')}</label>
          <input id="link" type="text" readonly .value=${url}>
          <div class="row"><button @click=${this.#copy}>${icons.copy} ${t('link.heading')}</button></div>
        </div>
        <img src="data:image/svg+xml,${encodeURIComponent(qrCode)}" alt=${t('share.qrCode')} width="180" height="180">
      </div>`;
  }

  #renderShares() {
    if (this.shares === null || this.shares.length === 0) {
      return this.shares === null ? nothing : html`<p class="muted">${t('share.none')}</p>`;
    }
    return html`
      <section aria-labelledby="links">
        <h3 id="links">${t('share.links')}</h3>
        <ul>${this.shares.map((share) => html`
          <li><span>${share.label || t('share.nameless')}<small>${t('share.validUntil', { time: date.format(new Date(share.expiresAt)) })}</small></span>
            <button class="danger" ?disabled=${this.isSending} aria-label=${t('share.withdrawLabel', { hasName: share.label !== '', name: share.label })}
              @click=${() => this.#withdraw(share)}>${icons.trash} ${t('share.withdraw')}</button></li>`)}</ul>
      </section>`;
  }
}

customElements.define('mg-share-dialog', ShareDialog);
