// The part of a form that says what to train on: a bundled dataset, pasted text or a file.

import { LitElement, css, html, nothing } from 'lit';

import { compact } from '../data/format.js';
import { texts } from '../data/texts.js';
import { datasetCard } from './dataset-card.js';
import { field } from './field.js';
import { readTextFile } from './read-text-file.js';
import { controls } from './styles.js';

const t = await texts('common');

const EXAMPLE = 'alice\nbob\ncharlie\ndavid\nemma\nfrank';
const SOURCES = ['dataset', 'text', 'file'];

/** `<mg-documents-field .limits .datasets .error>` sends `change` when its documents change. */
class DocumentsField extends LitElement {
  static properties = {
    limits: { attribute: false },
    datasets: { attribute: false },
    error: { attribute: false }, // of the documents, from the server; null if there is none
    source: { state: true }, // one of SOURCES
    dataset: { state: true }, // the name of the chosen one; null for the first
    file: { state: true }, // {name, text}
    fileError: { state: true },
    isDropping: { state: true },
  };

  static styles = [controls, datasetCard.styles, css`
    :host { display: block; }
    .field { display: grid; gap: var(--space-1); }
    fieldset { display: grid; gap: var(--space-3); margin: 0; padding: 0; border: 0; min-width: 0; }
    legend { padding: 0; font-size: var(--text-s); font-weight: 600; margin-bottom: var(--space-2); }
    .sources { display: flex; flex-wrap: wrap; gap: var(--space-2) var(--space-4); }
    .sources label { display: flex; align-items: center; gap: var(--space-2); font-weight: 400; min-height: 28px; }
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
  `];

  constructor() {
    super();
    this.source = 'dataset';
    this.dataset = null;
    this.file = null;
    this.fileError = null;
    this.isDropping = false;
  }

  get #chosenDataset() {
    return this.dataset ?? this.datasets?.[0]?.name ?? null;
  }

  /** {dataset} or {text}; null while there is no text. */
  get documents() {
    if (this.source === 'dataset') {
      return this.#chosenDataset && { dataset: this.#chosenDataset };
    }
    const text = this.source === 'text' ? this.#control('text').value : this.file?.text ?? '';
    return text.trim() === '' ? null : { text };
  }

  /** Words for the name of a session with these documents. */
  get title() {
    return this.source === 'dataset' ? this.#chosenDataset ?? ''
      : this.source === 'file' && this.file !== null ? this.file.name.replace(/\.\w+$/, '') : '';
  }

  /** Chooses where the documents come from: dataset, text or file. */
  async choose(source) {
    this.source = source;
    this.fileError = null;
    await this.updateComplete;
    this.#changed();
  }

  /** Focuses the control with the text, or else the choice of the source. */
  focus() {
    (this.#control(this.source) ?? this.#control('source')).focus();
  }

  #control(name) {
    return this.renderRoot.querySelector(`[name="${name}"]:not([type="radio"]), [name="${name}"]:checked`);
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }

  async #take(file) {
    this.isDropping = false;
    if (!file) {
      return;
    }
    this.file = null;
    this.fileError = null;
    try {
      this.file = { name: file.name, text: await readTextFile(file, this.limits.textBytes) };
    } catch (error) {
      this.fileError = error.message;
    }
    this.#changed();
  }

  render() {
    return html`
      <fieldset>
        <legend>${t('documents.legend')}</legend>
        <div class="sources">${SOURCES.map((source) => html`
          <label><input type="radio" name="source" value=${source} .checked=${this.source === source}
            @change=${() => this.choose(source)}>${t(`documents.sources.${source}`)}</label>`)}
        </div>
        ${this.source === 'dataset' ? this.#dataset() : this.source === 'text' ? this.#text() : this.#file()}
      </fieldset>`;
  }

  #dataset() {
    return html`
      <div class="datasets" role="radiogroup" aria-label=${t('documents.dataset')}>${(this.datasets ?? []).map((dataset) => datasetCard(dataset, {
        isChosen: dataset.name === this.#chosenDataset,
        choose: () => this.#chooseDataset(dataset.name),
      }))}</div>
      ${this.error ? html`<p class="error">${this.error}</p>` : nothing}`;
  }

  async #chooseDataset(name) {
    this.dataset = name;
    await this.updateComplete;
    this.#changed();
  }

  #text() {
    return field({
      name: 'text',
      label: t('documents.text'),
      hint: this.limits && t('documents.textHint', {
        bytes: compact(this.limits.textBytes), lines: compact(this.limits.documents), characters: this.limits.vocabulary,
      }),
      error: this.error,
      control: ({ id, describedBy, invalid }) => html`<textarea id=${id} name="text" rows="7" spellcheck="false"
        placeholder=${EXAMPLE} aria-describedby=${describedBy} aria-invalid=${invalid} @input=${() => this.#changed()}></textarea>`,
    });
  }

  #file() {
    return field({
      name: 'file',
      label: t('documents.file'),
      hint: this.limits && t('documents.fileHint', { bytes: compact(this.limits.textBytes) }),
      error: this.fileError ?? this.error,
      control: ({ id, describedBy, invalid }) => html`
        <div class="drop ${this.isDropping ? 'over' : ''}"
          @dragover=${(event) => { event.preventDefault(); this.isDropping = true; }}
          @dragleave=${() => { this.isDropping = false; }}
          @drop=${(event) => { event.preventDefault(); this.#take(event.dataTransfer.files[0]); }}>
          <p>${this.file ? html`<strong>${this.file.name}</strong>` : t('documents.drop')}</p>
          <input id=${id} name="file" type="file" accept=".txt,.csv,.tsv,text/*" aria-describedby=${describedBy}
            aria-invalid=${invalid} @change=${(event) => { event.stopPropagation(); this.#take(event.target.files[0]); }}>
        </div>`,
    });
  }
}

customElements.define('mg-documents-field', DocumentsField);
