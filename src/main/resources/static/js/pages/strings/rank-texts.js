// Ranks the lines of a list by how unusual they are to the model.

import { LitElement, css, html, nothing } from 'lit';

import { api } from '../../data/api.js';
import { count, plural } from '../../data/format.js';
import { histogram } from '../../data/histogram.js';
import { axis, tooltip } from '../../components/chart.js'; // and <mg-chart>
import { field } from '../../components/field.js';
import { icons } from '../../components/icons.js';
import { readTextFile } from '../../components/read-text-file.js';
import { controls } from '../../components/styles.js';
import { theme } from '../../components/theme.js';
import { GrowingRows } from './growing-rows.js';
import { partStyles } from './part-styles.js';
import './text-list.js';

const MOST_LINES = 100_000;

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
    h3 { font-size: var(--text-s); }
    mg-chart { height: 180px; }
  `];

  #abort = null;
  #coloured = () => this.requestUpdate();

  constructor() {
    super();
    this.text = '';
    this.file = null;
    this.error = null;
    this.problem = null;
    this.isDropping = false;
    this.isRanking = false;
    this.rows = [];
    this.result = null;
    this.bars = null;
  }

  connectedCallback() {
    super.connectedCallback();
    theme.addEventListener('change', this.#coloured);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    theme.removeEventListener('change', this.#coloured);
    this.#abort?.abort();
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
    this.error = lines.length === 0 ? 'Enter texts or choose a file first'
      : lines.length > MOST_LINES ? `These are ${count(lines.length)} lines; at most ${count(MOST_LINES)} can be ranked here` : null;
    if (this.error === null) {
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
        <button class=${this.isRanking ? '' : 'primary'}>${this.isRanking ? html`${icons.stop} Stop` : 'Rank'}</button>
      </form>
      <div class="list">${this.result === null ? html`<p>See which texts of a list are unusual to the model: typing errors, foreign
        names, lines that do not belong. The bits per character say how surprised it is, on average, by each character and by the
        end of a text.</p>` : this.#list()}</div>`;
  }

  #input() {
    return html`
      ${this.file !== null ? nothing : field({
        name: 'texts',
        label: 'Texts, one per line',
        error: this.error,
        control: ({ id, describedBy, invalid }) => html`<textarea id=${id} name="texts" rows="10" spellcheck="false" .value=${this.text}
          aria-describedby=${describedBy} aria-invalid=${invalid} @input=${(event) => { this.text = event.target.value; }}></textarea>`,
      })}
      <div class="drop ${this.isDropping ? 'over' : ''}"
        @dragover=${(event) => { event.preventDefault(); this.isDropping = true; }}
        @dragleave=${() => { this.isDropping = false; }}
        @drop=${(event) => { event.preventDefault(); this.#take(event.dataTransfer.files[0]); }}>
        ${this.file === null ? html`
          <label for="file">Or drop a file here</label>
          <input id="file" type="file" accept=".txt,.csv,.tsv,text/*" @change=${(event) => this.#take(event.target.files[0])}>`
          : html`<p><strong>${this.file.name}</strong>, ${plural(linesOf(this.file.text).length, 'text')}</p>
            ${this.error === null ? nothing : html`<p class="error" role="alert">${this.error}</p>`}
            <button type="button" @click=${() => { this.file = null; this.error = null; }}>Remove</button>`}
      </div>`;
  }

  #list() {
    const { step, number } = this.result;
    return html`
      ${this.isRanking ? html`<progress max=${number} .value=${this.rows.length} aria-label="Texts scored"></progress>` : nothing}
      ${this.problem === null ? nothing : html`<p class="notice bad" role="alert">${this.problem.message}</p>`}
      ${this.bars === null ? nothing : html`
        <h3>Bits per character</h3>
        <mg-chart label="How many texts have how many bits per character" .option=${this.#chartOption}></mg-chart>`}
      <mg-text-list label="Ranked texts" file="${this.name}-ranked-step-${step}" .keys=${['text', 'bits', 'known', 'place']} .rows=${this.rows}></mg-text-list>
      <p class="hint" role="status">${this.isRanking ? nothing : this.#outcome()}</p>`;
  }

  #outcome() {
    const unknown = this.rows.filter((row) => row.unknown !== undefined).length;
    const known = this.rows.filter((row) => row.known === true).length;
    const truncated = this.rows.filter((row) => row.truncated === true).length;
    return `${plural(this.rows.length, 'text')} at step ${count(this.result.step)}: ${count(known)} in the documents`
      + `${unknown === 0 ? '' : `, ${count(unknown)} with characters that the model does not know`}`
      + `${truncated === 0 ? '' : `, ${count(truncated)} longer than the context, of which the beginning is scored`}.`;
  }

  get #chartOption() {
    const { from, width, counts } = this.bars;
    const digits = Math.max(0, -Math.floor(Math.log10(width)));
    const range = (i) => `${(from + i * width).toFixed(digits)} to ${(from + (i + 1) * width).toFixed(digits)}`;
    return {
      grid: { left: 52, right: 12, top: 10, bottom: 26 },
      xAxis: axis({ type: 'value', min: from, max: from + counts.length * width, splitLine: { show: false }, axisLabel: { color: theme.colour('--muted'), fontSize: 11, formatter: (value) => Number(value.toFixed(digits + 1)) } }),
      yAxis: axis({ type: 'value', minInterval: 1 }),
      tooltip: tooltip({ trigger: 'item', formatter: ({ dataIndex, value }) => `${range(dataIndex)} bits per character\n${plural(value[1], 'text')}` }),
      series: [{
        type: 'bar', barWidth: '92%', itemStyle: { color: theme.colour('--data-1') },
        data: counts.map((number, i) => [from + (i + 0.5) * width, number]),
      }],
    };
  }
}

function rowOf({ known, logLikelihood, bitsPerCharacter, unknown, truncated }, { place, text }) {
  return { place, text, known, logLikelihood, bits: bitsPerCharacter, unknown, truncated };
}

customElements.define('mg-rank-texts', RankTexts);
