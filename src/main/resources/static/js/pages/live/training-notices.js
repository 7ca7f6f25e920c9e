// What is wrong with the training of a session, or probably not as wanted, and what can be done about it.

import { LitElement, css, html, nothing } from 'lit';

import { count, loss } from '../../data/format.js';
import { forkBefore } from '../../data/fork-before.js';
import { SITE } from '../../data/site.js';
import { icons } from '../../components/icons.js';
import { controls } from '../../components/styles.js';

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
        <span>Training has been diverging since step ${count(step)}: the mean loss of the last 100 steps is ${loss(mean)}, more
          than twice that of a model that has learned nothing. Fork a step before that, and train with a lower learning rate.</span>
        <button @click=${() => this.#forkBefore(step)}>${icons.fork} Fork an earlier step</button>
      </p>`;
  }

  #failed() {
    const { failure, step } = this.view;
    const last = this.live.stops.at(-1);
    const from = this.view.diverging?.step ?? failure?.step ?? step;
    return html`
      <p class="notice bad" role="status">
        <span>Training has failed${failure ? ` at step ${count(failure.step)}` : ''}: the model’s numbers are no longer finite. Look
          at an earlier step, or fork one and train with a lower learning rate.</span>
        ${last === undefined ? nothing : html`
          <button @click=${() => this.#do(() => this.live.viewAt(last))}>Look at an earlier step</button>`}
        <button @click=${() => this.#forkBefore(from)}>${icons.fork} Fork an earlier step</button>
      </p>`;
  }
}

customElements.define('mg-training-notices', TrainingNotices);
