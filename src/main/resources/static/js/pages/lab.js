// The page `/s/{name}/lab`: any text on its way through the model as it is or was, or the computation of one
// training step. The URL holds what is shown: `?text`, `?at` and `?with` for the steps, what `?continue-…` says about
// the continuations, `?show=step`, and what step-anatomy.js adds.

import { css, html, nothing } from 'lit';

import { fixed } from '../data/format.js';
import { inspectedDocumentOf } from '../data/inspected-document.js';
import { texts } from '../data/texts.js';
import { icons } from '../components/icons.js';
import { queryValue, setQuery, wholeNumberInQuery } from '../components/url-query.js';
import { DocumentInUrl } from './base/document-in-url.js';
import { SessionPage } from './base/session-page.js';
import { StepAnatomy } from './lab/step-anatomy.js'; // and <mg-anatomy>
import '../components/step-picker.js';
import './lab/surprisals.js';
import './lab/text-reading.js';

const t = await texts('lab');

const URL_DELAY = 200; // ms without a change until the URL follows: browsers limit how often it may change
const LONGEST = 2000; // characters of a text in the URL
const HEAT = 'continue-temperature'; // in the URL, as the panel of probabilities has a temperature, too
const SEED_IN_URL = 'continue-seed';
const TEMPERATURE = 0.5;
const MOST_HEAT = 2;
const SEED = 1;
const MOST_SEED = 1_000_000;

class LabPage extends SessionPage {
  static page = 'lab';
  static hasPanels = true;
  static help = t('help');
  static keys = [
    ['/', t('keys.type')], ['s', t('keys.other')], ['t', t('keys.switch')],
    ['g', t('keys.continue')], ...StepAnatomy.keys,
  ];

  static properties = {
    text: { state: true },
    at: { state: true },
    other: { state: true }, // the step beside it: {at}, or null for none
    showsStep: { state: true },
    temperature: { state: true },
    seed: { state: true },
    illegible: { state: true }, // the error if the text has a character that the model does not know; or null
  };

  static styles = [SessionPage.styles, css`
    .bar { display: grid; gap: var(--space-3); margin-bottom: var(--space-4); padding: var(--space-4); border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); box-shadow: 0 1px 3px var(--shadow); }
    .tabs { display: flex; gap: var(--space-1); }
    .type input { font: 500 var(--text-l)/1.4 var(--mono); min-height: 44px; }
    .controls { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2) var(--space-4); }
    .controls mg-step-picker { flex: 1 1 340px; }
    .heat { display: flex; align-items: center; gap: var(--space-2); }
    .heat input { width: 110px; }
    .heat output { min-width: 3ch; font-size: var(--text-s); font-variant-numeric: tabular-nums; }
    .columns { display: grid; gap: var(--space-5); }
    @media (min-width: 1000px) { .columns.pair { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
    .column > mg-step-picker { min-height: 40px; margin-bottom: var(--space-2); }
  `];

  #urlTimer = null;
  #document = new DocumentInUrl(inspectedDocumentOf(this.live), false);

  constructor() {
    super();
    this.live.wantsTraces = false;
    this.text = queryValue('text'); // null: one of the session's own
    this.at = wholeNumberInQuery('at');
    this.other = queryValue('with') === null ? null : { at: wholeNumberInQuery('with') };
    this.showsStep = queryValue('show') === 'step';
    const temperature = Number.parseFloat(queryValue(HEAT) ?? '');
    this.temperature = temperature >= 0 && temperature <= MOST_HEAT ? temperature : TEMPERATURE;
    const seed = wholeNumberInQuery(SEED_IN_URL);
    this.seed = seed !== null && seed <= MOST_SEED ? seed : SEED;
    this.illegible = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#document.connect();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#document.disconnect();
    clearTimeout(this.#urlTimer);
  }

  titleOf(name) {
    return t('title', { name });
  }

  get shortcuts() {
    return {
      '/': () => this.#field?.focus(),
      's': () => this.#toggleOther(),
      't': () => this.#show(!this.showsStep),
      'g': () => this.#continueAgain(),
      '[': () => this.#anatomy?.move(-1),
      ']': () => this.#anatomy?.move(1),
    };
  }

  sessionChanged() {
    const { view, status } = this.live;
    if (this.text === null && status === 'present' && view.vocabSize) {
      this.text = this.live.samples.findLast(({ text }) => text !== '')?.text ?? '';
    }
    if (view !== null) {
      this.at = this.#existing(this.at);
      this.other = this.other === null ? null : { at: this.#existing(this.other.at) };
    }
  }

  /** The step, or null for the present if the session has no such step (any longer). */
  #existing(at) {
    return at !== null && at <= this.live.view.step ? at : null;
  }

  get #field() {
    return this.renderRoot.querySelector('#text');
  }

