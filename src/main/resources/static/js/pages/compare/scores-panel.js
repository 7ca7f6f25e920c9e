// The panel that compares how likely each session finds the same text.

import { css, html } from 'lit';

import { api } from '../../data/api.js';
import { fixed, signed } from '../../data/format.js';
import { texts } from '../../data/texts.js';
import { Panel } from '../../components/panel.js';
import { markStyles, sessionMark } from '../../components/session-marks.js';
import { SessionQueries, whyUnavailable } from './session-queries.js';
import { textForm, textFormStyles } from './text-form.js';

const t = await texts('compare');

const MIN_INTERVAL = 2000; // ms, while a session trains

const four = (value) => (Math.abs(value) >= 1000 ? signed(value, 5) : fixed(value, 4).replace('-', '−'));

class ScoresPanel extends Panel {
  static heading = t('scores.heading');
  static about = t('scores.about');

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
      ${textForm(this.live, t('scores.score'))}
      ${entries.length === 0 ? html`<p class="empty">${t('noneChosen')}</p>`
        : text === '' ? html`<p class="empty">${t('scores.typeText')}</p>` : this.#scoreTable()}`;
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
      <div class="scores" tabindex="0" role="region" aria-label=${t('scores.region')}>
        <table>
          <thead><tr><th scope="col">${t('scores.session')}</th>${['logLikelihood', 'perplexity', 'bits'].map((name) => html`
            <th scope="col">${t(`columns.${name}`)}</th>`)}</tr></thead>
          <tbody>${scored.map(([entry, score]) => html`
            <tr data-session=${entry.name}>
              <th scope="row"><span class="who">${sessionMark(entry.slot)} ${entry.name}</span></th>
              ${this.#cells(entry, score, best)}
            </tr>`)}</tbody>
        </table>
      </div>
      ${isCut ? html`<p class="hint">${t('scores.cut')}</p>` : ''}`;
  }

  #cells(entry, score, best) {
    const problem = whyUnavailable(entry);
    if (problem !== null || score === null) {
      return html`<td class="words hint" colspan="3">${problem ?? t('loading')}</td>`;
    }
    if (score.error) {
      return html`<td class="words error" colspan="3">${score.error.message}</td>`;
    }
    return html`
      <td>${score.logLikelihood === best ? html`<span class="best">${t('scores.mostLikely')}</span> ` : ''}${four(score.logLikelihood)}${score.truncated ? '*' : ''}</td>
      <td>${four(score.perplexity)}</td>
      <td>${four(score.bitsPerCharacter)}</td>`;
  }

  table() {
    const scored = this.live === undefined ? [] : this.#scored.filter(([, score]) => score && !score.error);
    return scored.length === 0 ? null : {
      columns: ['session', 'text', 'logLikelihood', 'perplexity', 'bits'].map((name) => t(`columns.${name}`)),
      rows: scored.map(([{ name }, { text, logLikelihood, perplexity, bitsPerCharacter }]) => [name, text, logLikelihood, perplexity, bitsPerCharacter]),
    };
  }
}

customElements.define('mg-compare-scores', ScoresPanel);
