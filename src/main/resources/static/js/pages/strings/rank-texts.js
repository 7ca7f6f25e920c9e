// Ranks the lines of a list by how unusual they are to the model.

import { LitElement, css, html, nothing } from 'lit';

import { api } from '../../data/api.js';
import { count, plural } from '../../data/format.js';
import { histogram } from '../../data/histogram.js';
import { texts } from '../../data/texts.js';
import { field } from '../../components/field.js';
import { icons } from '../../components/icons.js';
import { readTextFile } from '../../components/read-text-file.js';
import { controls } from '../../components/styles.js';
import { queryValue, queryValues, setQuery } from '../../components/url-query.js';
import { GrowingRows } from './growing-rows.js';
import './histogram-panel.js';
import { partStyles } from './part-styles.js';
import './text-list.js';

const t = await texts('strings');

const MOST_LINES = 100_000;
const LONGEST = 2000; // characters of the texts in the URL
const TEXTS = 'rank'; // in the URL, once for each line
const RANKED = 'ranked'; // whether they have been ranked

/** The lines that are not blank, without white space around them: {place, text}, where `place` is the number of the line. */
function linesOf(text) {
  return text.split('\n').map((line, i) => ({ place: i + 1, text: line.trim() })).filter((line) => line.text !== '');
}

/** `<mg-rank-texts .name .view .limits .at=${step, null for the present}>` */
class RankTexts extends LitElement {
  static properties = {
    name: {},
    view: { attribute: false },
    limits: { attribute: false },
    at: { attribute: false },
    text: { state: true },
    file: { state: true }, // {name, text} in place of the text; null for none
    error: { state: true }, // of the text or the file
    problem: { state: true },
    isDropping: { state: true },
    isRanking: { state: true },
    rows: { state: true },
    result: { state: true }, // {step, number} of the newest list; null before the first
    bars: { state: true }, // the histogram of the bits per character; null for none
  };

  static styles = [controls, partStyles, css`
    .drop { display: grid; min-width: 0; gap: var(--space-2); justify-items: center; padding: var(--space-4); border: 1.5px dashed var(--edge); border-radius: var(--radius); text-align: center; font-size: var(--text-s); overflow-wrap: anywhere; }
    .drop.over { border-color: var(--accent); background: var(--accent-soft); }
    .drop input { max-width: 100%; font: var(--text-s) var(--font); color: var(--muted); }
    mg-strings-histogram { height: auto; }
  `];

  #abort = null;

  constructor() {
    super();
    this.text = queryValues(TEXTS).join('\n').slice(0, LONGEST);
    this.file = null;
    this.error = null;
    this.problem = null;
    this.isDropping = false;
    this.isRanking = false;
    this.rows = [];
    this.result = null;
    this.bars = null;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#abort?.abort();
  }

  firstUpdated() {
    if (queryValue(RANKED) !== null && this.text !== '') {
      this.#rank();
    }
  }

