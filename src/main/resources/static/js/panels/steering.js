// What may be changed while a model trains.

import { css, html, nothing } from 'lit';

import { number, plural } from '../format.js';
import { OPTIONS } from '../options.js';
import { Panel } from '../panel.js';
import { field } from '../ui/field.js';

const STEERABLE = OPTIONS.filter(({ name }) => ['learningRate', 'numSteps', 'batchSize'].includes(name));

class SteeringPanel extends Panel {
  static heading = 'Steering';
  static about = 'Takes effect with the next step, also while a run goes on. Each change is a mark in the loss chart.';

  static properties = {
    drafts: { state: true }, // what is typed and not yet applied, by option
    problem: { state: true },
    note: { state: true },
  };

  static styles = [Panel.styles, css`
    form { display: grid; gap: var(--space-3); }
    .field { display: grid; gap: var(--space-1); }
    .row { display: flex; align-items: center; gap: var(--space-2); }
    .now { display: flex; justify-content: space-between; gap: var(--space-2); padding: var(--space-2) var(--space-3); border-radius: var(--radius-small); background: var(--sunken); font-size: var(--text-s); }
    .now strong { font-variant-numeric: tabular-nums; }
    .notice { padding: var(--space-2) var(--space-3); font-size: var(--text-s); }
  `];

  constructor() {
    super();
    this.drafts = {};
    this.problem = null;
    this.note = '';
  }

  async #apply(event) {
    event.preventDefault();
    const changes = Object.fromEntries(
      Object.entries(this.drafts).filter(([, text]) => text.trim() !== '').map(([name, text]) => [name, Number(text)]));
    const wrong = Object.keys(changes).find((name) => Number.isNaN(changes[name]));
    if (wrong !== undefined) {
      this.problem = { field: wrong, message: 'This must be a number' };
      return;
    }
    try {
      await this.live.steer(changes);
      this.note = `Changed at step ${this.view.step}`;
      this.drafts = {};
      this.problem = null;
    } catch (problem) {
      this.problem = problem;
    }
  }

  renderBody() {
    const { options, step } = this.view;
    const rate = options.learningRate * Math.max(0, 1 - step / options.numSteps);
    const isFieldless = this.problem && !STEERABLE.some(({ name }) => name === this.problem.field);
    return html`
      <form novalidate @submit=${this.#apply}>
        <p class="now"><span>Learning rate of the next step</span><strong>${number(rate)}</strong></p>
        ${rate === 0 ? html`<p class="notice warn">The horizon is passed: with a learning rate of 0, nothing is
          learnt any more. Raise the horizon beyond ${plural(step, 'step')}.</p>` : nothing}
        ${STEERABLE.map((option) => this.#field(option))}
        ${isFieldless ? html`<p class="error" role="alert">${this.problem.message}</p>` : nothing}
        <div class="row">
          <button class="primary" ?disabled=${Object.keys(this.drafts).length === 0}>Apply</button>
          <span class="hint" role="status">${this.note}</span>
        </div>
      </form>`;
  }

  #field({ name, label, hint }) {
    return field({
      name,
      label,
      hint,
      error: this.problem?.field === name ? this.problem.message : null,
      control: ({ id, describedBy, invalid }) => html`
        <input id=${id} name=${name} inputmode="decimal" autocomplete="off"
          .value=${this.drafts[name] ?? String(this.view.options[name])}
          aria-describedby=${describedBy} aria-invalid=${invalid}
          @input=${(event) => { this.drafts = { ...this.drafts, [name]: event.target.value }; this.note = ''; }}>`,
    });
  }
}

customElements.define('mg-steering-panel', SteeringPanel);
