// The dialog with the form that creates a session and starts its training, or starts a session again.

import { LitElement, css, html, nothing } from 'lit';

import { api } from '../../data/api.js';
import { duration, typedNumber } from '../../data/format.js';
import { proposedName } from '../../data/session-names.js';
import { OPTION_GROUPS, PRESETS, choiceOf, isUsedBy } from '../../data/session-options.js';
import { texts } from '../../data/texts.js';
import { field } from '../../components/field.js';
import { optionField } from '../../components/option-field.js';
import { controls } from '../../components/styles.js';
import { createTraining } from './create-training.js';
import { SIZES, parametersOf, trainingSeconds } from './session-sizes.js';
import '../../components/dialog.js';
import '../../components/documents-field.js';
import './documents-preview.js';
import './restore-bundle.js';

const t = await texts('sessions');

const STEPS = 10_000;
const CUSTOM = 'custom'; // an architecture that is none of the presets
const DOCUMENT_FIELDS = ['text', 'dataset', 'vocabulary', 'documents', 'textBytes'];

/**
 * `<mg-create-session .limits .options .datasets .names>` sends `created` with the name of a session that trains or was restored,
 * `restarted` when a session starts again, and `close`. `names` are those of all sessions.
 */
class CreateSession extends LitElement {
  static properties = {
    limits: { attribute: false },
    options: { attribute: false }, // as described
    datasets: { attribute: false },
    names: { attribute: false },
    isExisting: { state: true }, // whether the form starts an existing session again
    isMoreOpen: { state: true },
    size: { state: true }, // one of SIZES
    preset: { state: true }, // the architecture that was chosen last
    typed: { state: true }, // the options typed or chosen, by name, and `steps`
    documents: { state: true }, // {text} or {dataset}; null while there are none
    preview: { state: true }, // of the documents; null while there is none
    problem: { state: true },
    isBusy: { state: true },
  };

  static styles = [controls, css`
    form { display: grid; gap: var(--space-4); }
    .field { display: grid; align-content: start; gap: var(--space-1); }
    fieldset { margin: 0; padding: 0; border: 0; min-width: 0; }
    legend { padding: 0; font-size: var(--text-s); font-weight: 600; margin-bottom: var(--space-2); }
    .sizes { display: grid; grid-template-columns: repeat(auto-fit, minmax(180px, 1fr)); gap: var(--space-3); }
    .sizes label {
      display: grid;
      grid-template-columns: auto 1fr;
      align-items: center;
      gap: 2px var(--space-2);
      padding: var(--space-3);
      border: 1px solid var(--edge);
      border-radius: var(--radius);
      cursor: pointer;
    }
    .sizes label:has(:checked) { border-color: var(--accent); background: var(--accent-soft); }
    .sizes .hint { grid-column: 2; font-weight: 400; }
    .short { max-width: 220px; }
    summary { width: fit-content; padding: var(--space-1) 0; color: var(--accent); font-size: var(--text-s); font-weight: 600; cursor: pointer; }
    .options { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(180px, 42%), 1fr)); gap: var(--space-4); }
    details fieldset { margin-top: var(--space-3); }
    .preset { margin-bottom: var(--space-4); }
    .options .field:has(select) { grid-column: span 2; } /* room for what is chosen */
    footer { display: flex; flex-wrap: wrap; align-items: end; justify-content: flex-end; gap: var(--space-2); }
    footer .field { flex: 1 1 200px; max-width: 320px; margin-right: auto; }
  `];

  #isNameTyped = false;

  constructor() {
    super();
    this.names = new Set();
    this.isBusy = false;
    this.#clear();
  }

