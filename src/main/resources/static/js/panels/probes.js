// The panel of probes: curves over the keyframes that show when the model learned something. A probe is a share of
// generated texts, their mean length, or the surprisal of a given text.

import { css, html, nothing } from 'lit';

import { compact, count, number } from '../data/format.js';
import { logTicks } from '../data/log-ticks.js';
import { ProbeCurves } from '../data/probe-curves.js';
import { loadedAt } from '../data/session-events.js';
import { axis, ticksAt, tooltip } from '../components/chart.js';
import { Panel } from '../components/panel.js';
import { PolledQuery } from '../components/polled-query.js';
import { remember, remembered } from '../components/remembered.js';
import { textScale } from '../components/text-scale.js';
import { theme } from '../components/theme.js';
import { queryValue, queryValues, setQuery } from '../components/url-query.js';

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
  match: { label: 'Share that match a pattern', field: 'pattern', isShare: true },
  surprisal: { label: 'Surprisal of a text', field: 'text' },
  length: { label: 'Mean length' },
  known: { label: 'Share in the documents', isShare: true },
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
    case 'match': return pattern === VOWEL ? 'ends in a vowel' : `matches ${pattern}`;
    case 'length': return 'mean length';
    case 'known': return 'in the documents';
    default: return `surprisal of “${text}”`;
  }
}

class ProbesPanel extends Panel {
  static heading = 'Probes';
  static about = 'What the model had learned at each keyframe: 100 texts at temperature 0.5, always from the session’s seed, and '
    + 'the share of them that match a regular expression (in the syntax of RE2), the share that are documents, and their mean '
    + 'length. Or the surprisal of a text: nats per character, its end included. Shares are on the left axis, lengths and '
    + 'surprisals on the right one. Dotted lines show what the documents have. Single '
    + 'measurements swing: at the step named in the legend, a curve reaches the documents’ share for the first time; whether it '
    + 'stays there, the curve shows.';

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
      }}>log steps</label>`;
  }

  renderBody() {
    return html`${this.#shown()} ${this.#form()}`;
  }

  #shown() {
    const { result } = this.#curves;
    if (!this.view.vocabSize) {
      return html`<p class="empty">There is no model without documents.</p>`;
    }
    if (this.probes.length === 0) {
      return html`<p class="empty">Add a probe below.</p>`;
    }
    if (result === null) {
      return html`<p class="empty">${this.instead('Measuring …')}</p>`;
    }
    const at = this.#shownIndex(result);
    return html`
      <ul class="legend">${result.probes.map((probe, i) => !this.probes.includes(probe) ? nothing : html`
        <li><i class="s${i}"></i><span class="words"><span class="name">${nameOf(probe)}</span> <strong>${valueInWords(probe, result.values[i][at])}</strong>
          ${result.documents[i] === null ? nothing : html`<span>documents: ${valueInWords(probe, result.documents[i])}${firstReached(probe, result, i)}</span>`}</span>
          ${this.#removal(probe)}</li>`)}
        ${result.leftOut.map(({ probe, why }) => !this.probes.includes(probe) ? nothing : html`
        <li class="left-out"><span class="words"><span class="name">${nameOf(probe)}</span> <span>left out: ${why}</span></span> ${this.#removal(probe)}</li>`)}
      </ul>
      ${result.probes.length === 0 ? nothing : this.#chart(result, at)}`;
  }

  #removal(probe) {
    return html`<button class="quiet icon" aria-label="Remove: ${nameOf(probe)}" title="Remove"
      @click=${() => this.#change(this.probes.filter((other) => nameOf(other) !== nameOf(probe)))}>×</button>`;
  }

  #chart(result, at) {
    return html`
      <p class="at ${this.at === null ? '' : 'past'}">Values at step ${count(result.steps[at])}</p>
      <mg-chart .option=${this.#option(result)} label=${this.#inWords(result)}></mg-chart>`;
  }

  /** The index of the step whose values the legend shows. */
  #shownIndex({ steps }) {
    return this.at === null ? steps.length - 1 : Math.max(0, steps.findLastIndex((step) => step <= this.at));
  }

  #inWords({ probes, steps, values }) {
    const curves = probes.map((probe, i) =>
      `${nameOf(probe)} from ${valueInWords(probe, values[i][0])} to ${valueInWords(probe, values[i].at(-1))}`);
    return `Probes at the steps ${count(steps[0])} to ${count(steps.at(-1))}: ${curves.join(', ')}. The menu of this panel shows them as a table.`;
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
        formatter: (items) => [`step ${count(steps[items[0].dataIndex])}`, ...probes.map((probe, i) =>
          `${nameOf(probe)}: ${valueInWords(probe, values[i][items[0].dataIndex])}`)].join('\n'),
      }),
      xAxis: axis({
        id: 'steps', type: isLog ? 'log' : 'value', min: x(0), max: last, splitLine: { show: false },
        name: 'step', nameLocation: 'middle', nameGap: 14 + 10 * scale,
        nameTextStyle: { color: theme.colour('--muted'), fontSize: 11 * scale },
        axisTick: ticks.axisTick,
        axisLabel: { ...label, ...ticks.axisLabel, formatter: (value) => compact(value < 1 ? 0 : value) },
      }),
      yAxis: [
        axis({ id: 'shares', show: left, min: 0, max: 1, axisLabel: { ...label, formatter: (value) => `${Math.round(100 * value)}%` } }),
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
        <select aria-label="Kind of probe" @change=${({ target }) => { this.draft = { kind: target.value, value: '' }; this.problem = null; }}>
          ${Object.entries(KINDS).map(([name, { label }]) => html`<option value=${name} ?selected=${name === kind}>${label}</option>`)}
        </select>
        ${field === undefined ? nothing : html`
          <input aria-label=${field === 'pattern' ? 'Pattern' : 'Text'} placeholder=${field === 'pattern' ? 'such as ^ma or a$' : 'such as emma'}
            maxlength=${LONGEST} spellcheck="false" autocomplete="off" .value=${value} aria-invalid=${this.problem === null ? nothing : 'true'}
            aria-describedby=${this.problem === null ? nothing : 'problem'}
            @input=${({ target }) => { this.draft = { kind, value: target.value }; }}>`}
        <button ?disabled=${!this.view.vocabSize || (field !== undefined && value === '')}>Add</button>
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
    const cell = (value) => value === null ? '' : number(value, 4);
    return {
      columns: ['step', ...probes.map(nameOf)],
      rows: [...steps.map((step, j) => [step, ...probes.map((_, i) => cell(values[i][j]))]), ['documents', ...documents.map(cell)]],
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

/** At which step a share first was that of the documents, in words; empty for a mean, or if it never was. */
function firstReached({ kind }, { steps, values, documents }, i) {
  const first = KINDS[kind].isShare ? values[i].findIndex((value) => value !== null && value >= documents[i]) : -1;
  return first < 0 ? '' : ` (reached first at step ${count(steps[first])})`;
}

function valueInWords({ kind }, value) {
  if (value === null || value === undefined) {
    return '–';
  }
  return KINDS[kind].isShare ? `${Math.round(100 * value)}%` : value.toFixed(2);
}

customElements.define('mg-probes-panel', ProbesPanel);
