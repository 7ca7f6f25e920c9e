// The page `/s/{name}/strings`: new texts for a file, or a list of texts ranked by how unusual they are. The URL holds
// what is shown: `?show=rank`, `?at` for the step, the settings of draw-settings.js, and `?sort`.

import { css, html } from 'lit';

import { texts } from '../data/texts.js';
import '../components/step-picker.js';
import { queryValue, setQuery, wholeNumberInQuery } from '../components/url-query.js';
import { SessionPage } from './base/session-page.js';
import './strings/draw-texts.js';
import './strings/rank-texts.js';

const t = await texts('strings');

class StringsPage extends SessionPage {
  static page = 'strings';
  static absentHint = t('absentHint');
  static hasPanels = true;
  static help = t('help');
  static keys = [['t', t('keys.switch')]];

  static properties = {
    ranks: { state: true }, // whether texts are ranked, instead of drawn
    at: { state: true },
  };

  static styles = [SessionPage.styles, css`
    .bar { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2) var(--space-4); margin-bottom: var(--space-4); }
    .tabs { display: flex; gap: var(--space-1); }
    mg-step-picker { flex: 1 1 300px; max-width: 640px; }
  `];

  constructor() {
    super();
    this.live.wantsTraces = false;
    this.ranks = queryValue('show') === 'rank';
    this.at = wholeNumberInQuery('at');
  }

  titleOf(name) {
    return t('title', { name });
  }

  get shortcuts() {
    return { 't': () => this.#show(!this.ranks) };
  }

  sessionChanged() {
    const { view } = this.live;
    if (view !== null && this.at !== null && this.at > view.step) {
      this.at = null;
    }
  }

  #show(ranks) {
    this.ranks = ranks;
    setQuery({ show: ranks ? 'rank' : null });
  }

  #pick(at) {
    this.at = at;
    setQuery({ at });
  }

  renderSession() {
    const { view } = this.live;
    return html`
      ${this.renderTop()}
      ${!view.vocabSize ? this.renderNoDocuments() : html`
        <div class="bar">
          <div class="tabs" role="group" aria-label=${t('show')}>
            <button aria-pressed=${!this.ranks} @click=${() => this.#show(false)}>${t('drawTexts')}</button>
            <button aria-pressed=${this.ranks} @click=${() => this.#show(true)}>${t('rankList')}</button>
          </div>
          <mg-step-picker label=${t('model')} .live=${this.live} .view=${view} .at=${this.at} .revision=${this.revision}
            @pick=${({ detail }) => this.#pick(detail)}></mg-step-picker>
        </div>
        ${view.state === 'failed' && this.at === null
          ? html`<p class="notice bad">${t('failed')}</p>` : this.#parts(view)}`}`;
  }

  /** Both parts stay on the page, so that a list is there when the user comes back to it. */
  #parts(view) {
    return html`
      <mg-draw-texts name=${this.name} .view=${view} .at=${this.at} ?hidden=${this.ranks}></mg-draw-texts>
      <mg-rank-texts name=${this.name} .view=${view} .limits=${this.live.limits} .at=${this.at} ?hidden=${!this.ranks}></mg-rank-texts>`;
  }
}

customElements.define('mg-strings-page', StringsPage);
