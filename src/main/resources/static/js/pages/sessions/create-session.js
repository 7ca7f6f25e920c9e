// The dialog with the form that creates a session, or starts one again.

import { LitElement, css, html, nothing } from 'lit';

import { api } from '../../data/api.js';
import { compact, count } from '../../data/format.js';
import { field } from '../../components/field.js';
import { controls } from '../../components/styles.js';
import '../../components/dialog.js';

const EXAMPLE = 'alice\nbob\ncharlie\ndavid\nemma\nfrank';

/** `<mg-create-session>` sends `created` with the session, and `close`. */
class CreateSession extends LitElement {
  static properties = {
    limits: { attribute: false },
    options: { attribute: false }, // as described
    datasets: { attribute: false },
    source: { state: true }, // dataset, text or file
    file: { state: true }, // {name, text}
    problem: { state: true },
    isBusy: { state: true },
    isDropping: { state: true },
    isExisting: { state: true }, // whether the form starts an existing session again
  };

  static styles = [controls, css`
    form { display: grid; gap: var(--space-4); }
    .field { display: grid; align-content: start; gap: var(--space-1); }
    fieldset { display: grid; gap: var(--space-3); margin: 0; padding: 0; border: 0; min-width: 0; }
    legend { padding: 0; font-size: var(--text-s); font-weight: 600; margin-bottom: var(--space-2); }
    .sources { display: flex; flex-wrap: wrap; gap: var(--space-4); }
    .sources label { display: flex; align-items: center; gap: var(--space-2); font-weight: 400; min-height: 28px; }
    .options { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(180px, 42%), 1fr)); gap: var(--space-4); }
    .options .field:has(select) { grid-column: span 2; } /* room for what is chosen */
    .drop {
      display: grid;
      justify-items: center;
      gap: var(--space-2);
      padding: var(--space-5);
      border: 1.5px dashed var(--edge);
      border-radius: var(--radius);
      text-align: center;
    }
    .drop.over { border-color: var(--accent); background: var(--accent-soft); }
    .drop input { max-width: 100%; font: var(--text-s) var(--font); color: var(--muted); }
    footer { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: var(--space-2); }
  `];

  constructor() {
    super();
    this.source = 'dataset';
    this.file = null;
    this.problem = null;
    this.isBusy = false;
    this.isDropping = false;
    this.isExisting = false;
  }

  /** @param options those of an existing session to start again; null for a new one */
  async open(name = '', options = null) {
    this.problem = null;
    this.isExisting = options !== null;
    await this.updateComplete;
    this.#control('name').value = name;
    for (const { name: option } of options === null ? [] : this.options) {
      this.#control(option).value = options[option];
    }
    this.#dialog.open();
    this.#control(this.isExisting ? 'source' : 'name').focus();
  }