  #clear() {
    this.isExisting = false;
    this.isMoreOpen = false;
    this.size = 'tiny';
    this.preset = 'microgpt';
    this.typed = {};
    this.documents = null;
    this.preview = null;
    this.problem = null;
  }

  /**
   * Opens the form.
   *
   * @param name the name; empty to propose one
   * @param source where the documents come from: dataset, text or file
   * @param existing the options of an existing session to start again; null for a new one
   */
  async open({ name = '', source = 'dataset', existing = null }) {
    this.#clear();
    this.isExisting = existing !== null;
    this.isMoreOpen = this.isExisting;
    this.preset = existing === null ? 'microgpt' : this.#presetOf(existing);
    this.typed = existing === null ? {} : Object.fromEntries(this.options.map((option) => [option.name, String(existing[option.name] ?? option.default)]));
    await this.updateComplete;
    this.#isNameTyped = name !== '';
    this.#control('name').value = name;
    await this.#source.choose(source);
    this.#dialog.open();
    this.#source.focus();
  }

  get #dialog() {
    return this.renderRoot.querySelector('mg-dialog');
  }

  get #source() {
    return this.renderRoot.querySelector('mg-documents-field');
  }

  #control(name) {
    return this.renderRoot.querySelector(`[name="${name}"]`);
  }

  #documentsChanged() {
    this.documents = this.#source.documents;
    this.problem = null;
    if (!this.#isNameTyped) {
      this.#control('name').value = proposedName(this.#source.title, this.names);
    }
  }

  #closed() {
    this.documents = null;
    this.dispatchEvent(new Event('close'));
  }

  // ---- what is asked for

  /** What is typed for an option; empty for its default. */
  #text(name) {
    return this.typed[name]?.trim() ?? '';
  }

  /** The value that an option has if nothing is typed. */
  #initial({ name, default: initial }) {
    return name === 'numSteps' && !this.isExisting ? this.#text('steps') || STEPS : SIZES[this.size].options[name] ?? initial;
  }

  /** All options of the session with a size; the defaults in place of what is no number. */
  #values(size) {
    return Object.fromEntries(this.options.map((option) => {
      const { name, choices, default: initial } = option;
      if (choices) {
        return [name, this.#text(name) === '' ? initial : choiceOf(option, this.#text(name))];
      }
      const value = Number(this.#text(name) || (SIZES[size].options[name] ?? initial));
      return [name, Number.isFinite(value) ? value : initial];
    }));
  }

  #numberOf(name, label) {
    const value = typedNumber(this.#text(name));
    if (Number.isNaN(value)) {
      throw { field: name, message: t('create.mustBeNumber', { label }) };
    }
    return value;
  }

  /** The options as typed, or else those of the size; the server knows the other defaults and checks all ranges. */
  #requestedOptions(steps) {
    const options = this.isExisting ? {} : { ...SIZES[this.size].options, numSteps: steps };
    for (const option of this.options) {
      const { name, choices, label } = option;
      if (this.#text(name) !== '') {
        options[name] = choices ? choiceOf(option, this.#text(name)) : this.#numberOf(name, label);
      }
    }
    return options;
  }

  async #submit(event) {
    event.preventDefault();
    this.problem = null;
    this.isBusy = true;
    try {
      await this.#create();
    } catch (problem) {
      this.problem = problem;
      this.isMoreOpen ||= this.options.some(({ name }) => this.#error(name));
      await this.updateComplete;
      this.#focusProblem();
    } finally {
      this.isBusy = false;
    }
  }

  async #create() {
    const name = this.#control('name').value.trim();
    if (name === '') {
      throw { field: 'name', message: t('create.noName') };
    }
    if (this.documents === null) {
      throw { field: 'text', message: t('create.noText') };
    }
    const steps = this.#text('steps') === '' ? STEPS : this.#numberOf('steps', t('create.steps'));
    const body = { ...this.#requestedOptions(steps), ...this.documents };
    if (this.isExisting) {
      await api.init(name, body, { overwrite: true });
    } else {
      await createTraining(name, body, steps);
    }
    this.#dialog.close();
    this.dispatchEvent(this.isExisting ? new Event('restarted') : new CustomEvent('created', { detail: name }));
  }

  // ---- errors

  /** The error of a field. A problem without a field is shown above all fields. */
  #error(...names) {
    return names.includes(this.problem?.field) ? this.problem.message : null;
  }

  /** The error of the horizon belongs to the steps, unless it was typed itself. */
  get #stepsError() {
    return this.#error('steps') ?? (this.#text('numSteps') === '' ? this.#error('numSteps') : null);
  }

  get #hasOwnField() {
    const shown = ['name', 'steps', ...this.options.map(({ name }) => name), ...DOCUMENT_FIELDS];
    return shown.includes(this.problem?.field) || this.problem?.code === 'exists';
  }

  #focusProblem() {
    if (DOCUMENT_FIELDS.includes(this.problem.field)) {
      this.#source.focus();
    } else {
      (this.renderRoot.querySelector('[aria-invalid="true"]') ?? this.renderRoot.querySelector('.notice'))?.focus();
    }
  }

  // ---- rendering

  render() {
    const { problem } = this;
    return html`
      <mg-dialog class="wide" heading=${this.isExisting ? t('create.again') : t('new')} @close=${this.#closed}>
        <form novalidate @submit=${this.#submit}>
          ${problem && !this.#hasOwnField
            ? html`<p class="notice bad" role="alert" tabindex="-1">${problem.message}</p>` : nothing}
          <mg-documents-field .limits=${this.limits} .datasets=${this.datasets} .error=${this.#error(...DOCUMENT_FIELDS)}
            @change=${this.#documentsChanged}></mg-documents-field>
          <mg-documents-preview .documents=${this.documents} .blockSize=${this.#blockSize} .tokens=${this.#tokens}
            @loaded=${(event) => { this.preview = event.detail; }}
            @suggest=${(event) => this.#type('blockSize', String(event.detail))}></mg-documents-preview>
          ${this.isExisting ? nothing : html`${this.#sizes()} ${this.#steps()}`}
          <details .open=${this.isMoreOpen} @toggle=${(event) => { this.isMoreOpen = event.target.open; }}>
            <summary>${t('create.more')}</summary>
            ${OPTION_GROUPS.map((group) => this.#group(group))}
          </details>
          <footer>
            ${this.#name()}
            <button type="button" @click=${() => this.#dialog.close()}>${t('cancel')}</button>
            <button class="primary" ?disabled=${this.isBusy}>${this.isBusy ? t('create.loading') : this.isExisting ? t('create.startAgain') : t('create.create')}</button>
          </footer>
        </form>
        ${this.isExisting ? nothing : html`
          <mg-restore-bundle .names=${this.names} @restored=${this.#restored}></mg-restore-bundle>`}
      </mg-dialog>`;
  }

  #restored(event) {
    this.#dialog.close();
    this.dispatchEvent(new CustomEvent('created', { detail: event.detail }));
  }

  #type(name, text) {
    this.typed = { ...this.typed, [name]: text };
  }

  /** The context length for the preview; undefined for the default, and while what is typed is no number above 0. */
  get #blockSize() {
    const value = Number(this.#text('blockSize'));
    return Number.isInteger(value) && value > 0 ? value : undefined;
  }

  #choice(name) {
    return this.#text(name) || this.options.find((option) => option.name === name)?.default;
  }

  /** What the preview has to know of the tokens; undefined for characters. */
  get #tokens() {
    const vocabSize = Number(this.#text('vocabSize'));
    return this.#choice('tokenizer') !== 'bpe' ? undefined
      : { tokenizer: 'bpe', vocabSize: Number.isInteger(vocabSize) && vocabSize > 0 ? vocabSize : undefined };
  }

  #sizes() {
    return html`
      <fieldset>
        <legend>${t('create.size')}</legend>
        <div class="sizes">${Object.keys(SIZES).map((size) => html`
          <label><input type="radio" name="size" value=${size} .checked=${size === this.size}
            @change=${() => { this.size = size; }}>${t(`sizes.${size}`)} ${this.#sizeHint(size)}</label>`)}
        </div>
      </fieldset>`;
  }

  #sizeHint(size) {
    if (this.options.length === 0) {
      return nothing; // until they are loaded
    }
    const values = this.#values(size);
    const { nEmbd, nLayer, nHead } = values;
    const shape = t('create.shape', { nEmbd, nLayer, nHead });
    if (this.preview === null) {
      return html`<span class="hint">${shape}</span>`;
    }
    const steps = typedNumber(this.#text('steps')) || STEPS;
    const seconds = trainingSeconds(values, steps, this.preview);
    const parameters = parametersOf(values, this.preview.vocabSize);
    return html`<span class="hint">${t('create.cost', { shape, parameters, isFast: seconds < 1, duration: duration(Math.ceil(seconds)) })}</span>`;
  }

  #steps() {
    return field({
      name: 'steps',
      label: t('create.trainingSteps'),
      hint: t('create.stepsHint'),
      error: this.#stepsError,
      control: ({ id, describedBy, invalid }) => html`<input id=${id} class="short" name="steps" inputmode="numeric" autocomplete="off"
        .value=${this.typed.steps ?? String(STEPS)} aria-describedby=${describedBy} aria-invalid=${invalid}
        @input=${(event) => this.#type('steps', event.target.value)}>`,
    });
  }

  #name() {
    return field({
      name: 'name',
      label: t('create.name'),
      error: this.#error('name') ?? (this.problem?.code === 'exists' ? this.problem.message : null),
      control: ({ id, describedBy, invalid }) => html`<input id=${id} name="name" maxlength="200" ?readonly=${this.isExisting}
        autocomplete="off" autocapitalize="off" spellcheck="false" title=${t('create.nameTitle')}
        aria-describedby=${describedBy} aria-invalid=${invalid} @input=${() => { this.#isNameTyped = true; }}>`,
    });
  }

  #group({ group, heading }) {
    const chosen = { optimizer: this.#choice('optimizer'), tokenizer: this.#choice('tokenizer') };
    const shown = this.options.filter((option) => option.group === group && isUsedBy(chosen, option));
    return html`
      <fieldset>
        <legend>${heading}</legend>
        ${group === 'architecture' ? this.#presets() : nothing}
        <div class="options">${shown.map((option) => this.#option(option))}</div>
      </fieldset>`;
  }

  /** A choice that sets all options of the architecture. */
  #presets() {
    return html`<div class="preset">${field({
      name: 'preset',
      label: t('create.asIn'),
      apiName: 'preset',
      control: ({ id }) => html`<select id=${id} @change=${(event) => this.#choosePreset(event.target.value)}>
        ${this.preset === CUSTOM ? html`<option value=${CUSTOM} selected disabled>${t('create.changed')}</option>` : nothing}
        ${Object.keys(this.limits?.presets ?? {}).map((preset) => html`<option value=${preset} .selected=${preset === this.preset}>${PRESETS[preset] ?? preset}</option>`)}
      </select>`,
    })}</div>`;
  }

  /** The architecture that has the options of a session. */
  #presetOf(options) {
    const presets = Object.entries(this.limits?.presets ?? {});
    const same = presets.find(([, values]) => Object.entries(values).every(([name, value]) => (options[name] ?? presets[0][1][name]) === value));
    return same?.[0] ?? CUSTOM;
  }

  #choosePreset(preset) {
    this.preset = preset;
    const values = Object.entries(this.limits.presets[preset]).map(([name, value]) => [name, String(value)]);
    this.typed = { ...this.typed, ...Object.fromEntries(values) };
  }

  #option(option) {
    const { name } = option;
    return optionField(option, {
      initial: this.#initial(option),
      value: this.typed[name] ?? '',
      error: name === 'numSteps' && this.#stepsError !== null && !this.isExisting ? null : this.#error(name),
      onType: (text) => this.#type(name, text),
    });
  }
}

customElements.define('mg-create-session', CreateSession);
