// The panel of probes: curves over the keyframes that show when the model learned something. A probe is a share of
// generated texts, their mean length, or the surprisal of a given text.

import { css, html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';

import { compact, count, fixed } from '../data/format.js';
import { logTicks } from '../data/log-ticks.js';
import { ProbeCurves } from '../data/probe-curves.js';
import { loadedAt } from '../data/session-events.js';
import { texts } from '../data/texts.js';
import { axis, ticksAt, tooltip } from '../components/chart.js';
import { Panel } from '../components/panel.js';
import { PolledQuery } from '../components/polled-query.js';
import { remember, remembered } from '../components/remembered.js';
import { textScale } from '../components/text-scale.js';
import { theme } from '../components/theme.js';
import { queryValue, queryValues, setQuery } from '../components/url-query.js';

const t = await texts('panels');

const EVERY = 3000; // ms between two measurements, at least
const MOST_PROBES = 6; // as many as there are colours
const LONGEST = 200; // characters of a pattern or a text
const MANY_STEPS = 100; // from here on, a logarithmic axis shows the keyframes better
const PROBES = 'probes'; // the remembered settings
const LOG_STEPS = 'probes.log-steps';
const IN_URL = 'probe'; // once for each, such as `length` or `match:^a`
const NONE = 'none'; // its value if there are none
const LOG_IN_URL = 'probes-log'; // 1 or 0
const UNTRAINED = 0.5; // the place of step 0 on a logarithmic axis, which has no 0

const KINDS = {
  match: { label: t('probes.kinds.match'), field: 'pattern', isShare: true },
  surprisal: { label: t('probes.kinds.surprisal'), field: 'text' },
  length: { label: t('probes.kinds.length') },
  known: { label: t('probes.kinds.known'), isShare: true },
};
const INITIAL = [{ kind: 'match', pattern: '[aeiou]$' }, { kind: 'length' }, { kind: 'known' }];
const VOWEL = '[aeiou]$';

function isProbe({ kind, pattern, text }) {
  if (!Object.hasOwn(KINDS, kind)) {
    return false;
  }
  const value = { pattern, text }[KINDS[kind].field];
  return KINDS[kind].field === undefined || (typeof value === 'string' && value !== '' && value.length <= LONGEST);
}

/** The probes that a link names, without what is none; null if it names none. */
function probesInUrl() {
  const values = queryValues(IN_URL);
  const probes = values.map(probeOf).filter(isProbe);
  const isFirst = (probe, i) => probes.findIndex((other) => nameOf(other) === nameOf(probe)) === i;
  return probes.length > 0 ? probes.filter(isFirst).slice(0, MOST_PROBES) : values.includes(NONE) ? [] : null;
}

function probeOf(text) {
  const [kind] = text.split(':', 1);
  const field = Object.hasOwn(KINDS, kind) ? KINDS[kind].field : undefined;
  return field === undefined ? { kind } : { kind, [field]: text.slice(kind.length + 1) };
}

function textOf(probe) {
  const { field } = KINDS[probe.kind];
  return field === undefined ? probe.kind : `${probe.kind}:${probe[field]}`;
}

/** The remembered probes; those to begin with if there are none, or nothing that can be read. */
function rememberedProbes() {
  try {
    const probes = JSON.parse(remembered(PROBES));
    return probes.every(isProbe) ? probes.slice(0, MOST_PROBES) : INITIAL;
  } catch {
    return INITIAL;
  }
}

function nameOf({ kind, pattern, text }) {
  switch (kind) {
    case 'match': return pattern === VOWEL ? t('probes.vowel') : t('probes.matches', { pattern });
    case 'length': return t('probes.length');
    case 'known': return t('columns.inDocuments');
    default: return t('probes.surprisal', { text });
  }
}

class ProbesPanel extends Panel {
  static heading = t('probes.heading');
  static about = t('probes.about');

  static properties = {
    probes: { state: true },
    draft: { state: true }, // {kind, value} of the form
    problem: { state: true }, // of what was typed
    logChoice: { state: true }, // whether the step axis is logarithmic; null for where it helps
  };

  static styles = [Panel.styles, css`
    .content { display: flex; flex-direction: column; gap: var(--space-2); }
    mg-chart { flex: 1; height: auto; min-height: 240px; }
    .legend { display: flex; flex-wrap: wrap; gap: var(--space-1) var(--space-3); font-size: var(--text-s); color: var(--muted); }
    .legend li { display: inline-flex; align-items: center; gap: 6px; max-width: 100%; }
    .legend .words { min-width: 0; overflow-wrap: anywhere; }
    .legend .left-out { color: var(--warn); }
    .legend strong { color: var(--ink); font-variant-numeric: tabular-nums; }
    .legend i { flex: none; width: 16px; height: 3px; border-radius: 2px; }
    .legend button { flex: none; width: 24px; min-height: 24px; }
    .s0 { background: var(--data-1); } .s1 { background: var(--data-2); } .s2 { background: var(--data-3); }
    .s3 { background: var(--data-4); } .s4 { background: var(--data-5); } .s5 { background: var(--data-6); }
    .at { align-self: flex-start; padding: 2px 0; color: var(--muted); font-size: var(--text-s); }
    .at.past { padding-inline: var(--space-2); border-radius: var(--radius-small); background: var(--warn-soft); color: var(--warn); }
    form { display: flex; flex-wrap: wrap; gap: var(--space-2); }
    form select { flex: 1 1 190px; width: auto; min-width: 0; }
    form input { flex: 1 1 140px; width: auto; min-width: 0; font-family: var(--mono); }
    .empty { display: grid; place-items: center; min-height: 240px; color: var(--muted); }
  `];

  #curves = new PolledQuery(this, (signal) => this.#measure(signal));
  #measured = new ProbeCurves();
  #rejected = { key: null, errors: new Map() }; // by probe, as long as the key is the same

  constructor() {
    super();
    this.probes = probesInUrl() ?? rememberedProbes();
    this.logChoice = { 1: true, 0: false }[queryValue(LOG_IN_URL)] ?? { on: true, off: false }[remembered(LOG_STEPS)] ?? null;
    this.#updateUrl();
    this.draft = { kind: 'match', value: '' };
    this.problem = null;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#curves.cancel();
  }

  willUpdate() {
    if (this.view?.vocabSize && this.probes.length > 0) {
      const { keyframes } = this.live;
      const version = `${keyframes.at(-1)} ${this.view.state === 'training' ? '' : this.view.step}`;
      this.#curves.request(this.#key, version, EVERY);
    }
  }

  /** What the values depend on, besides the step. */
  get #key() {
    const { createdAt, numParams, vocabSize, continuations } = this.view;
    return JSON.stringify([createdAt, loadedAt(this.live.events), numParams, vocabSize, continuations, this.probes]);
  }

  /**
   * Measures the probes. Those that the server rejects are left out: a link, or another session, may have brought
   * a text with characters that these documents do not have.
   */
  async #measure(signal) {
    const { probes } = this;
    const key = this.#key;
    if (this.#rejected.key !== key) {
      this.#rejected = { key, errors: new Map() };
    }
    const { errors } = this.#rejected;
    for (;;) {
      const valid = probes.filter((probe) => !errors.has(probe));
      const leftOut = [...errors].map(([probe, error]) => ({ probe, why: inWords(error) }));
      if (valid.length === 0) {
        return { probes: valid, leftOut, steps: [], values: [], documents: [] };
      }
      try {
        const { steps, values, documents } = await this.#measured.update(
          this.live, JSON.stringify([key, valid]), valid, this.view.step, signal);
        return { probes: valid, leftOut, steps, values, documents };
      } catch (error) {
        const rejected = valid[/^probes\[(\d+)\]/.exec(error.field)?.[1]];
        if (rejected === undefined) {
          throw error;
        }
        errors.set(rejected, error);
      }
    }
  }

  #change(probes) {
    this.probes = probes;
    remember(PROBES, JSON.stringify(probes));
    this.#updateUrl();
  }

  #updateUrl() {
    const texts = this.probes.map(textOf);
    const isInitial = JSON.stringify(texts) === JSON.stringify(INITIAL.map(textOf));
    setQuery({
      [IN_URL]: isInitial ? null : texts.length === 0 ? NONE : texts,
      [LOG_IN_URL]: this.logChoice === null ? null : Number(this.logChoice),
    });
  }

  /** Adds what was typed, once the server has accepted it. */
  async #add(event) {
    event.preventDefault();
    const { kind, value } = this.draft;
    const { field } = KINDS[kind];
    const probe = field === undefined ? { kind } : { kind, [field]: value };
    try {
      await this.live.api.probes(this.live.name, { probes: [probe], samples: 1, keyframes: 1 });
      this.problem = null;
      this.draft = { kind, value: '' };
      this.#change([...this.probes.filter((other) => nameOf(other) !== nameOf(probe)), probe].slice(-MOST_PROBES));
    } catch (problem) {
      this.problem = problem;
    }
  }

  get #logSteps() {
    return this.logChoice ?? this.view.step >= MANY_STEPS;
  }

  renderControls() {
    return this.live === undefined ? nothing : html`
      <label><input type="checkbox" .checked=${this.#logSteps} @change=${({ target }) => {
        this.logChoice = target.checked;
        remember(LOG_STEPS, target.checked ? 'on' : 'off');
        this.#updateUrl();
      }}>${t('logSteps')}</label>`;
  }

  renderBody() {
    return html`${this.#shown()} ${this.#form()}`;
  }

  #shown() {
    const { result } = this.#curves;
    if (!this.view.vocabSize) {
      return html`<p class="empty">${t('noModel')}</p>`;
    }
    if (this.probes.length === 0) {
      return html`<p class="empty">${t('probes.add')}</p>`;
    }
    if (result === null) {
      return html`<p class="empty">${this.instead(t('measuring'))}</p>`;
    }
    const at = this.#shownIndex(result);
    return html`
      <ul class="legend">${result.probes.map((probe, i) => !this.probes.includes(probe) ? nothing : html`
        <li><i class="s${i}"></i><span class="words"><span class="name">${nameOf(probe)}</span> <strong>${valueInWords(probe, result.values[i][at])}</strong>
          ${result.documents[i] === null ? nothing : html`<span>${documentsInWords(probe, result, i)}</span>`}</span>
          ${this.#removal(probe)}</li>`)}
        ${result.leftOut.map(({ probe, why }) => !this.probes.includes(probe) ? nothing : html`
        <li class="left-out"><span class="words"><span class="name">${nameOf(probe)}</span> <span>${t('probes.leftOut', { why })}</span></span> ${this.#removal(probe)}</li>`)}
      </ul>
      ${result.probes.length === 0 ? nothing : this.#chart(result, at)}`;
  }

  #removal(probe) {
    return html`<button class="quiet icon" aria-label=${t('probes.removeLabel', { name: nameOf(probe) })} title=${t('probes.remove')}
      @click=${() => this.#change(this.probes.filter((other) => nameOf(other) !== nameOf(probe)))}>×</button>`;
  }

  #chart(result, at) {
    const looks = [result, this.at, this.#logSteps, textScale(this), theme.isDark, theme.isPicture];
    return html`
      <p class="at ${this.at === null ? '' : 'past'}">${t('probes.at', { step: count(result.steps[at]) })}</p>
      <mg-chart .option=${guard(looks, () => this.#option(result))} label=${this.#inWords(result)}></mg-chart>`;
  }

  /** The index of the step whose values the legend shows. */
  #shownIndex({ steps }) {
    return this.at === null ? steps.length - 1 : Math.max(0, steps.findLastIndex((step) => step <= this.at));
  }

  #inWords({ probes, steps, values }) {
    const curves = probes.map((probe, i) =>
      t('probes.curve', { name: nameOf(probe), first: valueInWords(probe, values[i][0]), last: valueInWords(probe, values[i].at(-1)) }));
    return t('probes.chart', { from: steps[0], to: steps.at(-1), curves: curves.join(', ') });
  }

  #option({ probes, steps, values, documents }) {
    const scale = textScale(this);
    const isLog = this.#logSteps;
    const x = (step) => isLog && step === 0 ? UNTRAINED : step;
    const last = Math.max(2, steps.at(-1));
    const ticks = ticksAt(isLog ? [UNTRAINED, ...logTicks(1, last)] : null);
    const label = { color: theme.colour('--muted'), fontSize: 11 * scale, hideOverlap: true };
    const left = probes.some(({ kind }) => KINDS[kind].isShare);
    const right = probes.some(({ kind }) => !KINDS[kind].isShare);
    const atStep = this.at === null ? [] : [{ xAxis: x(this.at), lineStyle: { type: 'solid', width: 2, color: theme.colour('--warn') } }];
    const marks = (i) => ({
      silent: true, animation: false, symbol: 'none', label: { show: false }, lineStyle: { type: 'dotted', width: 1.5 * scale },
      data: [...(i === 0 ? atStep : []), ...(documents[i] === null ? [] : [{ yAxis: documents[i] }])],
    });
    return {
      grid: { left: 34 + 14 * scale, right: 20 + 22 * scale, top: 14, bottom: 24 + 20 * scale },
      tooltip: tooltip({
        trigger: 'axis', axisPointer: { lineStyle: { color: theme.colour('--edge') } },
        formatter: (items) => [t('loss.tip.step', { step: steps[items[0].dataIndex] }), ...probes.map((probe, i) =>
          t('probes.value', { name: nameOf(probe), value: valueInWords(probe, values[i][items[0].dataIndex]) }))].join('\n'),
      }),
      xAxis: axis({
        id: 'steps', type: isLog ? 'log' : 'value', min: x(0), max: last, splitLine: { show: false },
        name: t('columns.step'), nameLocation: 'middle', nameGap: 14 + 10 * scale,
        nameTextStyle: { color: theme.colour('--muted'), fontSize: 11 * scale },
        axisTick: ticks.axisTick,
        axisLabel: { ...label, ...ticks.axisLabel, formatter: (value) => compact(value < 1 ? 0 : value) },
      }),
      yAxis: [
        axis({ id: 'shares', show: left, min: 0, max: 1, axisLabel: { ...label, formatter: (value) => t('percent', { number: Math.round(100 * value) }) } }),
        axis({ id: 'others', show: right, position: 'right', min: 0, splitLine: { show: !left }, axisLabel: label }),
      ],
      series: probes.map((probe, i) => ({
        id: nameOf(probe), name: nameOf(probe), type: 'line', yAxisIndex: KINDS[probe.kind].isShare ? 0 : 1,
        data: steps.map((step, j) => [x(step), values[i][j]]), symbol: 'circle', symbolSize: 4 * scale, animation: false,
        color: theme.colour(`--data-${i + 1}`), lineStyle: { width: 2 * scale, type: KINDS[probe.kind].isShare ? 'solid' : 'dashed' },
        markLine: marks(i),
      })),
    };
  }

  #form() {
    const { kind, value } = this.draft;
    const { field } = KINDS[kind];
    return html`
      <form novalidate @submit=${this.#add}>
        <select aria-label=${t('probes.kind')} @change=${({ target }) => { this.draft = { kind: target.value, value: '' }; this.problem = null; }}>
          ${Object.entries(KINDS).map(([name, { label }]) => html`<option value=${name} ?selected=${name === kind}>${label}</option>`)}
        </select>
        ${field === undefined ? nothing : html`
          <input aria-label=${t(`probes.fields.${field}`)} placeholder=${t(`probes.examples.${field}`)}
            maxlength=${LONGEST} spellcheck="false" autocomplete="off" .value=${value} aria-invalid=${this.problem === null ? nothing : 'true'}
            aria-describedby=${this.problem === null ? nothing : 'problem'}
            @input=${({ target }) => { this.draft = { ...this.draft, value: target.value }; }}>`}
        <button ?disabled=${!this.view.vocabSize || (field !== undefined && value === '')}>${t('probes.addButton')}</button>
      </form>
      ${this.problem === null ? nothing : html`<p class="error" id="problem" role="alert">${sentence(inWords(this.problem))}</p>`}`;
  }

  legend() {
    return (this.#curves.result?.probes ?? []).map((probe, i) => ({
      label: nameOf(probe), kind: KINDS[probe.kind].isShare ? 'line' : 'dashed', colour: `--data-${i + 1}`,
    }));
  }

  table() {
    const { result } = this.#curves;
    if (result === null || result.probes.length === 0) {
      return null;
    }
    const { probes, steps, values, documents } = result;
    return {
      columns: [t('columns.step'), ...probes.map(nameOf)],
      get rows() { // computed only when needed
        return [...steps.map((step, j) => [step, ...probes.map((_, i) => values[i][j])]), [t('probes.documents'), ...documents]];
      },
    };
  }
}

/** Why a probe was rejected. The server names its place in the call, which the user does not know. */
function inWords({ message }) {
  return message.replace(/probes\[\d+\]\.(\w+)/, 'the $1');
}

function sentence(words) {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What the documents have, and at which step a share first was that; nothing about the step for a mean, or if it never was. */
function documentsInWords(probe, { steps, values, documents }, i) {
  const first = KINDS[probe.kind].isShare ? values[i].findIndex((value) => value !== null && value >= documents[i]) : -1;
  return t('probes.ofDocuments', { value: valueInWords(probe, documents[i]), isReached: first >= 0, step: steps[first] ?? 0 });
}

function valueInWords({ kind }, value) {
  if (value === null || value === undefined) {
    return '–';
  }
  return KINDS[kind].isShare ? t('percent', { number: Math.round(100 * value) }) : fixed(value, 2);
}

customElements.define('mg-probes-panel', ProbesPanel);
