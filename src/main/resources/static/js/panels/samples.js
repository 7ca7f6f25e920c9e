// The panel of samples: one text per keyframe, always from the same seed, so that the progress is visible; and more
// texts on demand.

import { css, html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';

import { CoalescedCall } from '../data/coalesced-call.js';
import { LONGEST_NUMBER, count, numberForUrl, numberFromUrl, typedNumber } from '../data/format.js';
import { share } from '../data/share.js';
import { SITE } from '../data/site.js';
import { texts } from '../data/texts.js';
import { field } from '../components/field.js';
import { icons } from '../components/icons.js';
import { Panel } from '../components/panel.js';
import { saveText } from '../components/save-file.js';
import { tablePicture } from '../components/table-picture.js';
import { queryValue, setQuery, textForUrl } from '../components/url-query.js';

const t = await texts('panels');

const SEEDS = 1_000_000;
const LONGEST_PROMPT = 200; // characters
const SMALL_LIST = 1000; // documents, which a small model can memorise
const WRITTEN = inUrl('written'); // whether texts have been generated
const ONLY_NEW = inUrl('only-new');
const CONTROLS = [
  { name: 'prompt', label: t('samples.fields.prompt'), initial: '', placeholder: t('samples.promptHint'), isText: true },
  { name: 'temperature', label: t('samples.fields.temperature'), initial: '0.5' },
  { name: 'topK', label: t('samples.fields.topK'), apiName: 'topK', initial: '', placeholder: t('all') },
  { name: 'topP', label: t('samples.fields.topP'), apiName: 'topP', initial: '', placeholder: '1' },
  { name: 'seed', label: t('samples.fields.seed'), initial: '1' },
  { name: 'count', label: t('samples.fields.count'), apiName: 'count', initial: '6' },
];

/** The name of a setting in the URL: the panel of probabilities has a temperature, too. */
function inUrl(name) {
  return `samples-${name.toLowerCase()}`;
}

const promptForUrl = (text) => textForUrl(text, LONGEST_PROMPT);

/** The server checks the ranges of numbers. */
function draftsInUrl() {
  const values = CONTROLS.map(({ name, isText }) => [name, (isText ? promptForUrl : numberFromUrl)(queryValue(inUrl(name)))]);
  return Object.fromEntries(values.filter(([, value]) => value !== null));
}

class SamplesPanel extends Panel {
  static heading = t('samples.heading');
  static about = t('samples.about');

  static properties = {
    drafts: { state: true }, // typed values, by control
    problem: { state: true },
    written: { state: true }, // {step, texts, known: whether each is one of the documents} on demand; null before the first
    onlyNew: { state: true }, // whether those among the documents are left out
    isCopied: { state: true }, // whether these texts were copied last
  };

  static styles = [Panel.styles, css`
    .content { display: flex; flex-direction: column; gap: var(--space-3); }
    /* not as high as there is room: the buttons below stay in place when texts need the room */
    .list { flex: none; height: 250px; overflow: auto; border: 1px solid var(--line); border-radius: var(--radius-small); }
    .list li, .written li { display: flex; align-items: baseline; gap: var(--space-3); padding: 3px var(--space-3); }
    .list li + li { border-top: 1px solid var(--line); }
    .list li.shown { background: var(--warn-soft); }
    .list button { flex: 0 0 62px; min-height: 24px; padding: 0; justify-content: flex-end; color: var(--muted); font-variant-numeric: tabular-nums; font-weight: 400; }
    .text { flex: 1; min-width: 0; font-family: var(--mono); font-size: var(--text-s); white-space: pre-wrap; overflow-wrap: anywhere; }
    .text em { color: var(--muted); font-family: var(--font); }
    .tag { flex: none; color: var(--muted); font-size: var(--text-xs); }
    .tag.new { color: var(--good); font-weight: 600; }
    form { display: grid; gap: var(--space-2); }
    .fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(76px, 1fr)); gap: var(--space-2); }
    .field { display: grid; gap: 2px; align-content: start; }
    .field label { font-size: var(--text-xs); }
    .row { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2); }
    .written { min-height: 3em; }
    .advice { margin: var(--space-1) 0 var(--space-2); padding: var(--space-1) var(--space-2); border-radius: var(--radius-small); background: var(--warn-soft); color: var(--warn); font-size: var(--text-s); }
    .texts { max-height: 260px; overflow: auto; }
    .written li { padding-inline: 0; }
    .fields > :first-child, .fields > :has(.error) { grid-column: 1 / -1; } /* the prompt, and room for the words of an error */
    .row > a { line-height: 24px; }
    .row label { display: flex; align-items: center; gap: var(--space-1); font-weight: 400; }
    :host([filled]) .list { height: 40dvh; }
    .empty { padding: var(--space-5); color: var(--muted); text-align: center; }
  `];

  #requested = null; // {at, options} of the newest request
  #isOpening = queryValue(WRITTEN) !== null; // a link to texts that are still to be generated
  #writer = new CoalescedCall(async ({ at, options }) => {
    const step = at ?? this.view.step;
    const samples = await this.live.api.generate(this.live.name, { ...options, known: this.view.numDocs > 0, ...(at !== null && { step: at }) });
    this.written = { step, texts: samples.map(({ text }) => text), known: new Map(samples.map(({ text, known }) => [text, known])) };
    this.isCopied = false;
  });

  constructor() {
    super();
    this.drafts = draftsInUrl();
    this.problem = null;
    this.written = null;
    this.onlyNew = queryValue(ONLY_NEW) !== null;
    this.isCopied = false;
  }

  /** Generates the texts on demand again when another step is looked at. */
  willUpdate() {
    if (this.#isOpening && this.#canWrite) {
      this.#isOpening = false;
      this.#write();
    }
    if (this.#requested !== null && this.at !== this.#requested.at) {
      this.#request({ ...this.#requested, at: this.at });
    }
  }

  #value(name) {
    return this.drafts[name] ?? CONTROLS.find((control) => control.name === name).initial;
  }

  get #canWrite() {
    return this.view?.numParams !== undefined && (this.view.state !== 'failed' || this.at !== null);
  }

  #updateUrl() {
    const values = CONTROLS.map((control) => [control, this.#value(control.name)]);
    setQuery({
      ...Object.fromEntries(values.map(([control, value]) =>
        [inUrl(control.name), value === control.initial ? null : (control.isText ? promptForUrl : numberForUrl)(value)])),
      [WRITTEN]: this.#requested === null ? null : 1,
    });
  }

  #limitToNew(onlyNew) {
    this.onlyNew = onlyNew;
    this.isCopied = false;
    setQuery({ [ONLY_NEW]: onlyNew ? 1 : null });
  }

  #write(seed = this.#value('seed')) {
    const texts = Object.fromEntries(CONTROLS.map(({ name, isText }) => [name, isText ? this.#value(name) : this.#value(name).trim()]));
    const drawn = seed.trim() === '' ? String(Math.floor(Math.random() * SEEDS)) : seed.trim();
    this.drafts = { ...this.drafts, seed: drawn };
    const given = Object.entries({ ...texts, seed: drawn }).filter(([, text]) => text !== '');
    const options = Object.fromEntries(given.map(([name, text]) => [name, name === 'prompt' ? text : typedNumber(text)]));
    const wrong = Object.keys(options).find((name) => Number.isNaN(options[name]));
    if (wrong !== undefined) {
      this.problem = { field: wrong, message: t('mustBeNumber') };
      return;
    }
    this.#request({ at: this.at, options });
  }

  async #request(request) {
    this.#requested = request;
    this.#updateUrl();
    try {
      await this.#writer.request(request);
      this.problem = null;
    } catch (problem) {
      this.problem = problem;
    }
  }

  /** The samples up to the step that is looked at, newest first. */
  get #samples() {
    const { samples } = this.live;
    return (this.at === null ? samples : samples.filter(({ step }) => step <= this.at)).toReversed();
  }

  renderBody() {
    const { samples } = this.live;
    const { step, text } = samples.at(-1) ?? {};
    const listed = [this.view.createdAt, samples.length, step, text, this.at]; // each poll brings another array
    return html`${guard(listed, () => this.#list())} ${this.#form()} ${this.#texts()}`;
  }

  #list() {
    const samples = this.#samples;
    if (samples.length === 0) {
      return html`<p class="empty">${t('samples.none')}</p>`;
    }
    return html`
      <div class="list" tabindex="0" role="region" aria-label=${t('samples.list')}>
        <ol>${samples.map(({ step, text, known }) => html`
          <li class=${step === this.at ? 'shown' : ''}>
            <button class="quiet" title=${t('samples.lookAt', { step })} aria-label=${t('samples.lookAt', { step })}
              @click=${() => this.run(this.live.viewAt(step))}>${count(step)}</button>
            <span class="text">${shown(text)}</span> ${tag(known)}</li>`)}
        </ol>
      </div>`;
  }

  #form() {
    const isFieldless = this.problem && !CONTROLS.some(({ name }) => name === this.problem.field);
    return html`
      <form novalidate @submit=${(event) => { event.preventDefault(); this.#write(); }} @change=${this.#updateUrl}>
        <div class="fields">${CONTROLS.map((control) => this.#field(control))}</div>
        ${isFieldless ? html`<p class="error" role="alert">${this.problem.message}</p>` : nothing}
        <div class="row">
          <button class="primary" ?disabled=${!this.#canWrite}>${t('samples.generate')}</button>
          <button type="button" ?disabled=${!this.#canWrite} @click=${() => this.#write('')}>${t('samples.again')}</button>
          <a href="${SITE}s/${encodeURIComponent(this.live.name)}/strings${share.fragment}">${t('samples.many')}</a>
        </div>
      </form>`;
  }

  #field({ name, label, apiName, placeholder, isText }) {
    return field({
      name,
      label,
      apiName,
      error: this.problem?.field === name ? this.problem.message : null,
      control: ({ id, describedBy, invalid }) => html`
        <input id=${id} name=${name} inputmode=${isText ? 'text' : 'decimal'} spellcheck="false" autocomplete="off" placeholder=${placeholder ?? nothing}
          maxlength=${isText ? LONGEST_PROMPT : LONGEST_NUMBER}
          .value=${this.#value(name)} aria-describedby=${describedBy} aria-invalid=${invalid}
          @input=${(event) => { this.drafts = { ...this.drafts, [name]: event.target.value }; }}>`,
    });
  }

  #texts() {
    if (this.written === null) {
      return html`<p class="written hint">${t('samples.hint')}</p>`;
    }
    const { step, texts, known } = this.written;
    const isComparable = texts.some((text) => known.get(text) !== undefined);
    const isListed = (text) => !(isComparable && this.onlyNew && (known.get(text) || text === ''));
    const advice = adviceOn(texts, known, this.view.numDocs);
    const times = new Map();
    texts.filter(isListed).forEach((text) => times.set(text, (times.get(text) ?? 0) + 1));
    return html`
      <div class="written">
        <p class="hint" role="status">${t('samples.generatedAt', { step })}</p>
        ${advice === null ? nothing : html`<p class="advice">${advice}</p>`}
        <div class="row">
          <button ?disabled=${!navigator.clipboard || times.size === 0} @click=${() => this.#copy([...times.keys()])}>${icons.copy} ${t(this.isCopied ? 'samples.copied' : 'samples.copy')}</button>
          <button ?disabled=${times.size === 0} @click=${() => this.#download([...times.keys()])}>${t('samples.download')}</button>
          ${isComparable ? html`<label><input type="checkbox" .checked=${this.onlyNew}
            @change=${({ target }) => this.#limitToNew(target.checked)}>${t('samples.onlyNew')}</label>` : nothing}
          <span class="hint">${t('samples.different', { texts: times.size })}</span>
        </div>
        <div class="texts" tabindex="0" role="region" aria-label=${t('samples.generated')}><ul>${[...times].map(([text, n]) => html`
          <li><span class="text">${shown(text)}</span>
            ${n > 1 ? html`<span class="tag">${t('samples.times', { times: n })}</span>` : nothing}
            ${known.get(text) === undefined || text === '' ? nothing : tag(known.get(text))}</li>`)}
        </ul></div>
      </div>`;
  }

  async #copy(texts) {
    await this.run(navigator.clipboard.writeText(texts.join('\n')));
    this.isCopied = this.failure === null;
  }

  #download(texts) {
    saveText(`${texts.join('\n')}\n`, 'text/plain', `${this.live.name}-texts-step-${this.written.step}.txt`);
  }

  table() {
    const samples = this.#samples.toReversed();
    return samples.length === 0 ? null : {
      columns: ['step', 'learningRate', 'text', 'inDocuments'].map((name) => t(`columns.${name}`)),
      get rows() { // computed only when needed
        return samples.map(({ step, learningRate, text, known }) => [step, learningRate, text, t(known ? 'yes' : 'no')]);
      },
    };
  }

  picture() {
    const { columns, rows } = this.table();
    return tablePicture({ columns, rows: rows.toReversed() });
  }
}

/** Why most of the texts are known or repeated, and what helps; null if they are not. */
function adviceOn(texts, known, numDocs) {
  const half = texts.length / 2;
  const repeats = texts.length - new Set(texts).size;
  const inDocuments = texts.filter((text) => text !== '' && known.get(text));
  const numbers = { known: inDocuments.length, repeats, all: texts.length };
  const isMemorised = numDocs <= SMALL_LIST && new Set(inDocuments).size >= Math.min(numDocs, texts.length) / 2;
  if (inDocuments.length > half && isMemorised) {
    return t('samples.memorised', numbers);
  }
  if (repeats > half) {
    return t('samples.repeats', numbers);
  }
  return inDocuments.length > half ? t('samples.frequent', numbers) : null;
}

const shown = (text) => text === '' ? html`<em>${t('samples.empty')}</em>` : text;

const tag = (isKnown) => isKnown
  ? html`<span class="tag">${t('columns.inDocuments')}</span>` : html`<span class="tag new">${t('samples.new')}</span>`;

customElements.define('mg-samples-panel', SamplesPanel);