  get #dialog() {
    return this.renderRoot.querySelector('mg-dialog');
  }

  #control(name) {
    return this.renderRoot.querySelector(`[name="${name}"]`);
  }

  async #submit(event) {
    event.preventDefault();
    this.problem = null;
    this.isBusy = true;
    try {
      const name = this.#control('name').value.trim();
      if (name === '') {
        throw { field: 'name', message: 'A session needs a name' };
      }
      const options = { ...this.#options(), ...this.#documents() };
      const session = await api.init(name, options, { overwrite: this.isExisting || null });
      this.#dialog.close();
      this.renderRoot.querySelector('form').reset();
      this.dispatchEvent(new CustomEvent('created', { detail: session }));
    } catch (problem) {
      this.problem = problem;
      await this.updateComplete;
      (this.renderRoot.querySelector('[aria-invalid="true"]') ?? this.renderRoot.querySelector('.notice'))?.focus();
    } finally {
      this.isBusy = false;
    }
  }

  /** The options as typed; the server checks their ranges. */
  #options() {
    const options = {};
    for (const { name, choices, label } of this.options) {
      const text = this.#control(name).value.trim();
      if (text === '') {
        continue; // the default
      }
      const value = choices ? text : Number(text);
      if (Number.isNaN(value)) {
        throw { field: name, message: `${label} must be a number` };
      }
      options[name] = value;
    }
    return options;
  }

  #documents() {
    if (this.source === 'dataset') {
      return { dataset: this.#control('dataset').value };
    }
    if (this.source === 'text') {
      return { text: this.#control('text').value };
    }
    if (this.file === null) {
      throw { field: 'text', message: 'Choose a file, or drop one here' };
    }
    return { text: this.file.text };
  }

  async #take(file) {
    this.isDropping = false;
    if (!file) {
      return;
    }
    this.problem = null;
    this.file = null;
    if (file.size > this.limits.textBytes) {
      this.problem = {
        field: 'text',
        message: `${file.name} has ${count(file.size)} bytes; at most ${count(this.limits.textBytes)} are allowed`,
      };
      return;
    }
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
      this.file = { name: file.name, text };
    } catch {
      this.problem = { field: 'text', message: `${file.name} is not text in UTF-8` };
    }
  }

  /** The error of a field. A problem without a field is shown above all fields. */
  #error(...names) {
    return names.includes(this.problem?.field) ? this.problem.message : null;
  }

  get #hasOwnField() {
    const shown = ['name', ...this.options.map(({ name }) => name), 'text', 'dataset', 'vocabulary', 'documents', 'textBytes'];
    return shown.includes(this.problem?.field) || this.problem?.code === 'exists';
  }

  render() {
    const { problem } = this;
    return html`
      <mg-dialog class="wide" heading=${this.isExisting ? 'Documents for a session' : 'New session'} @close=${() => this.dispatchEvent(new Event('close'))}>
        <form novalidate @submit=${this.#submit}>
          ${problem && !this.#hasOwnField
            ? html`<p class="notice bad" role="alert" tabindex="-1">${problem.message}</p>` : nothing}
          ${field({
            name: 'name',
            label: 'Name',
            hint: '1 to 63 of a-z, 0-9 and -',
            error: this.#error('name') ?? (problem?.code === 'exists' ? problem.message : null),
            control: ({ id, describedBy, invalid }) => html`<input id=${id} name="name" required maxlength="200" ?readonly=${this.isExisting}
              autocomplete="off" autocapitalize="off" spellcheck="false"
              aria-describedby=${describedBy} aria-invalid=${invalid}>`,
          })}
          ${this.#sources()}
          <fieldset>
            <legend>Options</legend>
            <div class="options">${this.options.map((option) => this.#option(option))}</div>
          </fieldset>
          <footer>
            <button type="button" @click=${() => this.#dialog.close()}>Cancel</button>
            <button class="primary" ?disabled=${this.isBusy}>${this.isBusy ? 'Loading…' : this.isExisting ? 'Start again' : 'Create'}</button>
          </footer>
        </form>
      </mg-dialog>`;
  }

  #sources() {
    const source = (value, label) => html`
      <label><input type="radio" name="source" value=${value} .checked=${this.source === value}
        @change=${() => { this.source = value; this.problem = null; }}>${label}</label>`;
    return html`
      <fieldset>
        <legend>Documents, one per line</legend>
        <div class="sources">
          ${source('dataset', 'Bundled')} ${source('text', 'Pasted')} ${source('file', 'From a file')}
        </div>
        ${this.source === 'dataset' ? this.#dataset() : nothing}
        ${this.source === 'text' ? this.#text() : nothing}
        ${this.source === 'file' ? this.#file() : nothing}
      </fieldset>`;
  }

  #dataset() {
    const datasets = this.datasets ?? [];
    return field({
      name: 'dataset',
      label: 'Data set',
      hint: datasets.map((dataset) => dataset.description).join('; '),
      error: this.#error('dataset'),
      control: ({ id, describedBy, invalid }) => html`
        <select id=${id} name="dataset" aria-describedby=${describedBy} aria-invalid=${invalid}>
          ${datasets.map(({ name }) => html`<option value=${name}>${name}</option>`)}
        </select>`,
    });
  }

  #text() {
    return field({
      name: 'text',
      label: 'Text',
      hint: this.limits && `at most ${compact(this.limits.textBytes)} bytes, ${compact(this.limits.documents)} lines, `
        + `${count(this.limits.vocabulary)} different characters`,
      error: this.#error('text', 'textBytes', 'documents', 'vocabulary'),
      control: ({ id, describedBy, invalid }) => html`<textarea id=${id} name="text" rows="7" spellcheck="false"
        placeholder=${EXAMPLE} aria-describedby=${describedBy} aria-invalid=${invalid}></textarea>`,
    });
  }

  #file() {
    return field({
      name: 'file',
      label: 'File',
      hint: this.limits && `text in UTF-8, at most ${compact(this.limits.textBytes)} bytes`,
      error: this.#error('text', 'textBytes', 'documents', 'vocabulary'),
      control: ({ id, describedBy, invalid }) => html`
        <div class="drop ${this.isDropping ? 'over' : ''}"
          @dragover=${(event) => { event.preventDefault(); this.isDropping = true; }}
          @dragleave=${() => { this.isDropping = false; }}
          @drop=${(event) => { event.preventDefault(); this.#take(event.dataTransfer.files[0]); }}>
          <p>${this.file ? html`<strong>${this.file.name}</strong>, ${count(this.file.text.split('\n').length)} lines`
            : 'Drop a file here, or choose one'}</p>
          <input id=${id} type="file" accept=".txt,.csv,.tsv,text/*" aria-describedby=${describedBy}
            aria-invalid=${invalid} @change=${(event) => this.#take(event.target.files[0])}>
        </div>`,
    });
  }

  #option({ name, label, hint, type, default: initial, choices }) {
    return field({
      name,
      label,
      hint,
      error: this.#error(name),
      control: ({ id, describedBy, invalid }) => choices
        ? html`<select id=${id} name=${name} aria-describedby=${describedBy} aria-invalid=${invalid}>
            ${choices.map(({ value, text }) => html`<option value=${value} ?selected=${value === initial}>${text}</option>`)}
          </select>`
        : html`<input id=${id} name=${name} inputmode=${type === 'number' ? 'decimal' : 'numeric'} placeholder=${initial}
            autocomplete="off" aria-describedby=${describedBy} aria-invalid=${invalid}>`,
    });
  }
}

customElements.define('mg-create-session', CreateSession);
