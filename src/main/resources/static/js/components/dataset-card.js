// The choice of a bundled dataset: what it contains, its size and where it is from.

import { css, html } from 'lit';

import { compact, fixed, plural } from '../data/format.js';
import { visible } from '../data/model/tokens.js';
import { texts } from '../data/texts.js';

const t = await texts('common');

const MOST_CHARACTERS = 40; // of the alphabet that are shown

const RANGES = ['0123456789', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'];

/** The beginning of an alphabet, with “a-z” in place of all these letters. */
function shortAlphabet(alphabet) {
  const complete = RANGES.filter((range) => alphabet.includes(range));
  const rest = [...alphabet].filter((character) => !complete.some((range) => range.includes(character)));
  const parts = [...complete.map((range) => `${range.at(0)}-${range.at(-1)}`), ...rest.map(visible)];
  return parts.slice(0, MOST_CHARACTERS).join(' ') + (parts.length > MOST_CHARACTERS ? ' …' : '');
}

/** An address as a link; other texts as they are. */
function linked(text) {
  return text.split(/(https:\/\/[^\s)]+)/).map((part) => part.startsWith('https://')
    ? html`<a href=${part} target="_blank" rel="noreferrer">${part.replace(/^https:\/\/|\/$/g, '')}</a>` : part);
}

/** Returns a card with a radio button named `dataset`, for a dataset as the API lists it. */
export function datasetCard({ name, description, source, licence, numDocs, bytes, alphabet, alphabetSize, shortest, meanLength, longest, examples }, { isChosen, choose }) {
  const id = `dataset-${name}`;
  return html`
    <div class="dataset">
      <label><input type="radio" name="dataset" value=${name} .checked=${isChosen} aria-describedby=${id} @change=${choose}>
        <strong>${name}</strong></label>
      <div class="about" id=${id}>
        <p>${description}</p>
        <ul class="examples" aria-label=${t('dataset.examples')}>${examples.map((example) => html`<li>${example}</li>`)}</ul>
        <dl>
          <div><dt>${t('dataset.size')}</dt> <dd>${t('dataset.documents', { documents: plural(numDocs, 'document'), bytes: compact(bytes) })}</dd></div>
          <div><dt>${t('dataset.lengths')}</dt> <dd>${t('dataset.characters', { shortest, longest, mean: fixed(meanLength, 1) })}</dd></div>
          <div><dt>${t('dataset.alphabet')}</dt> <dd>${t.html('dataset.alphabetOf', { size: alphabetSize, characters: html`<span class="mono">${shortAlphabet(alphabet)}</span>` })}</dd></div>
        </dl>
        <p class="hint">${t.html('dataset.source', { source: linked(source), licence })}</p>
      </div>
    </div>`;
}

datasetCard.styles = css`
  .datasets { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 200px), 1fr)); gap: var(--space-3); }
  .dataset { display: grid; align-content: start; min-width: 0; border: 1px solid var(--edge); border-radius: var(--radius); }
  .dataset label:has(:checked) { border-radius: var(--radius) var(--radius) 0 0; background: var(--accent-soft); }
  .dataset label { display: flex; align-items: center; gap: var(--space-2); padding: var(--space-3) var(--space-3) var(--space-2); cursor: pointer; }
  .about { display: grid; gap: var(--space-2); min-width: 0; padding: 0 var(--space-3) var(--space-3); font-size: var(--text-s); overflow-wrap: anywhere; }
  .dataset dt, .dataset dd { display: inline; }
  .dataset dt { color: var(--muted); }
  .examples { font-family: var(--mono); }
  .examples li { display: inline; }
  .examples li + li::before { content: " · "; color: var(--muted); }
  .dataset .hint a { color: inherit; }
`;
