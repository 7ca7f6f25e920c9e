// The form that starts a sweep: the documents, the options that vary, and how long each session trains.

import { LitElement, css, html, nothing } from 'lit';

import { api } from '../../data/api.js';
import { proposedName } from '../../data/session-names.js';
import { PRESETS, choiceOf } from '../../data/session-options.js';
import { variedLabel } from '../../data/varied-options.js';
import { texts } from '../../data/texts.js';
import { field } from '../../components/field.js';
import { icons } from '../../components/icons.js';
import { optionField } from '../../components/option-field.js';
import { controls } from '../../components/styles.js';
import { fieldOf, isNumeric, numberOf, sessionsOf, variedOf } from './sweep-request.js';
import '../../components/documents-field.js';

const t = await texts('sweeps');

const SHARED = ['preset', 'nEmbd', 'nHead', 'nLayer', 'blockSize', 'learningRate', 'batchSize', 'optimizer']; // in the form
const DOCUMENT_FIELDS = ['text', 'dataset', 'vocabulary', 'documents', 'textBytes'];
const LEARNING_RATES = { option: 'learningRate', values: '0.003, 0.01', min: '0.001', max: '0.1', isLog: true };

/** `<mg-sweep-form .limits .options .datasets .names>` sends `started` with the name of the sweep. `names` are those of all sweeps. */
class SweepForm extends LitElement {
  static properties = {
    limits: { attribute: false },
    options: { attribute: false }, // as described
    datasets: { attribute: false },
    names: { attribute: false },
    rows: { state: true }, // of the options that vary, as typed
    isRandom: { state: true },
    typed: { state: true }, // the other fields, by name
    isMoreOpen: { state: true },
    problem: { state: true },
    isBusy: { state: true },
  };

  static styles = [controls, css`
    :host { display: block; }
    form { display: grid; gap: var(--space-5); }
    .field { display: grid; align-content: start; gap: var(--space-1); min-width: 0; }
    fieldset { display: grid; gap: var(--space-3); margin: 0; padding: 0; border: 0; min-width: 0; }
    legend { padding: 0; font-size: var(--text-s); font-weight: 600; margin-bottom: var(--space-2); }
    .choices { display: flex; flex-wrap: wrap; gap: var(--space-2) var(--space-4); }
    .choices label, .log { display: flex; align-items: center; gap: var(--space-2); min-height: 28px; font-weight: 400; }
    .row { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr) auto; align-items: start; gap: var(--space-2) var(--space-3); }
    .row > button { margin-top: 22px; }
    .range { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: var(--space-1) var(--space-2); }
    .range .log { grid-column: span 2; font-size: var(--text-s); }
    .add { justify-self: start; }
    .numbers, .options { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(150px, 42%), 1fr)); gap: var(--space-4); }
    .options { margin-top: var(--space-3); }
    .options .field:has(select) { grid-column: span 2; }
    summary { width: fit-content; padding: var(--space-1) 0; color: var(--accent); font-size: var(--text-s); font-weight: 600; cursor: pointer; }
    footer { display: flex; flex-wrap: wrap; align-items: center; justify-content: flex-end; gap: var(--space-3); }
    footer p { margin-right: auto; }
    @media (max-width: 480px) { .row { grid-template-columns: minmax(0, 1fr) auto; } .row > :nth-child(2) { grid-column: 1; grid-row: 2; } }
  `];

  #isNameTyped = false;

  constructor() {
    super();
    this.options = [];
    this.names = new Set();
    this.rows = [LEARNING_RATES];
    this.isRandom = false;
    this.typed = { seeds: '5', count: '10', steps: '1000' };
    this.isMoreOpen = false;
    this.problem = null;
    this.isBusy = false;
  }

  focus() {
    this.renderRoot.querySelector('[name="name"]').focus();
  }