  get #anatomy() {
    return this.renderRoot.querySelector('mg-anatomy');
  }

  #show(step) {
    this.showsStep = step;
    this.#updateUrl();
    if (!step) {
      setQuery({ stage: null, tensor: null, number: null, document: null });
    }
  }

  #toggleOther() {
    this.other = this.other === null ? { at: this.live.stops[0] ?? null } : null;
    this.#updateUrl();
  }

  #type(event) {
    this.text = event.target.value;
    this.#updateUrl();
  }

  #continueAgain() {
    this.seed++;
    this.#updateUrl();
  }

  #updateUrl() {
    clearTimeout(this.#urlTimer);
    this.#urlTimer = setTimeout(() => this.syncUrl(), URL_DELAY);
  }

  syncUrl() {
    clearTimeout(this.#urlTimer);
    setQuery({
      text: this.text === null || this.text.length > LONGEST ? null : this.text,
      at: this.at,
      with: this.other === null ? null : this.other.at ?? 'now',
      [HEAT]: this.temperature === TEMPERATURE ? null : this.temperature,
      [SEED_IN_URL]: this.seed === SEED ? null : this.seed,
      show: this.showsStep ? 'step' : null,
    });
  }

  renderSession() {
    const { view } = this.live;
    const hasModel = view.vocabSize && (view.state !== 'failed' || this.at !== null);
    return html`
      ${this.renderTop()}
      <div class="bar">
        <div class="tabs" role="group" aria-label=${t('show')}>
          <button aria-pressed=${!this.showsStep} @click=${() => this.#show(false)}>${t('aText')}</button>
          <button aria-pressed=${this.showsStep} @click=${() => this.#show(true)}>${t('aStep')}</button>
        </div>
        ${view.vocabSize ? this.showsStep ? this.#stepControls() : this.#textControls() : nothing}
      </div>
      ${hasModel ? this.showsStep
        ? html`<mg-anatomy .live=${this.live} .view=${view} .at=${this.at} .revision=${this.revision}></mg-anatomy>`
        : this.#readings()
        : view.vocabSize
          ? html`<p class="notice bad">${t('failed')}</p>`
          : this.renderNoDocuments()}`;
  }

  #stepPicker(label, at, choose) {
    return html`<mg-step-picker label=${label} .live=${this.live} .view=${this.live.view} .at=${at} .revision=${this.revision}
      @pick=${({ detail }) => { choose(detail); this.#updateUrl(); }}></mg-step-picker>`;
  }

  #stepControls() {
    return html`<div class="controls">${this.#stepPicker(t('pick.stepAfter'), this.at, (at) => { this.at = at; })}</div>`;
  }

  #textControls() {
    return html`
      <div class="type">
        <label for="text">${t('text')}</label>
        <input id="text" type="text" autocomplete="off" autocapitalize="off" spellcheck="false" .value=${this.text ?? ''}
          aria-invalid=${this.illegible !== null} aria-describedby="illegible" @input=${this.#type}>
        <p id="illegible" class="error" role="alert">${this.illegible?.message ?? nothing}</p>
      </div>
      <div class="controls">
        ${this.other === null ? this.#stepPicker(t('pick.model'), this.at, (at) => { this.at = at; }) : nothing}
        <button aria-pressed=${this.other !== null} title="s" @click=${this.#toggleOther}>${t('sideBySide')}</button>
        <span class="heat"><label for="heat">${t('temperature')}</label>
          <input id="heat" type="range" min="0" max=${MOST_HEAT} step="0.1" .value=${String(this.temperature)}
            @input=${(event) => { this.temperature = Number(event.target.value); this.#updateUrl(); }}><output for="heat">${fixed(this.temperature, 1)}</output></span>
        <button title="g" @click=${this.#continueAgain}>${icons.forward} ${t('continueAgain')}</button>
      </div>`;
  }

  #readings() {
    const isPair = this.other !== null;
    const reading = (at) => html`<mg-reading .live=${this.live} .view=${this.live.view} .revision=${this.revision}
      .text=${this.text ?? ''} .at=${at} .temperature=${this.temperature} .seed=${this.seed} .isPair=${isPair}
      @legible=${({ detail }) => { this.illegible = detail; }}></mg-reading>`;
    if (this.text === null) {
      return nothing;
    }
    return html`
      <div class="columns ${isPair ? 'pair' : ''}">
        <section class="column" aria-label=${t('theText')}>
          ${isPair ? this.#stepPicker(t('pick.left'), this.at, (at) => { this.at = at; }) : nothing}
          ${reading(this.at)}
        </section>
        ${isPair ? html`<section class="column" aria-label=${t('theTextElsewhere')}>
          ${this.#stepPicker(t('pick.right'), this.other.at, (at) => { this.other = { at }; })}
          ${reading(this.other.at)}</section>` : nothing}
      </div>`;
  }
}

customElements.define('mg-lab-page', LabPage);
