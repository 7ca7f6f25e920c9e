// The page `/s/{name}/lab`: any text on its way through the model as it is or was, or one training step taken
// apart. The URL holds what is shown: `?text`, `?at` and `?with` the steps, `?show=step`, and what anatomy.js adds.

import { LitElement, css, html, nothing } from 'lit';

import { Anatomy } from '../lab/anatomy.js'; // and <mg-anatomy>
import { LiveSession } from '../live-session.js';
import { SITE, nameInPath } from '../site.js';
import { icons } from '../ui/icons.js';
import { bindKeys } from '../ui/keys.js';
import { queryValue, setQuery } from '../ui/query.js';
import { controls } from '../ui/styles.js';
import '../lab/moment.js';
import '../lab/reading.js';
import '../lab/surprise.js';
import '../ui/header.js';
import '../ui/help.js';
import '../ui/session-nav.js';

const SETTLED = 200; // ms without a change until the URL follows: browsers allow only so many
const LONGEST = 2000; // characters of a text in the URL
const KEYS = [['/', 'type a text'], ['s', 'side by side with another step'], ['t', 'the text, or a training step'], ['g', 'write on from another seed']];

const stepInUrl = (name) => (/^\d+$/.test(queryValue(name) ?? '') ? Number(queryValue(name)) : null);

class LabPage extends LitElement {
  static properties = {
    revision: { state: true }, text: { state: true }, at: { state: true },
    other: { state: true }, // the step beside it: {at}, or null for none
    showsStep: { state: true }, temperature: { state: true }, seed: { state: true },
  };

  static styles = [controls, css`
    :host { display: block; }
    main { max-width: 1600px; margin: 0 auto; padding: var(--space-4) var(--space-5) var(--space-6); }
    .top { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2) var(--space-3); margin-bottom: var(--space-3); }
    h1 { font-size: var(--text-xl); letter-spacing: -0.015em; line-height: 1.25; overflow-wrap: anywhere; }
    .bar { display: grid; gap: var(--space-3); margin-bottom: var(--space-4); padding: var(--space-4); border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); box-shadow: 0 1px 3px var(--shadow); }
    .tabs { display: flex; gap: var(--space-1); }
    .type input { font: 500 var(--text-l)/1.4 var(--mono); min-height: 44px; }
    .row { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2) var(--space-4); }
    .row mg-moment { flex: 1 1 340px; }
    .heat { display: flex; align-items: center; gap: var(--space-2); }
    .heat input { width: 110px; }
    .heat output { min-width: 3ch; font-size: var(--text-s); font-variant-numeric: tabular-nums; }
    .columns { display: grid; gap: var(--space-5); }
    @media (min-width: 1000px) { .columns.pair { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
    .column > mg-moment { min-height: 40px; margin-bottom: var(--space-2); }
    .nothing { display: grid; justify-items: center; gap: var(--space-4); padding: 14vh var(--space-4); text-align: center; }
    .nothing p { max-width: 52ch; color: var(--muted); }
    @media (max-width: 600px) { main { padding-inline: var(--space-4); } }
  `];

  #unbind = null;
  #timer = null;

  constructor() {
    super();
    this.name = nameInPath();
    this.live = new LiveSession(this.name);
    this.live.wantsTraces = false;
    this.revision = 0;
    this.text = queryValue('text'); // null: one of the session's own
    this.at = stepInUrl('at');
    this.other = queryValue('with') === null ? null : { at: stepInUrl('with') };
    this.showsStep = queryValue('show') === 'step';
    this.temperature = 0.5;
    this.seed = 1;
    document.title = `${this.name}: lab – microgpt`;
  }

  connectedCallback() {
    super.connectedCallback();
    this.live.addEventListener('change', this.#changed);
    this.#unbind = bindKeys({
      '/': () => this.#field?.focus(),
      's': () => this.#toggleOther(),
      't': () => this.#show(!this.showsStep),
      'g': () => { this.seed++; },
      '[': () => this.#anatomy?.move(-1),
      ']': () => this.#anatomy?.move(1),
      '?': () => this.#help(),
    });
    this.live.start();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.live.removeEventListener('change', this.#changed);
    this.#unbind();
    clearTimeout(this.#timer);
    this.live.stop();
  }

  #changed = () => {
    const { view, status } = this.live;
    if (this.text === null && status === 'present' && view.vocabSize) {
      this.text = this.live.samples.findLast(({ text }) => text !== '')?.text ?? '';
    }
    if (view !== null) {
      this.at = this.#within(this.at);
      this.other = this.other === null ? null : { at: this.#within(this.other.at) };
    }
    this.revision = this.live.revision;
  };

  /** A step that is not there, or no longer, is the present. */
  #within(at) {
    return at !== null && at <= this.live.view.step ? at : null;
  }

