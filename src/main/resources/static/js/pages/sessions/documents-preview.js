// What training on some documents would mean, before a session is created: how many there are, their alphabet, and how
// many are longer than the context.

import { LitElement, css, html, nothing } from 'lit';

import { api } from '../../data/api.js';
import { CoalescedCall } from '../../data/coalesced-call.js';
import { count, fixed, plural } from '../../data/format.js';
import { visible } from '../../data/model/tokens.js';
import { texts } from '../../data/texts.js';
import { controls } from '../../components/styles.js';

const t = await texts('sessions');

const DELAY = 300; // ms without a change
const MOST_CHARACTERS = 120; // of the alphabet that are shown

/**
 * `<mg-documents-preview .documents .blockSize .tokens>` sends `loaded` with the preview, or null while there is none, and
 * `suggest` with a context length that fits. `documents` is {text} or {dataset}, or null; `blockSize` undefined is the default;
 * `tokens` is {tokenizer, vocabSize}, or undefined for characters.
 */
class DocumentsPreview extends LitElement {
  static properties = {
    documents: { attribute: false },
    blockSize: { attribute: false },
    tokens: { attribute: false, hasChanged: (a, b) => JSON.stringify(a) !== JSON.stringify(b) },
    preview: { state: true },
    problem: { state: true },
  };

  static styles = [controls, css`
    :host { display: block; }
    .preview { display: grid; gap: var(--space-3); padding: var(--space-3) var(--space-4); border-radius: var(--radius); background: var(--sunken); }
    dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(156px, 45%), 1fr)); gap: var(--space-2) var(--space-4); }
    dt { color: var(--muted); font-size: var(--text-xs); }
    dd { font-weight: 600; font-variant-numeric: tabular-nums; }
    .alphabet { grid-column: 1 / -1; }
    .alphabet dd { font: var(--text-s)/1.5 var(--mono); overflow-wrap: anywhere; }
    .notice { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: var(--space-2) var(--space-3); }
  `];

  #timer = null;
  #wanted = null; // the newest request
  #loader = new CoalescedCall((request) => this.#load(request));

  constructor() {
    super();
    this.documents = null;
    this.preview = null;
    this.problem = null;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  updated(changed) {
    if (!changed.has('documents') && !changed.has('blockSize') && !changed.has('tokens')) {
      return;
    }
    clearTimeout(this.#timer);
    this.#wanted = this.documents && { ...this.documents, blockSize: this.blockSize, ...this.tokens };
    if (this.#wanted === null) {
      this.#show(null, null);
    } else {
      this.#timer = setTimeout(() => this.#loader.request(this.#wanted), DELAY);
    }
  }

  async #load(request) {
    let preview = null;
    let problem = null;
    try {
      preview = await api.previewDocuments(request);
    } catch (error) {
      problem = error;
    }
    if (request === this.#wanted) { // otherwise a newer one follows
      this.#show(preview, problem);
    }
  }

  #show(preview, problem) {
    this.preview = preview;
    this.problem = problem;
    this.dispatchEvent(new CustomEvent('loaded', { detail: preview }));
  }

  render() {
    return html`<div role="status">${this.problem !== null ? html`<p class="error">${this.problem.message}</p>`
      : this.preview !== null ? this.#facts(this.preview) : nothing}</div>`;
  }

  #facts({ numDocs, vocabSize, alphabet, longest, characters: length, tokens, blockSize, duplicates }) {
    const fact = (term, apiName, value) => html`<div><dt>${t(`preview.facts.${term}`)}${apiName === null ? nothing : html` <code>${apiName}</code>`}</dt><dd>${value}</dd></div>`;
    const characters = [...alphabet]; // a string or a list
    const shown = characters.slice(0, MOST_CHARACTERS).map(visible).join('');
    return html`
      <div class="preview">
        <dl>
          ${fact('documents', 'numDocs', count(numDocs))}
          ${fact('duplicates', null, count(duplicates))}
          ${fact('longest', null, plural(longest, 'character'))}
          ${fact('blockSize', 'blockSize', plural(blockSize, 'token'))}
          ${tokens === undefined ? nothing : fact('tokens', null, t('preview.tokensEach', { tokens, characters: fixed(length / tokens, 1) }))}
          <div class="alphabet"><dt>${t('preview.alphabet', { characters: characters.length, tokens: vocabSize })}</dt>
            <dd>${shown}${characters.length > MOST_CHARACTERS ? '…' : ''}</dd></div>
        </dl>
        ${this.preview.truncated === 0 ? nothing : this.#truncation(this.preview)}
      </div>`;
  }

  #truncation({ truncated, numDocs, blockSize, suggestedBlockSize }) {
    return html`
      <div class="notice warn">
        <p>${t('preview.truncated', { truncated, all: numDocs })}</p>
        ${suggestedBlockSize > blockSize ? html`<button type="button"
          @click=${() => this.dispatchEvent(new CustomEvent('suggest', { detail: suggestedBlockSize }))}>${t('preview.use', { tokens: suggestedBlockSize })}</button>` : nothing}
      </div>`;
  }
}

customElements.define('mg-documents-preview', DocumentsPreview);
