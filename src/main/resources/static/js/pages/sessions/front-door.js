// The top of the start page: what this is, a live picture of it, and three ways in.

import { LitElement, css, html, nothing } from 'lit';

import { proposedName } from '../../data/session-names.js';
import { SITE } from '../../data/site.js';
import { texts } from '../../data/texts.js';
import { icons } from '../../components/icons.js';
import { controls } from '../../components/styles.js';
import { createTraining } from './create-training.js';
import './learning-replay.js';

const t = await texts('sessions');

const DEMO = 'names'; // the session that the service creates when it starts for the first time
const STEPS = 10_000;

/** The session that shows what this is: the demonstration, or else one that trains or has trained; null if there is none. */
function demoOf(sessions) {
  const trained = sessions.filter(({ state, step }) => step > 0 && state !== 'failed');
  return trained.find(({ name }) => name === DEMO) ?? trained.find(({ state }) => state === 'training') ?? trained[0] ?? null;
}

/** `<mg-front-door .sessions=${views, null while they are loaded}>` sends `create` when the user wants to train on their own list, and `failed` with an error. */
class FrontDoor extends LitElement {
  static properties = {
    sessions: { attribute: false },
    isBusy: { state: true },
  };

  static styles = [controls, css`
    :host { display: block; container-type: inline-size; }
    section { display: grid; gap: var(--space-5); margin-bottom: var(--space-6); }
    .words { display: grid; align-content: center; gap: var(--space-4); }
    h1 { max-width: 24ch; font-size: 32px; line-height: 1.15; letter-spacing: -0.02em; text-wrap: balance; }
    .words > p { max-width: 60ch; color: var(--muted); font-size: var(--text-l); }
    .room { min-height: 320px; } /* of the picture, so that nothing moves when it comes */
    .ways { display: flex; flex-wrap: wrap; gap: var(--space-2); }
    @container (min-width: 800px) { section.pictured { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); } }
    @container (max-width: 480px) { h1 { font-size: 26px; } .ways > * { flex: 1 1 100%; } }
  `];

  constructor() {
    super();
    this.isBusy = false;
  }

  /** Creates a session to visit, where there is none yet. */
  async #createDemo(page) {
    this.isBusy = true;
    try {
      const name = proposedName(DEMO, new Set(this.sessions.map((session) => session.name)));
      await createTraining(name, { dataset: DEMO, numSteps: STEPS }, STEPS);
      location.assign(`${SITE}s/${name}${page}`);
    } catch (error) {
      this.dispatchEvent(new CustomEvent('failed', { detail: error }));
    } finally {
      this.isBusy = false;
    }
  }

  render() {
    const isLoading = this.sessions === null;
    const demo = demoOf(this.sessions ?? []);
    const training = this.sessions?.find(({ state }) => state === 'training') ?? null;
    return html`
      <section class=${demo === null && !isLoading ? '' : 'pictured'}>
        <div class="words">
          <h1>${t('door.heading')}</h1>
          <p>${t('door.what')}</p>
          <div class="ways">
            ${this.#way(demo, '/tour', t('door.tour'))}
            <button class="primary" @click=${() => this.dispatchEvent(new Event('create'))}>${icons.plus} ${t('door.own')}</button>
            ${training === null && demo !== null ? this.#way(demo, '?replay=1', t('door.replay'))
              : this.#way(training, '', t('door.live'))}
          </div>
        </div>
        ${isLoading ? html`<div class="room"></div>` : demo === null ? nothing : html`<mg-learning-replay class="room" .session=${demo}></mg-learning-replay>`}
      </section>`;
  }

  /** A link to a page of a session, or a button that creates one first. */
  #way(session, page, words) {
    return session !== null ? html`<a class="button" href="${SITE}s/${session.name}${page}">${words}</a>`
      : html`<button ?disabled=${this.isBusy || this.sessions === null} @click=${() => this.#createDemo(page)}>${words}</button>`;
  }
}

customElements.define('mg-front-door', FrontDoor);
