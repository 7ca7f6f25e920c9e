// The panel that compares how likely each session finds the same text.

import { css, html } from 'lit';

import { api } from '../../data/api.js';
import { Panel } from '../../components/panel.js';
import { markStyles, sessionMark } from '../../components/session-marks.js';
import { tablePicture } from '../../components/table-picture.js';
import { SessionQueries, whyUnavailable } from './session-queries.js';
import { textForm, textFormStyles } from './text-form.js';

const MIN_INTERVAL = 2000; // ms, while a session trains

const four = (value) => (Math.abs(value) >= 1000 ? value.toPrecision(5) : value.toFixed(4)).replace('-', '−');

class ScoresPanel extends Panel {
  static heading = 'Likelihood of a text';
  static about = 'The log-likelihood of the text, in nats: the sum over its tokens and its end. The closer to 0, the more likely. '
    + 'The perplexity is the exponential of the mean loss: roughly the number of equally likely tokens that the model '
    + 'chooses from. Bits per character compare models with different tokens.';

  static styles = [Panel.styles, markStyles, textFormStyles, css`
    .scores { overflow-x: auto; }
    tbody th { position: static; text-align: left; font-weight: 500; }
    .who { display: flex; align-items: center; gap: 6px; min-width: 90px; overflow-wrap: anywhere; }
    td.words { text-align: left; }
    .best { font-weight: 600; color: var(--good); white-space: nowrap; }
    .empty, .hint { margin-top: var(--space-2); }
    .empty { color: var(--muted); }
    @media (max-width: 600px) { th, td { padding-inline: 3px; } .session-mark svg { display: none; } }
  `];

  #scores = new SessionQueries(this, (entry, signal) => this.#load(entry, signal));

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#scores.cancel();
  }

  willUpdate() {
    const available = this.live !== undefined && this.live.text !== '' ? this.live.present.filter((entry) => whyUnavailable(entry) === null) : [];
    this.#scores.request(available, () => this.live.text, MIN_INTERVAL);
  }

  async #load({ name }, signal) {
    const [score] = await api.score(name, [this.live.text], {}, signal);
    return score;
  }

  renderBody() {
    const { entries, text } = this.live;
    return html`
      ${textForm(this.live, 'Score')}
      ${entries.length === 0 ? html`<p class="empty">No session has been chosen.</p>`
        : text === '' ? html`<p class="empty">Type a text to see how likely each session finds it.</p>` : this.#scoreTable()}`;
  }

  /** [entry, score or null] */
  get #scored() {
    return this.live.entries.map((entry) => [entry, whyUnavailable(entry) === null ? this.#scores.resultOf(entry) : null]);
  }

  #scoreTable() {
    const scored = this.#scored;
    const likelihoods = scored.map(([, score]) => score?.logLikelihood).filter(Number.isFinite);
    const best = likelihoods.length > 1 ? Math.max(...likelihoods) : null;
    const isCut = scored.some(([, score]) => score?.truncated);
    return html`
      <div class="scores" tabindex="0" role="region" aria-label="Likelihood of the text">
        <table>
          <thead><tr><th scope="col">Session</th><th scope="col">log-likelihood</th><th scope="col">perplexity</th><th scope="col">bits per character</th></tr></thead>
          <tbody>${scored.map(([entry, score]) => html`
            <tr data-session=${entry.name}>
              <th scope="row"><span class="who">${sessionMark(entry.slot)} ${entry.name}</span></th>
              ${this.#cells(entry, score, best)}
            </tr>`)}</tbody>
        </table>
      </div>
      ${isCut ? html`<p class="hint">* The text is longer than the context; the rest of it is ignored.</p>` : ''}`;
  }

  #cells(entry, score, best) {
    const problem = whyUnavailable(entry);
    if (problem !== null || score === null) {
      return html`<td class="words hint" colspan="3">${problem ?? 'Loading …'}</td>`;
    }
    if (score.error) {
      return html`<td class="words error" colspan="3">${score.error.message}</td>`;
    }
    return html`
      <td>${score.logLikelihood === best ? html`<span class="best">most likely</span> ` : ''}${four(score.logLikelihood)}${score.truncated ? '*' : ''}</td>
      <td>${four(score.perplexity)}</td>
      <td>${four(score.bitsPerCharacter)}</td>`;
  }

  table() {
    const scored = this.live === undefined ? [] : this.#scored.filter(([, score]) => score && !score.error);
    return scored.length === 0 ? null : {
      columns: ['session', 'text', 'log-likelihood', 'perplexity', 'bits per character'],
      rows: scored.map(([{ name }, { text, logLikelihood, perplexity, bitsPerCharacter }]) => [name, text, logLikelihood, perplexity, bitsPerCharacter]),
    };
  }

  picture() {
    return tablePicture(this.table());
  }
}

customElements.define('mg-compare-scores', ScoresPanel);
