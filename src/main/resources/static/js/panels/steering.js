// The panel that changes training options while a model trains, and creates forks: from any keyframe, or as a control
// twin that continues without the change.

import { css, html, nothing } from 'lit';

import { number, plural, typedNumber } from '../data/format.js';
import { learningRateAfter, learningRateOf } from '../data/learning-rate.js';
import { availableName, availableTwinName } from '../data/session-names.js';
import { describedOptions, isUsedBy, withDefaults } from '../data/session-options.js';
import { SITE } from '../data/site.js';
import { texts } from '../data/texts.js';
import { field } from '../components/field.js';
import { icons } from '../components/icons.js';
import { Panel } from '../components/panel.js';

const t = await texts('panels');

const FIRST = ['learningRate', 'numSteps', 'batchSize'];

class SteeringPanel extends Panel {
  static heading = t('steering.heading');
  static about = t('steering.about');

  static properties = {
    drafts: { state: true }, // typed but not yet applied values, by option
    problem: { state: true },
    note: { state: true },
    wantsTwin: { state: true },
    twin: { state: true }, // {name, left} of the newest one; null
    forkDraft: { state: true }, // the typed name; null for the suggested one
    forkProblem: { state: true },
    fork: { state: true }, // the view of the newest fork; null
    taken: { state: true }, // the names of all sessions; null until they are requested
  };

  static styles = [Panel.styles, css`
    form { display: grid; gap: var(--space-3); }
    form + form { margin-top: var(--space-4); padding-top: var(--space-3); border-top: 1px solid var(--line); }
    h3 { font-size: var(--text-m); }
    .field { display: grid; gap: var(--space-1); }
    .row { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2); }
    .row input { flex: 1 1 120px; width: auto; }
    .now { display: grid; gap: 2px; padding: var(--space-2) var(--space-3); border-radius: var(--radius-small); background: var(--sunken); font-size: var(--text-s); }
    .now p { display: flex; justify-content: space-between; gap: var(--space-2); }
    .now strong { font-variant-numeric: tabular-nums; }
    .notice { padding: var(--space-2) var(--space-3); font-size: var(--text-s); }
    summary { width: fit-content; color: var(--accent); font-size: var(--text-s); font-weight: 600; cursor: pointer; }
    .more { display: grid; gap: var(--space-3); padding-top: var(--space-3); }
    .check { display: flex; align-items: flex-start; gap: var(--space-2); }
    .check input { flex: none; margin-top: 2px; }
    .check span { display: block; }
    .done { overflow-wrap: anywhere; font-size: var(--text-s); }
  `];

  constructor() {
    super();
    this.drafts = {};
    this.problem = null;
    this.note = '';
    this.wantsTwin = false;
    this.twin = null;
    this.forkDraft = null;
    this.forkProblem = null;
    this.fork = null;
    this.taken = null;
  }

  willUpdate() {
    if (this.live !== undefined && this.taken === null) {
      this.taken = new Set();
      this.#loadNames();
    }
  }

