// A card that shows one session: its state, its progress, and samples of what it writes.

import { LitElement, css, html, nothing } from 'lit';

import { activeRun, api } from '../../data/api.js';
import { forkBefore } from '../../data/fork-before.js';
import { compact, count, loss, rate, typedNumber } from '../../data/format.js';
import { numStepsFor } from '../../data/learning-rate.js';
import { loadLosses } from '../../data/load-losses.js';
import { LossStore, meanOfLast } from '../../data/loss-store.js';
import { nonDefaultOptions } from '../../data/session-options.js';
import { SITE } from '../../data/site.js';
import { texts } from '../../data/texts.js';
import { icons } from '../../components/icons.js';
import { saveBlob } from '../../components/save-file.js';
import { stateChip } from '../../components/state-chip.js';
import { controls } from '../../components/styles.js';
import '../../components/sparkline.js';

const t = await texts('sessions');

const POINTS = 100;
const NEWEST = 100; // steps over which the loss is averaged
const SAMPLE_EVERY = 8000; // ms
const SAMPLES = 3;

/**
 * `<mg-session-card .session=${view} .options=${described}>` sends `clone`, `continue` (with other documents), `delete`, `load` (documents) and `select` (whether it is to be compared) for the page to handle,
 * `changed` after a command, and `failed` with an error. It sends requests only while it is visible.
 */
class SessionCard extends LitElement {
  static properties = {
    session: { attribute: false },
    options: { attribute: false }, // as described, or [] while that is not known
    isLost: { attribute: false }, // whether the server does not respond, so that the session is the last known one
    isSelected: { attribute: false },
    isSelectable: { attribute: false }, // false when as many sessions are selected as can be compared
    points: { state: true },
    newest: { state: true }, // the mean loss of the newest steps
    samples: { state: true },
  };

  static styles = [controls, css`
    :host { display: block; }
    article {
      display: flex;
      flex-direction: column;
      gap: var(--space-3);
      height: 100%;
      padding: var(--space-4);
      border: 1px solid var(--line);
      border-radius: var(--radius);
      background: var(--surface);
      box-shadow: 0 1px 3px var(--shadow);
    }
    .top { display: flex; align-items: center; justify-content: space-between; gap: var(--space-2); }
    .top input { flex: none; }
    h2 { flex: 1; min-width: 0; font-size: var(--text-l); line-height: 1.3; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    h2 a { color: inherit; text-decoration: none; }
    h2 a:hover { text-decoration: underline; }
    dl { display: grid; grid-template-columns: repeat(3, 1fr); gap: var(--space-2); }
    dt { color: var(--muted); font-size: var(--text-xs); }
    dl div { min-width: 0; }
    dd { overflow: hidden; text-overflow: ellipsis; font-size: var(--text-l); font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .options { display: flex; flex-wrap: wrap; gap: var(--space-1); }
    .options li { padding: 1px var(--space-2); border-radius: var(--radius-small); background: var(--sunken); font: var(--text-xs)/1.6 var(--mono); color: var(--muted); }
    .samples { min-height: 1.5em; overflow-wrap: anywhere; font: var(--text-s)/1.5 var(--mono); }
    .samples .muted { font-family: var(--font); }
    .warnings { display: grid; gap: var(--space-1); font-size: var(--text-s); overflow-wrap: anywhere; }
    .warnings li { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-1) var(--space-2); padding: var(--space-1) var(--space-2); border-radius: var(--radius-small); background: var(--warn-soft); color: var(--warn); }
    .warnings li.loss_unusual { background: var(--bad-soft); color: var(--bad); }
    .warnings span { flex: 1 1 160px; min-width: 0; }
    form { display: flex; flex-wrap: wrap; gap: var(--space-2); margin-top: auto; padding-top: var(--space-2); }
    input.steps { width: 0; flex: 1 1 90px; min-width: 70px; max-width: 130px; }
    .tools { display: flex; gap: var(--space-2); margin-left: auto; }
  `];

