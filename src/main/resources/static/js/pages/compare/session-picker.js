// The cards of the compared sessions, and a list of the others to add.

import { LitElement, css, html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

import { SITE } from '../../data/site.js';
import { texts } from '../../data/texts.js';
import { icons } from '../../components/icons.js';
import { MOST_SESSIONS, markStyles, sessionMark } from '../../components/session-marks.js';
import { stateChip } from '../../components/state-chip.js';
import { controls } from '../../components/styles.js';

const t = await texts('compare');

/** `<mg-compare-picker .live=${compared} .revision=${n}>` */
class SessionPicker extends LitElement {
  static properties = { live: { attribute: false }, revision: { attribute: false } };

  static styles = [controls, markStyles, css`
    :host { display: block; margin-bottom: var(--space-4); }
    ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(280px, 100%), 1fr)); gap: var(--space-2); margin-bottom: var(--space-3); }
    li { display: flex; align-items: center; gap: var(--space-2) var(--space-3); padding: var(--space-2) var(--space-2) var(--space-2) var(--space-3); border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); box-shadow: 0 1px 3px var(--shadow); }
    .what { flex: 1; min-width: 0; }
    .name { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 600; line-height: 24px; }
    .what a { color: inherit; text-decoration: none; }
    .what a:hover { text-decoration: underline; }
    .what p { overflow-wrap: anywhere; color: var(--muted); font-size: var(--text-s); font-variant-numeric: tabular-nums; }
    form { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2); }
    select { width: auto; min-width: 0; max-width: min(320px, 100%); flex: 0 1 auto; }
    @media (max-width: 600px) { select { flex: 1 1 150px; } }
  `];

  focus() {
    this.renderRoot.querySelector('select')?.focus();
  }

  #add(event) {
    event.preventDefault();
    const name = event.target.elements.name.value;
    if (name) {
      this.live.add(name);
    }
  }

  render() {
    const { entries, all, isFull } = this.live;
    const others = (all ?? []).filter(({ name }) => this.live.entry(name) === undefined);
    return html`
      <h2 class="visually-hidden">${t('picker.heading')}</h2>
      <ul>${repeat(entries, ({ name }) => name, (entry) => this.#card(entry))}</ul>
      ${isFull ? html`<p class="hint">${t('picker.full', { most: MOST_SESSIONS })}</p>`
        : all === null ? nothing
        : others.length === 0 ? html`<p class="hint">${t.html('picker.noOthers', { create: (words) => html`<a href="${SITE}?new=">${words}</a>` })}</p>` : html`
          <form @submit=${this.#add}>
            <select name="name" aria-label=${t('picker.toAdd')}>
              ${repeat(others, ({ name }) => name, ({ name, step }) => html`<option value=${name}>${t('picker.option', { name, step })}</option>`)}
            </select>
            <button class=${entries.length < 2 ? 'primary' : ''}>${icons.plus} ${t('picker.add')}</button>
          </form>`}`;
  }

  #card({ name, slot, status, view, trouble }) {
    return html`
      <li data-session=${name}>
        ${sessionMark(slot)}
        <div class="what">
          ${status === 'absent' ? html`<span class="name">${name}</span><p>${t('picker.absent')}</p>` : html`
            <a class="name" href="${SITE}s/${encodeURIComponent(name)}" title=${name}>${name}</a>
            <p>${view === null ? t('loading') : t('atStep', { step: view.step })}${trouble ? `; ${trouble.message}` : ''}</p>`}
        </div>
        ${view === null ? nothing : stateChip(view.state, !this.live.isLost)}
        <button class="quiet icon" aria-label=${t('picker.removeLabel', { name })} title=${t('picker.remove')} @click=${() => this.live.remove(name)}>${icons.close}</button>
      </li>`;
  }
}

customElements.define('mg-compare-picker', SessionPicker);
