// Draws texts that fit what is asked for into a list.

import { LitElement, css, html, nothing } from 'lit';

import { api } from '../../data/api.js';
import { count } from '../../data/format.js';
import { texts } from '../../data/texts.js';
import { field } from '../../components/field.js';
import { icons } from '../../components/icons.js';
import { controls } from '../../components/styles.js';
import { queryValue, setQuery } from '../../components/url-query.js';
import { CHOICES, FIELDS, requestOf, setSettingsInUrl, settingsInUrl } from './draw-settings.js';
import { GrowingRows } from './growing-rows.js';
import { partStyles } from './part-styles.js';
import './text-list.js';

const t = await texts('strings');

const DRAWN = 'drawn'; // in the URL: whether texts have been drawn with these settings
const SEEDS = 1_000_000;

/** `<mg-draw-texts .name .view .at=${step, null for the present}>` */
class DrawTexts extends LitElement {
  static properties = {
    name: {},
    view: { attribute: false },
    at: { attribute: false },
    settings: { state: true },
    problem: { state: true },
    isDrawing: { state: true },
    rows: { state: true },
    result: { state: true }, // {step, wanted, wantsNearest, end, isStopped} of the newest list; null before the first; `end` as the API has it
  };

  static styles = [controls, partStyles, css`
    .fields { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: var(--space-3); }
    .fields > :has([name="prompt"], [name="pattern"], .error) { grid-column: 1 / -1; }
    .choices { display: grid; }
    .choices label { display: flex; align-items: center; gap: var(--space-2); min-height: 28px; font-weight: 400; }
    .choices label:has(:disabled) { color: var(--muted); }
    .go { align-self: end; }
  `];

  #abort = null;
  #isOpening = queryValue(DRAWN) !== null; // a link to texts that are still to be drawn

  constructor() {
    super();
    this.settings = settingsInUrl();
    this.problem = null;
    this.isDrawing = false;
    this.rows = [];
    this.result = null;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#abort?.abort();
  }

  firstUpdated() {
    if (this.#isOpening) {
      this.#draw();
    }
  }