  /** A link can hold a short list that was typed, but no file. */
  #updateUrl(isRanked) {
    const isShort = this.file === null && this.text.length <= LONGEST;
    const lines = isShort ? linesOf(this.text).map(({ text }) => text) : [];
    setQuery({ [TEXTS]: lines, [RANKED]: isRanked && lines.length > 0 ? 1 : null });
  }

  async #take(file) {
    this.isDropping = false;
    if (!file) {
      return;
    }
    this.error = null;
    try {
      this.file = { name: file.name, text: await readTextFile(file, this.limits.textBytes) };
    } catch (error) {
      this.error = error.message;
    }
  }

  #submit(event) {
    event.preventDefault();
    if (this.isRanking) {
      this.#abort.abort();
    } else {
      this.#rank();
    }
  }

  async #rank() {
    this.#abort?.abort();
    this.problem = null;
    const lines = linesOf(this.file?.text ?? this.text);
    this.error = lines.length === 0 ? t('enterFirst')
      : lines.length > MOST_LINES ? t('tooMany', { lines: count(lines.length), most: count(MOST_LINES) }) : null;
    if (this.error === null) {
      this.#updateUrl(true);
      await this.#receive(lines);
    }
  }

  async #receive(lines) {
    const abort = new AbortController();
    this.#abort = abort;
    this.isRanking = true;
    this.rows = [];
    this.bars = null;
    this.result = { step: this.at ?? this.view.step, number: lines.length };
    const rows = new GrowingRows((all) => this.#show(abort, all));
    const scores = api.scoreLines(this.name, lines.map(({ text }) => text), this.at === null ? {} : { step: this.at }, abort.signal);
    const { problem } = await rows.receive(scores, (score, i) => rowOf(score, lines[i]), abort.signal);
    if (this.#abort === abort) {
      this.isRanking = false;
      this.problem = problem;
    }
  }

  /** Shows the rows of a request, unless another has been made. */
  async #show(abort, rows) {
    if (this.#abort === abort) {
      this.rows = rows;
      const bits = rows.map((row) => row.bits).filter((value) => value !== undefined);
      this.bars = bits.length === 0 ? null : histogram(bits);
      await this.updateComplete;
      await this.renderRoot.querySelector('mg-text-list')?.updateComplete;
    }
  }

  // ---- rendering

  render() {
    return html`
      <form novalidate @submit=${this.#submit}>
        ${this.#input()}
        <button class=${this.isRanking ? '' : 'primary'}>${this.isRanking ? html`${icons.stop} ${t('stop')}` : t('rank')}</button>
      </form>
      <div class="list">${this.result === null ? html`<p>${t('rankIntroduction')}</p>` : this.#list()}</div>`;
  }

  #input() {
    return html`
      ${this.file !== null ? nothing : field({
        name: 'texts',
        label: t('textsPerLine'),
        error: this.error,
        control: ({ id, describedBy, invalid }) => html`<textarea id=${id} name="texts" rows="10" spellcheck="false" .value=${this.text}
          aria-describedby=${describedBy} aria-invalid=${invalid} @input=${(event) => { this.text = event.target.value; }} @change=${() => this.#updateUrl(false)}></textarea>`,
      })}
      <div class="drop ${this.isDropping ? 'over' : ''}"
        @dragover=${(event) => { event.preventDefault(); this.isDropping = true; }}
        @dragleave=${() => { this.isDropping = false; }}
        @drop=${(event) => { event.preventDefault(); this.#take(event.dataTransfer.files[0]); }}>
        ${this.file === null ? html`
          <label for="file">${t('dropFile')}</label>
          <input id="file" type="file" accept=".txt,.csv,.tsv,text/*" @change=${(event) => this.#take(event.target.files[0])}>`
          : html`<p><strong>${this.file.name}</strong>, ${plural(linesOf(this.file.text).length, 'text')}</p>
            ${this.error === null ? nothing : html`<p class="error" role="alert">${this.error}</p>`}
            <button type="button" @click=${() => { this.file = null; this.error = null; }}>${t('remove')}</button>`}
      </div>`;
  }

  #list() {
    const { step, number: wanted } = this.result;
    return html`
      ${this.isRanking ? html`<progress max=${wanted} .value=${this.rows.length} aria-label=${t('textsScored')}></progress>` : nothing}
      ${this.problem === null ? nothing : html`<p class="notice bad" role="alert">${this.problem.message}</p>`}
      ${this.bars === null ? nothing : html`<mg-strings-histogram .live=${this.#ranked(step)} .view=${{ step }} .bars=${this.bars}></mg-strings-histogram>`}
      <mg-text-list label=${t('rankedTexts')} file="${this.name}-ranked-step-${step}" .source=${{ session: this.name, step }}
        .keys=${['text', 'bits', 'known', 'place']} .rows=${this.rows}></mg-text-list>
      <p class="hint" role="status">${this.isRanking ? nothing : this.#outcome()}</p>`;
  }

  #outcome() {
    const unknown = this.rows.filter((row) => row.unknown !== undefined).length;
    const known = this.rows.filter((row) => row.known === true).length;
    const truncated = this.rows.filter((row) => row.truncated === true).length;
    return t('ranked', { texts: this.rows.length, step: this.result.step, known, unknown, truncated });
  }

  /** What the panel of the histogram has to know of the session. */
  #ranked(step) {
    const { name } = this;
    return { name, describe: () => t('rankedTextsOf', { name, step, texts: plural(this.rows.length, 'text') }), sourceAt: () => ({ session: name, step }) };
  }
}

function rowOf({ known, logLikelihood, bitsPerCharacter, unknown, truncated }, { place, text }) {
  return { place, text, known, logLikelihood, bits: bitsPerCharacter, unknown, truncated };
}

customElements.define('mg-rank-texts', RankTexts);
