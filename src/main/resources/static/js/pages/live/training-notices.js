// What is wrong with the training of a session, or probably not as wanted, and what can be done about it.

import { LitElement, css, html, nothing } from 'lit';

import { count, loss } from '../../data/format.js';
import { forkBefore } from '../../data/fork-before.js';
import { share } from '../../data/share.js';
import { SITE } from '../../data/site.js';
import { texts } from '../../data/texts.js';
import { icons } from '../../components/icons.js';
import { controls } from '../../components/styles.js';

const t = await texts('live');

// Shown in other words here, or next to the buttons that they are about.
const SHOWN_ELSEWHERE = ['learning_rate_zero', 'loss_unusual'];

/** `<mg-training-notices .live .view>` sends `failed` with an error, null after a success. */
class TrainingNotices extends LitElement {
  static properties = {
    live: { attribute: false },
    view: { attribute: false },
  };

  static styles = [controls, css`
    :host { display: grid; gap: var(--space-2); margin-top: var(--space-2); }
    :host([hidden]) { display: none; }
    .notice { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2) var(--space-3); margin: 0; padding: var(--space-2) var(--space-3); font-size: var(--text-s); }
    .notice span { flex: 1 1 260px; min-width: 0; overflow-wrap: anywhere; }
  `];

  async #do(action) {
    try {
      await action();
      this.#send(null);
    } catch (error) {
      this.#send(error);
    }
  }

  #send(failure) {
    this.dispatchEvent(new CustomEvent('failed', { detail: failure }));
  }

  #forkBefore(step) {
    this.#do(async () => {
      const { name } = await forkBefore(this.live.name, step);
      location.assign(`${SITE}s/${name}`);
    });
  }

  render() {
    const notices = this.#notices();
    this.hidden = notices.length === 0;
    return notices;
  }

  #notices() {
    const { state, diverging, warnings = [] } = this.view;
    return [
      state === 'failed' ? this.#failed() : diverging === undefined ? null : this.#diverging(diverging),
      ...warnings.filter(({ code }) => !SHOWN_ELSEWHERE.includes(code))
        .map(({ message }) => html`<p class="notice warn"><span>${message[0].toUpperCase()}${message.slice(1)}.</span></p>`),
    ].filter((notice) => notice !== null);
  }

  #diverging({ step, loss: mean }) {
    return html`
      <p class="notice bad" role="status">
        <span>${t('notices.diverging', { step: count(step), mean: loss(mean) })}</span>
        ${this.#forkButton(step)}
      </p>`;
  }

  #forkButton(step) {
    return share.token === null
      ? html`<button @click=${() => this.#forkBefore(step)}>${icons.fork} ${t('notices.fork')}</button>` : nothing;
  }

  #failed() {
    const { failure, step } = this.view;
    const last = this.live.stops.at(-1);
    const from = this.view.diverging?.step ?? failure?.step ?? step;
    return html`
      <p class="notice bad" role="status">
        <span>${t('notices.failed', { isKnown: Boolean(failure), step: failure?.step ?? 0 })}</span>
        ${last === undefined ? nothing : html`
          <button @click=${() => this.#do(() => this.live.viewAt(last))}>${t('notices.look')}</button>`}
        ${this.#forkButton(from)}
      </p>`;
  }
}

customElements.define('mg-training-notices', TrainingNotices);