  get #field() {
    return this.renderRoot.querySelector('#text');
  }

  get #anatomy() {
    return this.renderRoot.querySelector('mg-anatomy');
  }

  #help() {
    this.renderRoot.querySelector('mg-help').open();
  }

  #show(step) {
    this.showsStep = step;
    this.#keepInUrl();
    if (!step) {
      setQuery({ stage: null, tensor: null, number: null });
    }
  }

  #toggleOther() {
    this.other = this.other === null ? { at: this.live.stops[0] ?? null } : null;
    this.#keepInUrl();
  }

  #type(event) {
    this.text = event.target.value;
    this.#keepInUrl();
  }

  #keepInUrl() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => setQuery({
      text: this.text === null || this.text.length > LONGEST ? null : this.text,
      at: this.at,
      with: this.other === null ? null : this.other.at ?? 'now',
      show: this.showsStep ? 'step' : null,
    }), SETTLED);
  }

  render() {
    const { live } = this;
    const keys = [...KEYS, ...Anatomy.keys, ['?', 'this help']];
    return html`
      <mg-header @help=${this.#help}></mg-header>
      <main>
        ${live.status === 'loading' ? nothing : live.status === 'present' ? this.#lab() : this.#absent()}
      </main>
      <mg-help .keys=${keys}>
        <p>Type a text to see the model think about it, as it is now or as it was at an earlier step. Or take one training
          step apart, down to single numbers: open one to see what it was computed from, and follow it to a parameter.</p>
      </mg-help>`;
  }

  #lab() {
    const { view } = this.live;
    const canBeAsked = view.vocabSize && (view.state !== 'failed' || this.at !== null);
    return html`
      <div class="top">
        <h1>${this.name}</h1>
        <span class="chip ${view.state}">${view.state}</span>
        <mg-session-nav name=${this.name} page="lab"></mg-session-nav>
      </div>
      <div class="bar">
        <div class="tabs" role="group" aria-label="Show">
          <button aria-pressed=${!this.showsStep} @click=${() => this.#show(false)}>A text</button>
          <button aria-pressed=${this.showsStep} @click=${() => this.#show(true)}>One training step</button>
        </div>
        ${view.vocabSize ? this.showsStep ? this.#stepControls() : this.#textControls() : nothing}
      </div>
      ${canBeAsked ? this.showsStep
        ? html`<mg-anatomy .live=${this.live} .view=${view} .at=${this.at} .revision=${this.revision}></mg-anatomy>`
        : this.#readings()
        : html`<p class="notice ${view.vocabSize ? 'bad' : 'warn'}">${view.vocabSize
          ? 'Its numbers are not finite any more: choose an earlier step.'
          : html`It has no documents yet. <a href=${SITE}>Give it some</a>`}</p>`}`;
  }

  #moment(label, at, choose) {
    return html`<mg-moment label=${label} .live=${this.live} .view=${this.live.view} .at=${at} .revision=${this.revision}
      @moment=${({ detail }) => { choose(detail); this.#keepInUrl(); }}></mg-moment>`;
  }

  #stepControls() {
    return html`<div class="row">${this.#moment('The step after', this.at, (at) => { this.at = at; })}</div>`;
  }

  #textControls() {
    return html`
      <div class="type">
        <label for="text">Text</label>
        <input id="text" type="text" autocomplete="off" autocapitalize="off" spellcheck="false" .value=${this.text ?? ''} @input=${this.#type}>
      </div>
      <div class="row">
        ${this.other === null ? this.#moment('Model', this.at, (at) => { this.at = at; }) : nothing}
        <button aria-pressed=${this.other !== null} title="s" @click=${this.#toggleOther}>Side by side</button>
        <span class="heat"><label for="heat">Temperature</label>
          <input id="heat" type="range" min="0" max="2" step="0.1" .value=${String(this.temperature)}
            @input=${(event) => { this.temperature = Number(event.target.value); }}><output for="heat">${this.temperature.toFixed(1)}</output></span>
        <button title="g" @click=${() => { this.seed++; }}>${icons.forward} Write on anew</button>
      </div>`;
  }

  #readings() {
    const isPair = this.other !== null;
    const reading = (at) => html`<mg-reading .live=${this.live} .view=${this.live.view} .revision=${this.revision}
      .text=${this.text ?? ''} .at=${at} .temperature=${this.temperature} .seed=${this.seed} .isPair=${isPair}></mg-reading>`;
    if (this.text === null) {
      return nothing;
    }
    return html`
      <div class="columns ${isPair ? 'pair' : ''}">
        <section class="column" aria-label="The text">
          ${isPair ? this.#moment('Left', this.at, (at) => { this.at = at; }) : nothing}
          ${reading(this.at)}
        </section>
        ${isPair ? html`<section class="column" aria-label="The text at another step">
          ${this.#moment('Right', this.other.at, (at) => { this.other = { at }; })}
          ${reading(this.other.at)}</section>` : nothing}
      </div>`;
  }

  #absent() {
    return html`
      <div class="nothing">
        <h1>${this.live.status === 'deleted' ? `The session “${this.name}” has been deleted` : `There is no session “${this.name}”`}</h1>
        <a class="button" href=${SITE}>All sessions</a>
      </div>`;
  }
}

customElements.define('mg-lab-page', LabPage);
