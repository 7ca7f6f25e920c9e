// The first thing to see of a sweep: which options are best, and the means of all of them.

import { LitElement, css, html, nothing } from 'lit';

import { count, loss, number } from '../../data/format.js';
import { SITE } from '../../data/site.js';
import { variedLabel, variedValue } from '../../data/varied-options.js';
import { texts } from '../../data/texts.js';
import { icons } from '../../components/icons.js';
import { controls } from '../../components/styles.js';
import { groupsInWords, rankedGroups } from './group-verdict.js';

const t = await texts('sweep');

const MOST_GROUPS = 10; // that are shown

/** `<mg-sweep-verdict .sweep=${sweep}>` */
class SweepVerdict extends LitElement {
  static properties = { sweep: { attribute: false } };

  static styles = [controls, css`
    :host { display: block; }
    section { display: grid; gap: var(--space-3); padding: var(--space-4); border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); box-shadow: 0 1px 3px var(--shadow); }
    .words { max-width: 80ch; font-size: var(--text-l); font-weight: 600; overflow-wrap: anywhere; }
    .scroll { overflow-x: auto; }
    table { width: auto; min-width: min(100%, 560px); }
    td { white-space: nowrap; }
    tr.best td { font-weight: 600; }
    .hint { max-width: 80ch; }
    .actions { display: flex; flex-wrap: wrap; gap: var(--space-2); }
  `];

  render() {
    const { groups, trials, endedAt } = this.sweep;
    const best = trials.find(({ rank }) => rank === 1);
    if (groups.length === 0) {
      return html`<section aria-label=${t('verdict.verdict')}><p class="words">${endedAt ? t('verdict.none')
        : t('verdict.later')}</p></section>`;
    }
    return html`
      <section aria-label=${t('verdict.verdict')}>
        <p class="words" role="status">${endedAt ? groupsInWords(rankedGroups(groups)) : t('verdict.soFar', { verdict: groupsInWords(rankedGroups(groups)) })}</p>
        ${this.#table(groups)}
        ${groups.length > MOST_GROUPS ? html`<p class="hint">${t('verdict.best', { most: MOST_GROUPS, all: groups.length })}</p>` : nothing}
        ${groups.some(({ standardError }) => standardError !== undefined) ? html`
          <p class="hint">${t('verdict.error')}</p>` : nothing}
        ${best === undefined ? nothing : html`
          <div class="actions"><a class="button primary" href="${SITE}s/${best.session}"
            title=${t('verdict.continueTitle')}>${icons.play} ${t('verdict.continue', { session: best.session })}</a></div>`}
      </section>`;
  }

  #table(groups) {
    const names = Object.keys(groups[0].options);
    const haveSeeds = groups.some((group) => group.count > 1);
    return html`
      <div class="scroll" tabindex="0" role="region" aria-label=${t('verdict.losses')}>
        <table>
          <thead><tr>${names.map((name) => html`<th scope="col">${variedLabel(name)}</th>`)}
            <th scope="col">${t(haveSeeds ? 'verdict.mean' : 'validationLoss')}</th>
            ${haveSeeds ? html`<th scope="col">${t('verdict.range')}</th><th scope="col">${t('verdict.seeds')}</th>` : nothing}</tr></thead>
          <tbody>${groups.slice(0, MOST_GROUPS).map(({ options, mean, standardError, min, max, count: trials }, i) => html`
            <tr class=${i === 0 ? 'best' : ''}>
              ${names.map((name) => html`<td>${variedValue(name, options[name])}</td>`)}
              <td>${loss(mean)}${standardError === undefined ? nothing : ` ± ${number(standardError, 2)}`}</td>
              ${haveSeeds ? html`<td>${t('verdict.fromTo', { min: loss(min), max: loss(max) })}</td>
                <td title=${t('verdict.completed', { trials })}>${count(trials)}</td>` : nothing}
            </tr>`)}</tbody>
        </table>
      </div>`;
  }
}

customElements.define('mg-sweep-verdict', SweepVerdict);