  get #options() {
    return withDefaults(this.view.options, this.live.limits);
  }

  get #steerable() {
    return describedOptions(this.live.limits)
      .filter((option) => option.steerable && isUsedBy(this.#options, option));
  }

  async #loadNames() {
    const sessions = await this.run(this.live.api.sessions());
    this.taken = new Set(sessions?.map(({ name }) => name));
  }

  async #apply(event) {
    event.preventDefault();
    const isChoice = (name) => this.#steerable.find((option) => option.name === name)?.choices !== undefined;
    const changes = Object.fromEntries(
      Object.entries(this.drafts).filter(([, text]) => text.trim() !== '')
        .map(([name, text]) => [name, isChoice(name) ? text : typedNumber(text)]));
    const wrong = Object.keys(changes).find((name) => Number.isNaN(changes[name]));
    if (wrong !== undefined) {
      this.problem = { field: wrong, message: t('mustBeNumber') };
      return;
    }
    try {
      await (this.wantsTwin ? this.#steerWithTwin(changes) : this.#steer(changes));
      this.drafts = {};
      this.problem = null;
    } catch (problem) {
      this.problem = problem;
    }
  }

  async #steer(changes) {
    await this.live.steer(changes);
    this.note = t('steering.changed', { step: this.view.step });
  }

  async #steerWithTwin(changes) {
    await this.#loadNames();
    const name = availableTwinName(this.live.name, this.taken);
    const { step, left } = await this.live.steerWithTwin(changes, name);
    this.note = t('steering.changed', { step });
    this.twin = { name, left };
    this.wantsTwin = false;
    await this.#loadNames();
  }

  async #fork(event) {
    event.preventDefault();
    try {
      this.fork = await this.live.fork(this.#forkName, this.at);
      this.forkProblem = null;
      this.forkDraft = null;
    } catch (problem) {
      this.forkProblem = problem;
    }
    await this.#loadNames(); // with the new fork, or one created elsewhere
  }

  get #forkName() {
    return this.forkDraft?.trim() ?? availableName(this.live.name, this.taken);
  }

  renderBody() {
    return html`${this.#steering()} ${this.#forking()}`;
  }

  #steering() {
    const { step } = this.view;
    const options = this.#options;
    const rate = learningRateAfter(step, options);
    const steerable = this.#steerable;
    const isFieldless = this.problem && !steerable.some(({ name }) => name === this.problem.field);
    return html`
      <form novalidate @submit=${this.#apply}>
        <div class="now">
          <p><span>${t('steering.nextRate')}</span><strong>${number(rate)}</strong></p>
          ${options.schedule === 'constant' ? nothing : html`<p><span>${t('steering.until', { rate: number(options.minLearningRate) })}</span>
            <strong>${t('steering.left', { left: Math.max(0, options.numSteps - step), all: options.numSteps })}</strong></p>`}
          ${this.at ? html`<p><span>${t('steering.rateOf', { step: this.at })}</span><strong>${this.#rateOf(this.at)}</strong></p>` : nothing}
        </div>
        ${rate === 0 ? html`<p class="notice warn">${t('steering.rateIsZero', { steps: plural(step, 'step') })}</p>` : nothing}
        ${this.at === null ? nothing : html`<p class="hint">${t('steering.atNewest')}</p>`}
        ${steerable.filter(({ name }) => FIRST.includes(name)).map((option) => this.#field(option))}
        <details ?open=${steerable.some(({ name }) => !FIRST.includes(name) && name === this.problem?.field)}>
          <summary>${t('steering.more')}</summary>
          <div class="more">${steerable.filter(({ name }) => !FIRST.includes(name)).map((option) => this.#field(option))}</div>
        </details>
        ${isFieldless ? html`<p class="error" role="alert">${this.problem.message}</p>` : nothing}
        ${this.#twinOffer()}
        <div class="row">
          <button class="primary" ?disabled=${Object.keys(this.drafts).length === 0}>${t('steering.apply')}</button>
          <span class="hint" role="status">${this.note}</span>
        </div>
        ${this.twin === null ? nothing : html`<p class="done">${t.html('steering.twin', {
          twin: html`<a href="${SITE}s/${this.twin.name}">${this.twin.name}</a>`, trains: this.twin.left > 0, steps: this.twin.left,
        })}</p>`}
      </form>`;
  }

  #rateOf(step) {
    const rate = learningRateOf(step, this.live.schedule);
    return rate === null ? '–' : number(rate);
  }

  #twinOffer() {
    const run = this.live.activeRun;
    const left = run === null ? 0 : run.steps - run.stepsDone;
    return html`
      <label class="check"><input type="checkbox" .checked=${this.wantsTwin}
          @change=${(event) => { this.wantsTwin = event.target.checked; }}>
        <span>${t('steering.twinFirst')}
          <span class="hint">${t('steering.twinHint', { trains: left > 0 })}</span></span>
      </label>`;
  }

  #forking() {
    const place = { isNow: this.at === null, step: this.at ?? 0 };
    return html`
      <form novalidate @submit=${this.#fork} aria-labelledby="fork">
        <h3 id="fork">${t('steering.fork', place)}</h3>
        <p class="hint">${t('steering.forkHint', place)}</p>
        <div class="row">
          <input aria-label=${t('steering.forkName')} autocomplete="off" spellcheck="false" .value=${this.#forkName}
            aria-invalid=${this.forkProblem ? 'true' : nothing} aria-describedby=${this.forkProblem ? 'fork-error' : nothing}
            @input=${(event) => { this.forkDraft = event.target.value; }}>
          <button ?disabled=${this.view.numParams === undefined}>${icons.fork} ${t('steering.forkHere')}</button>
        </div>
        ${this.forkProblem ? html`<p class="error" id="fork-error" role="alert">${this.forkProblem.message}</p>` : nothing}
        <p class="done" role="status">${this.fork === null ? nothing : t.html('steering.forked', {
          fork: html`<a href="${SITE}s/${this.fork.name}">${this.fork.name}</a>`, step: this.fork.step,
        })}</p>
      </form>`;
  }

  table() {
    const options = this.#options;
    return { columns: [t('columns.option'), t('columns.value')], rows: this.#steerable.map(({ name }) => [name, options[name]]) };
  }

  #field({ name, label, hint, choices }) {
    const value = this.drafts[name] ?? String(this.#options[name]);
    const change = (event) => { this.drafts = { ...this.drafts, [name]: event.target.value }; this.note = ''; };
    return field({
      name,
      label,
      apiName: name,
      hint,
      error: this.problem?.field === name ? this.problem.message : null,
      control: ({ id, describedBy, invalid }) => choices
        ? html`<select id=${id} name=${name} aria-describedby=${describedBy} aria-invalid=${invalid} @change=${change}>
            ${choices.map((choice) => html`<option value=${choice.value} .selected=${choice.value === value}>${choice.text}</option>`)}
          </select>`
        : html`<input id=${id} name=${name} inputmode="decimal" autocomplete="off" .value=${value}
            aria-describedby=${describedBy} aria-invalid=${invalid} @input=${change}>`,
    });
  }
}

customElements.define('mg-steering-panel', SteeringPanel);