  #isVisible = false;
  #observer = new IntersectionObserver(([entry]) => {
    this.#isVisible = entry.isIntersecting;
    this.#refresh();
  });
  #shown = { step: -1, createdAt: null };
  #sampled = { step: -1, at: 0 };
  #isRefreshing = false;

  connectedCallback() {
    super.connectedCallback();
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#observer.disconnect();
  }

  updated(changed) {
    if (changed.has('session')) {
      this.#refresh();
    }
  }

  async #refresh() {
    const { step, createdAt, state } = this.session;
    const isNew = step !== this.#shown.step || createdAt !== this.#shown.createdAt
      || (state !== 'training' && state !== 'failed' && step > 0 && this.#sampled.step !== step); // the last samples were not due
    if (!this.#isVisible || this.#isRefreshing || !isNew) {
      return;
    }
    this.#isRefreshing = true;
    try {
      const { name } = this.session;
      const losses = new LossStore();
      losses.add(step > 0 ? await loadLosses(name, 0, POINTS, { exactSteps: NEWEST }) : { buckets: [] });
      this.newest = meanOfLast(losses.finest, NEWEST);
      this.points = losses.points(POINTS);
      const isDue = Date.now() - this.#sampled.at > SAMPLE_EVERY || state !== 'training';
      if (step > 0 && state !== 'failed' && isDue) {
        this.#sampled = { step, at: Date.now() };
        this.samples = (await api.generate(name, { seed: step % 1000, count: SAMPLES })).map(({ text }) => text);
      } else if (step === 0) {
        this.samples = undefined;
      }
      this.#shown = { step, createdAt };
    } catch {
      // the session was deleted or restarted, or the server is unreachable: the list of sessions shows it
    } finally {
      this.#isRefreshing = false;
    }
  }

  #send(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  async #do(action) {
    try {
      await action();
    } catch (error) {
      this.#send('failed', error);
    }
    this.#send('changed');
  }

  #train(event) {
    event.preventDefault();
    const steps = typedNumber(event.target.elements.steps.value);
    this.#do(() => api.startRun(this.session.name, { steps, numSteps: numStepsFor(steps, this.session) }));
  }

  #steerRun(call) {
    this.#do(async () => {
      const run = await activeRun(this.session.name);
      if (run !== null) {
        await call(this.session.name, run.id);
      }
    });
  }

  #save() {
    const { name } = this.session;
    this.#do(async () => saveBlob(await api.bundle(name), `${name}.zip`));
  }

  render() {
    const { name, state, step, stepsPerSecond, options, numParams, numDocs } = this.session;
    const differing = nonDefaultOptions(options, this.options);
    return html`
      <article aria-labelledby="name">
        <div class="top">
          <h2 id="name"><a href="${SITE}s/${name}">${name}</a></h2>
          ${stateChip(state, !this.isLost)}
          <input type="checkbox" aria-label=${t('card.compare', { name })} title=${t('card.select')} .checked=${this.isSelected}
            ?disabled=${!this.isSelected && !this.isSelectable}
            @change=${(event) => this.#send('select', event.target.checked)}>
        </div>
        <mg-sparkline .points=${this.points}></mg-sparkline>
        <dl>
          <div><dt>${t('card.step')}</dt><dd title=${count(step)}>${step < 1e6 ? count(step) : compact(step)}</dd></div>
          <div><dt>${t('card.loss')}</dt><dd>${loss(this.newest)}</dd></div>
          <div><dt>${t('card.speed')}</dt><dd>${stepsPerSecond > 0 && !this.isLost ? rate(stepsPerSecond) : '–'}</dd></div>
        </dl>
        <p class="samples">${this.samples
          ? html`<span class="visually-hidden">${t('card.writes')} </span>${this.samples.join(' · ')}`
          : html`<span class="muted">${this.#hint(state, step)}</span>`}</p>
        <ul class="options" aria-label=${t('card.options')}>
          ${numParams ? html`<li>${t('card.parameters', { number: compact(numParams) })}</li><li>${t('card.documents', { number: compact(numDocs) })}</li>` : nothing}
          ${differing.map(([option, value]) => html`<li>${option} ${value}</li>`)}
        </ul>
        ${this.#warnings()}
        ${this.#actions()}
      </article>`;
  }

  #warnings() {
    const { warnings = [], diverging, name } = this.session;
    return warnings.length === 0 ? nothing : html`
      <ul class="warnings" aria-label=${t('card.warnings')}>${warnings.map(({ code, message }) => html`
        <li class=${code} title=${message}><span>${code === 'loss_unusual'
          ? t('card.diverging', { step: diverging.step, loss: loss(diverging.loss) }) : this.#words(code, message)}</span>
          ${code === 'loss_unusual' ? html`<button type="button" aria-label=${t('card.forkOf', { name })}
            @click=${() => this.#do(() => forkBefore(name, diverging.step))}>${icons.fork} ${t('card.fork')}</button>` : nothing}</li>`)}
      </ul>`;
  }

  #words(code, message) {
    return code === 'learning_rate_zero' ? t('card.rateIsZero')
      : `${message[0].toUpperCase()}${message.slice(1)}`;
  }

  #hint(state, step) {
    if (state === 'failed') {
      return t('card.failed');
    }
    return state === 'created' ? t('card.noDocuments') : step === 0 ? t('card.untrained') : '';
  }

  #actions() {
    const { name, state } = this.session;
    const train = html`
      <input class="steps" name="steps" inputmode="numeric" value="1000" aria-label=${t('card.steps', { name })}>
      <button class="primary" aria-label=${t('card.trainLabel', { name })}>${icons.play} ${t('card.train')}</button>`;
    const pause = html`<button class="primary" type="button" aria-label=${t('card.pauseLabel', { name })}
      @click=${() => this.#steerRun(api.pauseRun)}>${icons.pause} ${t('card.pause')}</button>`;
    const resume = html`<button class="primary" type="button" aria-label=${t('card.resumeLabel', { name })}
      @click=${() => this.#steerRun(api.resumeRun)}>${icons.play} ${t('card.resume')}</button>`;
    const cancel = html`<button type="button" aria-label=${t('card.cancelLabel', { name })}
      @click=${() => this.#steerRun(api.cancelRun)}>${t('cancel')}</button>`;
    const load = html`<button class="primary" type="button" aria-label=${t('card.loadLabel', { name })}
      @click=${() => this.#send('load')}>${icons.plus} ${t('card.load')}</button>`;
    const restart = html`<button type="button" aria-label=${t('card.startAgainLabel', { name })}
      @click=${() => this.#send('load')}>${t('create.startAgain')}</button>`;
    const forms = { created: load, ready: train, training: [pause, cancel], paused: [resume, cancel], failed: restart };
    return html`
      <form @submit=${this.#train}>
        ${forms[state]}
        <span class="tools">
        <button type="button" class="quiet icon" title=${t('card.otherDocuments')} aria-label=${t('continue.heading', { name })}
          ?disabled=${state === 'created' || state === 'failed'} @click=${() => this.#send('continue')}>${icons.documents}</button>
        <button type="button" class="quiet icon" title=${t('clone.clone')} aria-label=${t('clone.heading', { name })}
          ?disabled=${state === 'created' || state === 'failed'} @click=${() => this.#send('clone')}>${icons.copy}</button>
        <button type="button" class="quiet icon" title=${t('card.saveTitle')} aria-label=${t('card.saveLabel', { name })}
          ?disabled=${state === 'created' || state === 'failed'} @click=${this.#save}>${icons.save}</button>
        <button type="button" class="quiet icon" title=${t('delete.delete')} aria-label=${t('card.deleteLabel', { name })}
          @click=${() => this.#send('delete')}>${icons.trash}</button>
        </span>
      </form>`;
  }
}

customElements.define('mg-session-card', SessionCard);