  get #hasDocuments() {
    return this.view.numDocs > 0;
  }

  #set(name, value) {
    this.settings = { ...this.settings, [name]: value };
  }

  #submit(event) {
    event.preventDefault();
    if (this.isDrawing) {
      this.#abort.abort();
    } else {
      this.#draw();
    }
  }

  #drawWithAnotherSeed() {
    this.#set('seed', String(Math.floor(Math.random() * SEEDS)));
    this.#draw();
  }

  async #draw() {
    this.#abort?.abort();
    this.problem = null;
    let request;
    try {
      request = requestOf(this.settings, this.#hasDocuments);
    } catch (problem) {
      this.#fail(problem);
      return;
    }
    if (request.seed === undefined) { // so that the link leads to the same texts
      request.seed = Math.floor(Math.random() * SEEDS);
      this.#set('seed', String(request.seed));
    }
    setSettingsInUrl(this.settings);
    setQuery({ [DRAWN]: 1 });
    await this.#receive({ ...request, ...(this.at !== null && { step: this.at }) });
  }

  async #receive(request) {
    const abort = new AbortController();
    this.#abort = abort;
    this.isDrawing = true;
    this.rows = [];
    this.result = { step: this.at ?? this.view.step, wanted: request.count, wantsNearest: request.nearest === true, end: null, isStopped: false };
    this.#scrollToList();
    const rows = new GrowingRows((all) => this.#show(abort, all));
    const outcome = await rows.receive(api.generateLines(this.name, request, abort.signal), rowOf, abort.signal);
    if (this.#abort === abort) {
      this.isDrawing = false;
      this.result = { ...this.result, ...outcome };
      if (outcome.problem !== null) {
        this.#fail(outcome.problem);
      }
    }
  }

  /** On a small screen, the list is below the settings. */
  async #scrollToList() {
    await this.updateComplete;
    const list = this.renderRoot.querySelector('.list');
    if (list.getBoundingClientRect().top > innerHeight / 2) {
      list.scrollIntoView();
    }
  }

  /** Shows the rows of a request, unless another has been made. */
  async #show(abort, rows) {
    if (this.#abort === abort) {
      this.rows = rows;
      await this.updateComplete;
      await this.renderRoot.querySelector('mg-text-list')?.updateComplete;
    }
  }

  async #fail(problem) {
    this.problem = problem;
    await this.updateComplete;
    this.renderRoot.querySelector('[aria-invalid="true"]')?.focus();
  }

  #error(name) {
    const { field: wrong, message } = this.problem ?? {};
    return wrong === name || wrong?.startsWith(`${name}[`) ? message : null;
  }

  get #isFieldless() {
    const names = ['exclude', ...FIELDS.map(({ name }) => name)];
    return this.problem !== null && !names.some((name) => this.#error(name) !== null);
  }

  // ---- rendering

  render() {
    return html`
      <form novalidate @submit=${this.#submit} @change=${() => setSettingsInUrl(this.settings)}>
        <div class="fields">
          ${this.#field(FIELDS[0])}
          <button class="go ${this.isDrawing ? '' : 'primary'}">${this.isDrawing ? html`${icons.stop} ${t('stop')}` : t('draw')}</button>
          ${FIELDS.slice(1).map((each) => this.#field(each))}
        </div>
        <div class="choices">${CHOICES.map((choice) => this.#choice(choice))}</div>
        ${this.#excluded()}
        <button type="button" ?disabled=${this.isDrawing} @click=${this.#drawWithAnotherSeed}>${t('drawAgain')}</button>
      </form>
      <div class="list">${this.result === null ? this.#introduction() : this.#list()}</div>`;
  }

  #field({ name, label, placeholder, isText }) {
    return field({
      name,
      label,
      apiName: name,
      hint: name === 'pattern' ? t('patternHint') : null,
      error: this.#error(name),
      control: ({ id, describedBy, invalid }) => html`
        <input id=${id} name=${name} inputmode=${isText ? 'text' : 'decimal'} spellcheck="false" autocomplete="off" autocapitalize="off"
          placeholder=${placeholder ?? nothing} .value=${this.settings[name]} aria-describedby=${describedBy} aria-invalid=${invalid}
          @input=${(event) => this.#set(name, event.target.value)}>`,
    });
  }

  #choice({ name, label, needsDocuments }) {
    const isPossible = this.#hasDocuments || !needsDocuments;
    return html`
      <label><input type="checkbox" name=${name} .checked=${this.settings[name] && isPossible} ?disabled=${!isPossible}
        @change=${(event) => this.#set(name, event.target.checked)}>${label}<code>${name}</code></label>`;
  }

  #excluded() {
    return field({
      name: 'exclude',
      label: t('excludedTexts'),
      apiName: 'exclude',
      hint: t('onePerLine'),
      error: this.#error('exclude'),
      control: ({ id, describedBy, invalid }) => html`<textarea id=${id} name="exclude" rows="2" spellcheck="false" .value=${this.settings.exclude}
        aria-describedby=${describedBy} aria-invalid=${invalid} @input=${(event) => this.#set('exclude', event.target.value)}></textarea>`,
    });
  }

  #introduction() {
    return html`
      <p>${t('introduction')}</p>
      ${this.view.step === 0 ? html`<p class="notice warn">${t('untrained')}</p>` : nothing}`;
  }

  #list() {
    const { wanted, wantsNearest, step } = this.result;
    return html`
      ${this.isDrawing ? html`<progress max=${wanted} .value=${this.rows.length} aria-label=${t('textsDrawn')}></progress>` : nothing}
      ${this.#isFieldless ? html`<p class="notice bad" role="alert">${this.problem.message}</p>` : nothing}
      <mg-text-list label=${t('drawnTexts')} file="${this.name}-texts-step-${step}" .source=${{ session: this.name, step }} .rows=${this.rows}
        .keys=${['text', 'bits', 'known', ...(wantsNearest ? ['nearest', 'distance'] : []), 'place']}></mg-text-list>
      <div role="status">${this.isDrawing ? nothing : this.#outcome()}</div>`;
  }

  #outcome() {
    const { wanted, step, end, isStopped } = this.result;
    if (end === null) {
      return html`<p class="hint">${isStopped ? t('stopped', { texts: this.rows.length, step }) : nothing}</p>`;
    }
    const { tries = end.count } = end;
    const rejected = Object.entries(end.rejected ?? {}).filter(([, number]) => number > 0)
      .map(([reason, number]) => (t.has(`reasons.${reason}`) ? t(`reasons.${reason}`, { number }) : `${count(number)} ${reason}`));
    return html`
      <p class="hint">${t('kept', { kept: end.count, tries, step })}
        ${rejected.length === 0 ? nothing : t('rejected', { reasons: rejected.join(', ') })}</p>
      ${end.count < wanted ? html`<p class="notice warn">${t('tooFew', { kept: end.count, wanted, tries })}</p>` : nothing}`;
  }
}

function rowOf({ text, known, logLikelihood, bitsPerCharacter, nearest }, index) {
  return { place: index + 1, text, known, logLikelihood, bits: bitsPerCharacter, nearest };
}

customElements.define('mg-draw-texts', DrawTexts);
