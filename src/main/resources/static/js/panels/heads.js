// The panel that says what each attention head does, measured over many documents.

import { css, html, nothing, svg } from 'lit';

import { PARTS, headInWords, partsOf, percent } from '../data/model/head-sentences.js';
import { texts } from '../data/texts.js';
import { Panel } from '../components/panel.js';
import { PolledQuery } from '../components/polled-query.js';
import { tablePicture } from '../components/table-picture.js';

const t = await texts('panels');

const EVERY = 2000; // ms between two measurements, at least
const MOST_HEADS = 128; // in the list; the table has all

const SHARES = ['previous', 'first', 'itself', 'earlier', 'sameCharacter', 'vowels', 'consonants', 'entropy'];

class HeadsPanel extends Panel {
  static heading = t('heads.heading');
  static about = t('heads.about');

  static styles = [Panel.styles, css`
    .content { display: flex; flex-direction: column; gap: var(--space-3); }
    .legend { display: flex; flex-wrap: wrap; gap: var(--space-1) var(--space-4); color: var(--muted); font-size: var(--text-s); }
    .legend span { display: inline-flex; align-items: center; gap: 6px; }
    .legend i { width: 12px; height: 12px; border-radius: 2px; }
    .list { flex: 1 1 0; min-height: 200px; overflow: auto; }
    li { display: grid; grid-template-columns: 5.5em minmax(90px, 1fr) minmax(0, 2fr); align-items: center; gap: var(--space-1) var(--space-3); padding: var(--space-2) 0; font-size: var(--text-s); }
    li + li { border-top: 1px solid var(--line); }
    li b { font-weight: 600; white-space: nowrap; }
    li svg { display: block; width: 100%; height: calc(14px * var(--scale)); border-radius: 2px; }
    .previous { background: var(--data-1); fill: var(--data-1); }
    .first { background: var(--data-2); fill: var(--data-2); }
    .itself { background: var(--data-3); fill: var(--data-3); }
    .earlier { background: var(--line); fill: var(--line); }
    .note { padding: 2px 0; color: var(--muted); font-size: var(--text-s); font-variant-numeric: tabular-nums; }
    .note.past { align-self: flex-start; padding-inline: var(--space-2); border-radius: var(--radius-small); background: var(--warn-soft); color: var(--warn); }
    .empty { padding: var(--space-5) 0; color: var(--muted); text-align: center; }
    @container (max-width: 600px) {
      li { grid-template-columns: 5.5em minmax(0, 1fr); }
      li p { grid-column: 1 / -1; }
      .list { flex: none; max-height: 480px; }
    }
  `];

  #heads = new PolledQuery(this, (signal) => this.live.api.heads(this.live.name, { step: this.at }, signal));

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#heads.cancel();
  }

  willUpdate() {
    if (this.view?.numDocs > 0) {
      const { createdAt, numParams, vocabSize, continuations, step } = this.view;
      this.#heads.request(`${createdAt} ${numParams} ${vocabSize} ${continuations} ${this.at}`, this.at ?? step, EVERY);
    }
  }

  get step() {
    return this.#measured?.step ?? super.step;
  }

  /** The newest measurement; null if there is none, or nothing to measure. */
  get #measured() {
    const { result } = this.#heads;
    return this.view?.numDocs > 0 && result?.positions > 0 ? result : null;
  }

  renderBody() {
    const measured = this.#measured;
    if (measured === null) {
      return html`<p class="empty">${this.instead(this.#reason)}</p>`;
    }
    const { step, documents, positions, even, heads } = measured;
    const shown = heads.slice(0, MOST_HEADS);
    return html`
      <p class="legend" aria-hidden="true">${PARTS.map(([name, words]) => html`<span><i class=${name}></i>${words}</span>`)}</p>
      <div class="list" tabindex="0" role="region" aria-label=${t('heads.heads')}>
        <ul>${shown.map((head) => html`
          <li><b>${this.#name(head)}</b>${bar(head.attention)}<p>${headInWords(head.attention, even)}</p></li>`)}
        </ul>
      </div>
      <p class="note ${this.at === null ? '' : 'past'}">${t('heads.note', {
        isPast: this.at !== null, step, positions, documents, isCut: heads.length > shown.length, shown: shown.length, heads: heads.length,
      })}</p>`;
  }

  get #reason() {
    if (!(this.view.numDocs > 0)) {
      return t('heads.nothing');
    }
    return this.#heads.result === null ? t('measuring') : t('heads.tooShort');
  }

  #name({ layer, head }) {
    return t('attention.name', { hasLayers: this.view.options.nLayer > 1, layer: layer + 1, head: head + 1 });
  }

  table() {
    const measured = this.#measured;
    if (measured === null) {
      return null;
    }
    const { even, heads } = measured;
    const cells = (attention) => [attention.previous, attention.first, attention.itself, partsOf(attention).earlier,
      attention.sameCharacter, attention.vowels, attention.consonants, attention.entropy];
    return {
      columns: [t('columns.layer'), t('columns.head'), ...SHARES.map((name) => t(`heads.columns.${name}`))],
      rows: [
        ...heads.map(({ layer, head, attention }) => [layer + 1, head + 1, ...cells(attention)]),
        [t('heads.even'), null, ...cells(even)],
      ],
    };
  }

  picture() {
    const measured = this.#measured;
    return measured === null ? null : tablePicture({
      columns: [t('columns.head'), ...PARTS.map(([, words]) => words), t('heads.columns.vowels'), t('heads.columns.consonants')],
      rows: [
        ...measured.heads.map((head) => [this.#name(head), ...inPercent(head.attention)]),
        [t('heads.even'), ...inPercent(measured.even)],
      ],
    });
  }
}

const inPercent = (attention) => {
  const shares = partsOf(attention);
  return [...PARTS.map(([name]) => shares[name]), attention.vowels, attention.consonants].map(percent);
};

/** The shares side by side. */
function bar(attention) {
  const shares = partsOf(attention);
  let x = 0;
  return html`
    <svg viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">${PARTS.map(([name]) => {
      const start = x;
      x += 100 * shares[name];
      return svg`<rect class=${name} x=${start} width=${x - start} height="14" />`;
    })}</svg>`;
}

customElements.define('mg-heads-panel', HeadsPanel);