  #text(name) {
    return this.typed[name]?.trim() ?? '';
  }

  #type(name, text) {
    this.typed = { ...this.typed, [name]: text };
  }

  get #name() {
    return this.#isNameTyped ? this.#text('name') : proposedName('sweep', this.names);
  }

  // ---- the options that vary

  #find = (name) => this.options.find((option) => option.name === name) ?? { name, type: 'string' };

  /** The names of the options that can vary: all but the seed, which has a field of its own. */
  get #variable() {
    return ['preset', ...this.options.map(({ name }) => name).filter((name) => name !== 'seed')];
  }

  #changeRow(index, changes) {
    this.rows = this.rows.map((row, i) => i === index ? { ...row, ...changes } : row);
  }

  async #addRow() {
    const used = this.rows.map(({ option }) => option);
    const option = [...SHARED.slice(1), ...this.#variable].find((name) => !used.includes(name));
    this.rows = [...this.rows, { option, values: '', min: '', max: '', isLog: false }];
    await this.updateComplete;
    [...this.renderRoot.querySelectorAll('.row')].at(-1).querySelector('select').focus();
  }

  get #form() {
    return { rows: this.rows, isRandom: this.isRandom, seeds: this.#text('seeds'), draws: this.#text('count') };
  }

  // ---- what is asked for

  #request() {
    const documents = this.renderRoot.querySelector('mg-documents-field').documents;
    if (documents === null) {
      throw { field: 'text', message: t('form.noText') };
    }
    const steps = numberOf(this.#text('steps'), 'steps', t('form.steps'));
    const options = {};
    for (const option of SHARED.map(this.#find)) {
      const text = this.#text(option.name);
      if (text !== '') {
        options[option.name] = isNumeric(option) ? numberOf(text, option.name, option.label) : choiceOf(option, text);
      }
    }
    return {
      name: this.#name, ...documents, options, ...variedOf(this.#form, this.#find), steps,
      parallel: this.#text('parallel') === '' ? undefined : numberOf(this.#text('parallel'), 'parallel', t('form.parallel')),
    };
  }

  async #submit(event) {
    event.preventDefault();
    this.problem = null;
    this.isBusy = true;
    try {
      const { name } = await api.startSweep(this.#request());
      this.dispatchEvent(new CustomEvent('started', { detail: name }));
    } catch (problem) {
      this.problem = problem;
      this.isMoreOpen ||= SHARED.includes(fieldOf(problem)) && !this.#isVaried(fieldOf(problem));
      await this.updateComplete;
      this.#focusProblem();
    } finally {
      this.isBusy = false;
    }
  }

  // ---- errors

  #isVaried(name) {
    return this.rows.some(({ option }) => option === name);
  }

  #error(...names) {
    return this.problem !== null && names.includes(fieldOf(this.problem)) ? this.problem.message : null;
  }

  /** An error of an option that all sessions share; one that varies has its error in its row. */
  #sharedError(name) {
    return this.#isVaried(name) ? null : this.#error(name);
  }

  get #hasOwnField() {
    const name = fieldOf(this.problem);
    return ['name', 'steps', 'parallel', 'numSteps', ...DOCUMENT_FIELDS].includes(name) || name === (this.isRandom ? 'count' : 'seed')
      || this.#isVaried(name) || SHARED.includes(name);
  }

  #focusProblem() {
    if (DOCUMENT_FIELDS.includes(fieldOf(this.problem))) {
      this.renderRoot.querySelector('mg-documents-field').focus();
    } else {
      (this.renderRoot.querySelector('[aria-invalid="true"]') ?? this.renderRoot.querySelector('.notice'))?.focus();
    }
  }

  // ---- rendering

  render() {
    const { problem } = this;
    return html`
      <form novalidate @submit=${this.#submit}>
        ${problem && !this.#hasOwnField ? html`<p class="notice bad" role="alert" tabindex="-1">${problem.message}</p>` : nothing}
        ${field({
          name: 'name', label: t('form.name'), error: this.#error('name'), hint: t('form.nameHint'),
          control: ({ id, describedBy, invalid }) => html`<input id=${id} name="name" autocomplete="off" autocapitalize="off" spellcheck="false"
            .value=${this.#isNameTyped ? this.typed.name : this.#name} aria-describedby=${describedBy} aria-invalid=${invalid}
            @input=${(event) => { this.#isNameTyped = true; this.#type('name', event.target.value); }}>`,
        })}
        <mg-documents-field .limits=${this.limits} .datasets=${this.datasets} .error=${this.#error(...DOCUMENT_FIELDS)}></mg-documents-field>
        ${this.#varied()}
        <div class="numbers">
          ${this.isRandom ? this.#number('count', { label: t('form.sessions'), error: this.#error('count') })
            : this.#number('seeds', { label: t('form.seeds'), hint: t('form.seedsHint'), error: this.#isVaried('seed') ? null : this.#error('seed') })}
          ${this.#number('steps', { label: t('form.steps'), hint: t('form.stepsHint'), error: this.#error('steps') ?? this.#sharedError('numSteps') })}
          ${this.#number('parallel', { label: t('form.parallel'), hint: t('form.parallelHint'), placeholder: t('form.automatic'), error: this.#error('parallel') })}
        </div>
        <details .open=${this.isMoreOpen} @toggle=${(event) => { this.isMoreOpen = event.target.open; }}>
          <summary>${t('form.shared')}</summary>
          <div class="options">${this.#shared()}</div>
        </details>
        <footer>
          <p role="status">${this.#total()}</p>
          <button class="primary" ?disabled=${this.isBusy || this.limits === null}>${this.isBusy ? t('form.starting') : html`${icons.play} ${t('form.start')}`}</button>
        </footer>
      </form>`;
  }

  #number(name, { label, hint, placeholder, error }) {
    return field({
      name, label, hint, error,
      control: ({ id, describedBy, invalid }) => html`<input id=${id} name=${name} inputmode="numeric" autocomplete="off"
        .value=${this.typed[name] ?? ''} placeholder=${placeholder ?? nothing} aria-describedby=${describedBy} aria-invalid=${invalid}
        @input=${(event) => this.#type(name, event.target.value)}>`,
    });
  }

  #total() {
    const sessions = sessionsOf(this.#form, this.#find);
    if (sessions === null) {
      return nothing;
    }
    const most = this.limits?.sweepSessions ?? Infinity;
    return sessions > most ? html`<span class="error">${t('form.tooMany', { sessions, most })}</span>`
      : t.html('form.trains', { sessions, strong: (words) => html`<strong>${words}</strong>` });
  }

  #varied() {
    const kinds = { grid: t('form.grid'), random: t('form.random') };
    return html`
      <fieldset>
        <legend>${t('form.varies')}</legend>
        <div class="choices">${Object.entries(kinds).map(([kind, words]) => html`
          <label><input type="radio" name="kind" value=${kind} .checked=${this.isRandom === (kind === 'random')}
            @change=${() => { this.isRandom = kind === 'random'; this.problem = null; }}>${words}</label>`)}</div>
        ${this.rows.map((row, index) => this.#row(row, index))}
        <button type="button" class="add" @click=${this.#addRow}>${icons.plus} ${t('form.add')}</button>
      </fieldset>`;
  }

  #row(row, index) {
    const option = this.#find(row.option);
    const used = this.rows.map((each) => each.option);
    const error = this.#error(row.option);
    const hint = option.name === 'preset' ? Object.keys(PRESETS).join(', ')
      : option.type === 'boolean' ? 'true, false' : option.choices?.map(({ value }) => value).join(', ') ?? option.hint;
    return html`
      <div class="row" role="group" aria-label=${t('form.row', { number: index + 1 })}>
        ${field({
          name: `option-${index}`, label: t('form.option'),
          control: ({ id }) => html`<select id=${id} @change=${(event) => this.#changeRow(index, { option: event.target.value, values: '', min: '', max: '' })}>
            ${this.#variable.map((name) => html`<option value=${name} .selected=${name === row.option}
              ?disabled=${name !== row.option && used.includes(name)}>${t('form.optionName', { label: variedLabel(name), name })}</option>`)}
          </select>`,
        })}
        ${this.isRandom && isNumeric(option) ? this.#range(row, index, error) : field({
          name: `values-${index}`, label: t('form.values'), hint, error,
          control: ({ id, describedBy, invalid }) => html`<input id=${id} autocomplete="off" autocapitalize="off" spellcheck="false" placeholder=${t('form.separated')}
            .value=${row.values} aria-describedby=${describedBy} aria-invalid=${invalid}
            @input=${(event) => this.#changeRow(index, { values: event.target.value })}>`,
        })}
        <button type="button" class="quiet icon" aria-label=${t('form.removeLabel', { option: row.option })} title=${t('form.remove')} ?disabled=${this.rows.length === 1}
          @click=${() => { this.rows = this.rows.filter((_, i) => i !== index); }}>${icons.close}</button>
      </div>`;
  }

  #range(row, index, error) {
    const bound = (name, label) => field({
      name: `${name}-${index}`, label,
      control: ({ id }) => html`<input id=${id} inputmode="decimal" autocomplete="off" .value=${row[name]}
        aria-invalid=${error ? 'true' : nothing} aria-describedby=${error ? `range-${index}-error` : nothing}
        @input=${(event) => this.#changeRow(index, { [name]: event.target.value })}>`,
    });
    return html`
      <div class="range">
        ${bound('min', t('form.from'))} ${bound('max', t('form.to'))}
        <label class="log"><input type="checkbox" .checked=${row.isLog}
          @change=${(event) => this.#changeRow(index, { isLog: event.target.checked })}>${t('form.logarithmic')}</label>
        ${error ? html`<p class="error log" id="range-${index}-error">${error}</p>` : nothing}
      </div>`;
  }

  #shared() {
    const presets = Object.keys(this.limits?.presets ?? {}).map((value) => ({ value, text: PRESETS[value] ?? value }));
    const preset = { name: 'preset', label: t('form.asIn'), type: 'string', choices: presets, default: presets[0]?.value };
    return [preset, ...this.options.filter(({ name }) => SHARED.includes(name))]
      .filter(({ name }) => !this.#isVaried(name))
      .map((option) => optionField(option, {
        initial: option.default, value: this.typed[option.name] ?? '', error: this.#sharedError(option.name),
        onType: (text) => this.#type(option.name, text),
      }));
  }
}

customElements.define('mg-sweep-form', SweepForm);
