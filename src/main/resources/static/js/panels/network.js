// The network panel: a picture of the model in the order of the data flow, with its numbers at one position.

import { css, html, nothing, svg } from 'lit';

import { number } from '../data/format.js';
import { activate, architectureOf, isGated } from '../data/model/architecture.js';
import { describeBlock, hasBlock } from '../data/model/blocks.js';
import { forward } from '../data/model/forward-pass.js';
import { clipped, inWords, tiny } from '../data/model/tokens.js';
import { texts } from '../data/texts.js';
import { DIVERGE, RAMP, diverging, drawCells, prepareCanvas, sequential } from '../components/cells.js';
import { DocumentPanel } from '../components/document-panel.js';
import { MOST_OPEN, layout } from '../components/network-layout.js';
import { ResizeController } from '../components/resize-controller.js';
import { theme } from '../components/theme.js';
import { queryValue, setQuery, wholeNumberInQuery } from '../components/url-query.js';

const t = await texts('panels');

const WIDEST = 760; // px of the picture
const NARROWEST = 250;
const MOST_PARAMETERS = 200_000; // that are loaded to compute what the trace omits
const MOST_NUMBERS = 500; // in the table of a block
const MIN_INTERVAL = 2000; // ms between two loads of the parameters
const USUAL_BLOCK = 'probs';
const BLOCK = 'block'; // in the URL
const OPEN = 'open-layer';
const WEIGHTS = new Set(['head', 'heads', 'probs']); // from 0 to 1; all other numbers have a sign

class NetworkPanel extends DocumentPanel {
  static heading = t('network.heading');
  static about = t('network.about');
  static needsProbs = true;

  static properties = {
    block: { state: true }, // the id of the block that is explained
    open: { state: true }, // the layer that is open, if there are many
    computed: { state: true }, // {key, tokens, step, outputs}: what the trace omits, for one position
  };

  static styles = [DocumentPanel.styles, css`
    .columns { display: grid; grid-template-columns: minmax(0, 760px) minmax(240px, 1fr); gap: var(--space-5); margin-top: var(--space-3); }
    .picture { position: relative; min-width: 0; overflow-x: clip; overflow-clip-margin: 4px; } /* drawn before its width was known */
    .picture canvas { position: absolute; inset: 0; pointer-events: none; }
    .picture svg { position: relative; display: block; }
    .block, .closed { cursor: pointer; outline: none; }
    .block rect, .block circle, .closed rect { fill: var(--surface); fill-opacity: 0; stroke: transparent; stroke-width: 1.5; }
    .block:hover rect, .block:hover circle, .closed:hover rect { stroke: var(--accent); }
    .block[aria-pressed="true"] rect, .block[aria-pressed="true"] circle { stroke: var(--accent); stroke-width: 2.5; }
    .block:focus-visible rect, .block:focus-visible circle, .closed:focus-visible rect { stroke: var(--accent); stroke-width: 2.5; stroke-dasharray: 5 3; }
    .details { min-width: 0; }
    .details h3 { margin: 0 0 var(--space-2); font-size: var(--text-m); }
    .details pre { margin: 0 0 var(--space-2); padding: var(--space-2) var(--space-3); border-radius: var(--radius-small); background: var(--sunken); font: var(--text-s)/1.6 var(--mono); white-space: pre-wrap; }
    .details p { margin-bottom: var(--space-2); }
    .numbers { max-height: 420px; overflow: auto; }
    .numbers td:first-child { white-space: pre; }
    .foot { display: flex; flex-wrap: wrap; gap: var(--space-1) var(--space-4); margin: var(--space-2) 0; }
    @media (max-width: 800px) { .columns { grid-template-columns: minmax(0, 1fr); } }
  `];

  #sizes = new ResizeController(this, () => this.requestUpdate());
  #isLoading = false;
  #loadedAt = -Infinity;
  #plan = null; // the layout as rendered

  constructor() {
    super();
    this.block = /^(layer\d+\.)?[a-z]\w*$/.test(queryValue(BLOCK) ?? '') ? queryValue(BLOCK) : USUAL_BLOCK;
    this.open = Math.max(1, wholeNumberInQuery(OPEN) ?? 1) - 1;
    this.computed = null;
  }

  #show(block) {
    this.block = block;
    setQuery({ [BLOCK]: block === USUAL_BLOCK ? null : block });
  }

  #open(layer) {
    this.open = layer;
    setQuery({ [OPEN]: layer === 0 ? null : layer + 1 });
  }

  /** The position that is shown. */
  get #position() {
    return this.looked ?? this.positions.length - 1;
  }

  get #shape() {
    const { attentionWeights, embedding, mlpActivations, probs } = this.shown.vizData[0];
    return {
      nLayer: attentionWeights.length, nHead: attentionWeights[0].length, nEmbd: embedding.length, vocabSize: probs.length,
      positions: this.#position + 1, hidden: mlpActivations[0].length,
    };
  }

  get #architecture() {
    return architectureOf(this.view.options);
  }

  #describe(id) {
    return describeBlock(id, this.#architecture);
  }

  willUpdate(changed) {
    super.willUpdate(changed);
    if (this.shown === null) {
      return;
    }
    const { nLayer, nHead } = this.#shape;
    const [, layer, , head] = this.block.match(/^layer(\d+)\.(head(\d+))?/) ?? [];
    if (Number(layer ?? 0) >= nLayer || Number(head ?? 0) >= nHead || !hasBlock(this.block, this.#architecture)) {
      this.block = USUAL_BLOCK; // the session was restarted with another shape
    }
    this.open = Math.min(this.open, nLayer - 1);
    if (this.#traced(this.block) === null) {
      this.#compute();
    }
  }

  /** The numbers of a block in the trace at the position: a vector, rows of vectors, or null. */
  #traced(id) {
    const { embedding, attentionWeights, mlpActivations, probs } = this.shown.vizData[this.#position];
    const [, layer, kind] = id.match(/^layer(\d+)\.(.*)$/) ?? [null, null, id];
    const head = kind.match(/^head(\d+)$/);
    if (head !== null) {
      return attentionWeights[layer][head[1]];
    }
    switch (kind) {
      case 'norm': return embedding;
      case 'heads': return attentionWeights[layer];
      case 'mlp_gate': return mlpActivations[layer];
      case 'mlp_fc1': return isGated(this.#architecture) ? null : mlpActivations[layer];
      case 'relu': return isGated(this.#architecture) ? null : activate(this.#architecture, mlpActivations[layer]);
      case 'probs': return probs;
      // computed from the probabilities, with a mean of 0, which softmax does not depend on
      case 'lm_head': return centred(probs.map((p) => Math.log(Math.max(p, Number.MIN_VALUE))));
      default: return null;
    }
  }

  get isStill() {
    return this.#traced(this.block) !== null; // otherwise it is computed from the newest parameters
  }

  get #key() {
    const { at, view } = this;
    return [at ?? `live ${view.step}`, ...this.shown.tokens.slice(0, this.#position + 1)].join(' ');
  }

  /** Loads the parameters and computes what the trace omits. */
  async #compute() {
    const key = this.#key;
    if (this.#isLoading || this.computed?.key === key || this.view.numParams > MOST_PARAMETERS) {
      return;
    }
    this.#isLoading = true;
    const tokens = this.shown.tokens.slice(0, this.#position + 1);
    const { live, at } = this;
    await new Promise((done) => setTimeout(done, Math.max(0, this.#loadedAt + MIN_INTERVAL - performance.now())));
    this.#loadedAt = performance.now();
    const all = await this.run((async () => {
      const matrices = await live.api.matrices(live.name);
      const query = { kind: 'weight', step: at };
      return Promise.all(matrices.map(({ name }) => live.api.parameters(live.name, name, query)));
    })());
    this.#isLoading = false;
    if (all !== undefined && this.shown !== null) {
      const matrices = Object.fromEntries(all.map((matrix) => [matrix.name, matrix]));
      this.computed = { key, tokens, step: all[0].step, outputs: forward(matrices, tokens, this.#shape, this.#architecture) };
    }
  }

  renderControls() {
    if (this.live === undefined || this.shown === null) {
      return nothing;
    }
    const { nLayer } = this.#shape;
    return html`
      ${nLayer <= MOST_OPEN ? nothing : html`
        <label>${t('network.openLayer')} <select .value=${String(this.open + 1)} @change=${(event) => this.#open(event.target.value - 1)}>
          ${Array.from({ length: nLayer }, (_, layer) => html`<option value=${layer + 1} ?selected=${layer === this.open}>${layer + 1}</option>`)}
        </select></label>`}
      ${super.renderControls()}`;
  }

  renderDocument() {
    return html`
      ${this.strip(t('network.strip'))}
      <div class="foot">
        <p class="caption">${t('network.at', { position: this.nameOf(this.#position), isApproximate: Boolean(this.shown.isStepApproximate), step: this.shown.step })}</p>
        <span class="scale">${t('network.weights')} 0 <i class="ramp"></i> 1</span>
        <span class="scale">${t('network.others')} −max <i class="diverge"></i> ${t('network.ofStrip')}</span>
      </div>
      <div class="columns"><div class="picture">${this.#picture()}</div><div class="details">${this.#details()}</div></div>`;
  }

  #picture() {
    const room = this.renderRoot.querySelector('.picture')?.clientWidth ?? 600;
    const width = Math.min(WIDEST, Math.max(NARROWEST, room));
    const plan = layout(this.#shape, this.#architecture, width, this.open);
    this.#plan = { ...plan, width };
    const press = (action) => (event) => {
      if (event.type === 'click' || event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        event.stopPropagation(); // the space bar is a shortcut of the page
        action();
      }
    };
    const block = ({ id, x, y, width: w, height: h, isRound }) => {
      const show = press(() => this.#show(id));
      const { name } = this.#describe(id);
      return svg`
        <g class="block" role="button" tabindex="0" data-block=${id} aria-pressed=${id === this.block} aria-label="${name}${this.#summary(id)}"
          @click=${show} @keydown=${show}>
          <title>${name}</title>
          ${isRound ? svg`<circle cx=${x + w / 2} cy=${y + h / 2} r=${w / 2} />` : svg`<rect x=${x} y=${y} width=${w} height=${h} rx="6" />`}
        </g>`;
    };
    const group = ({ from, to, x, y, width: w, height: h }) => {
      const show = press(() => this.#open(from < this.open ? to : from));
      return svg`
        <g class="closed" role="button" tabindex="0" aria-label=${t('network.open', { layers: closedName(from, to) })} @click=${show} @keydown=${show}>
          <rect x=${x} y=${y} width=${w} height=${h} rx="6" /></g>`;
    };
    return html`
      <canvas></canvas>
      <svg width=${width} height=${plan.height} role="group" aria-label=${t('network.picture')}>
        ${plan.blocks.map(block)}${plan.closed.map(group)}
      </svg>`;
  }

  /** What a strip shows, for screen readers. */
  #summary(id) {
    const values = this.#traced(id);
    if (values === null || id.endsWith('heads')) {
      return '';
    }
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return t('network.summary', { numbers: values.length, low: number(low, 2), high: number(high, 2) });
  }

  #details() {
    const { name, formula, words } = this.#describe(this.block);
    const traced = this.#traced(this.block);
    const isComputed = traced === null && this.computed?.outputs.has(this.block);
    const isOld = isComputed && this.computed.key !== this.#key;
    const values = traced ?? (isComputed ? this.computed.outputs.get(this.block) : null);
    return html`
      <h3>${name}</h3>
      <pre>${formula}</pre>
      <p class="muted">${words}</p>
      ${values === null ? html`<p class="hint">${this.view.numParams > MOST_PARAMETERS
        ? t('network.tooMany', { parameters: this.view.numParams })
        : t('computing')}</p>` : html`
        ${isComputed ? html`<p class="hint">${t('network.computed', {
          step: this.computed.step, isOld, token: inWords(this.vocabulary.symbol(this.computed.tokens.at(-1))), position: this.computed.tokens.length - 1,
        })}</p>` : nothing}
        ${this.block === 'lm_head' ? html`<p class="hint">${t('network.logits')}</p>` : nothing}
        ${this.#numbers(values)}`}`;
  }

  #numbers(values) {
    const kind = this.block.replace(/^layer\d+\./, '');
    const { positions, vocabulary } = this;
    if (kind === 'heads') {
      const rows = values.slice(0, MOST_NUMBERS).map((row, head) => [t('network.head', { head: head + 1 }), ...strongest(row).flatMap((s) => [`${s} ${positions[s].read}`, number(row[s])])]);
      return this.#list(['', t('columns.attendsTo'), t('columns.weight')], rows, values.length);
    }
    const isVocabulary = kind === 'probs' || kind === 'lm_head';
    const label = isVocabulary ? (i) => vocabulary.symbol(i) : kind.startsWith('head') ? (i) => `${i} ${positions[i].read}` : (i) => i;
    const order = values.map((_, i) => i);
    if (isVocabulary) {
      order.sort((a, b) => values[b] - values[a]);
    }
    const first = isVocabulary ? 'next' : kind.startsWith('head') ? 'toPosition' : ['relu', 'mlp_fc1', 'mlp_gate'].includes(kind) ? 'unit' : 'number';
    return this.#list([first, kind === 'probs' ? 'p' : kind.startsWith('head') ? 'weight' : 'value'].map((name) => t(`columns.${name}`)),
      order.slice(0, MOST_NUMBERS).map((i) => [label(i), number(values[i], 4)]), values.length);
  }

  #list(columns, rows, size) {
    return html`
      <div class="numbers" tabindex="0" role="region" aria-label=${t('network.numbers', { block: this.#describe(this.block).name })}>
        <table><thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
          <tbody>${rows.map((row) => html`<tr>${row.map((value) => html`<td>${value}</td>`)}</tr>`)}</tbody></table>
      </div>
      ${rows.length < size ? html`<p class="hint">${t('network.first', { shown: rows.length, all: size })}</p>` : nothing}`;
  }

  updated(changed) {
    super.updated(changed);
    const canvas = this.renderRoot.querySelector('.picture canvas');
    if (this.shown === null || canvas === null) {
      return;
    }
    if (Math.min(WIDEST, Math.max(NARROWEST, canvas.parentElement.clientWidth)) !== this.#plan.width) {
      this.requestUpdate(); // its width is known only now
    }
    this.#draw(canvas);
  }

  #draw(canvas) {
    const { blocks, closed, frames, lines, width, height } = this.#plan;
    const context = prepareCanvas(canvas, width, height);
    const colours = Object.fromEntries(['ink', 'muted', 'line', 'edge', 'surface', 'sunken', 'data-1'].map((name) => [name, theme.colour(`--${name}`)]));
    const { fontFamily } = getComputedStyle(this);
    const font = (size, weight = '') => `${weight} ${size}px ${fontFamily}`;
    context.textBaseline = 'middle';
    frames.forEach(({ layer, x, y, width: w, height: h }) => {
      context.fillStyle = colours.sunken;
      context.strokeStyle = colours.line;
      box(context, x, y, w, h, 8);
      context.fillStyle = colours.muted;
      context.font = font(11, '600');
      context.textAlign = 'right';
      context.fillText(`Layer ${layer + 1}`, x + w - 12, y + 11);
      context.textAlign = 'left';
    });
    context.lineWidth = 1.5;
    lines.forEach(({ kind, x, from, to, middle }) => {
      context.strokeStyle = kind === 'residual' ? colours['data-1'] : colours.edge;
      context.fillStyle = context.strokeStyle;
      context.beginPath();
      if (kind === 'residual') {
        context.moveTo(middle, from);
        context.lineTo(x, from);
        context.lineTo(x, to);
        context.lineTo(middle - 12, to);
        context.stroke();
        arrowhead(context, middle - 12, to, 1, 0);
      } else {
        context.moveTo(x, from);
        context.lineTo(x, to - 3);
        context.stroke();
        arrowhead(context, x, to, 0, 1);
      }
    });
    context.lineWidth = 1;
    blocks.forEach((block) => this.#drawBlock(context, block, colours, font));
    closed.forEach(({ from, to, x, y, width: w, height: h }) => {
      context.fillStyle = colours.sunken;
      context.strokeStyle = colours.edge;
      box(context, x, y, w, h, 6);
      context.fillStyle = colours.ink;
      context.font = font(12);
      context.textAlign = 'center';
      context.fillText(`${closedName(from, to)} …`, x + w / 2, y + h / 2);
      context.textAlign = 'left';
    });
  }

  #drawBlock(context, { id, x, y, width, height, shape, strip, isRound }, colours, font) {
    context.fillStyle = colours.surface;
    context.strokeStyle = colours.edge;
    if (isRound) {
      context.beginPath();
      context.arc(x + width / 2, y + height / 2, width / 2 - 1, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
      context.fillStyle = colours.ink;
      context.font = font(15);
      context.textAlign = 'center';
      context.fillText('+', x + width / 2, y + height / 2 + 1);
      context.textAlign = 'left';
      return;
    }
    box(context, x, y, width, height, 6);
    const { title } = this.#describe(id);
    const kind = id.replace(/^layer\d+\./, '');
    const head = kind.match(/^head(\d+)$/)?.[1];
    const line = strip ? y + 12 : y + height / 2;
    const words = head !== undefined ? (width < 66 ? `H${Number(head) + 1}` : t('network.headTitle', { head: Number(head) + 1 }))
      : kind === 'wte' ? `${width < 200 ? t('network.token') : title} ${clipped(this.positions[this.#position].read, 8)}`
        : kind === 'wpe' ? `${width < 200 ? t('network.position') : title} ${this.#position}` : title;
    context.font = font(11.5, '500');
    context.fillStyle = colours.ink;
    context.fillText(words, x + 8, line);
    context.font = font(10.5);
    const note = String(shape);
    const room = width - 16 - context.measureText(words).width * 1.1;
    if (context.measureText(note).width < room - 8) {
      context.fillStyle = colours.muted;
      context.textAlign = 'right';
      context.fillText(note, x + width - 8, line);
      context.textAlign = 'left';
    }
    if (strip) {
      this.#drawStrip(context, id, kind, { x: x + 8, y: y + 21, width: width - 16, height: height - 28 }, colours);
    }
  }

  #drawStrip(context, id, kind, area, colours) {
    const values = this.#traced(id);
    const isWeights = WEIGHTS.has(kind.replace(/\d+$/, ''));
    const rows = kind === 'heads' ? values : [values];
    const hasLetters = kind === 'probs' && area.width / values.length >= 8;
    const height = kind === 'probs' ? area.height - 13 : area.height;
    const largest = isWeights ? 1 : Math.max(...values.map(Math.abs)) || 1;
    drawCells(context, isWeights ? rows : [values.map((value) => value / largest)],
      { ...area, height, colour: isWeights ? sequential : diverging });
    context.strokeStyle = colours.line;
    context.strokeRect(area.x - 0.5, area.y - 0.5, area.width + 1, height + 1);
    if (hasLetters) {
      const cell = area.width / values.length;
      context.font = '10px monospace';
      context.textAlign = 'center';
      context.fillStyle = colours.muted;
      values.forEach((_, i) => {
        const symbol = this.vocabulary.symbol(i);
        context.fillText(tiny(symbol), area.x + (i + 0.5) * cell, area.y + height + 8);
      });
      context.textAlign = 'left';
    }
  }

  picture() {
    return this.renderRoot.querySelector('.picture canvas');
  }

  legend() {
    return [
      { label: t('network.weights'), stops: RAMP, low: '0', high: '1' },
      { label: t('network.others'), stops: DIVERGE, low: '−max', high: t('network.ofStrip') },
    ];
  }

  table() {
    if (this.shown === null) {
      return null;
    }
    const panel = this;
    return {
      columns: ['block', 'number', 'value'].map((name) => t(`columns.${name}`)),
      get rows() {
        const { nLayer, nHead } = panel.#shape;
        const units = isGated(panel.#architecture) ? ['mlp_gate'] : ['mlp_fc1', 'relu'];
        const ids = ['norm', ...Array.from({ length: nLayer }, (_, layer) => [
          ...Array.from({ length: nHead }, (__, head) => `layer${layer}.head${head}`), ...units.map((name) => `layer${layer}.${name}`)]).flat(),
        'lm_head', 'probs'];
        return ids.flatMap((id) => panel.#traced(id).map((value, i) => [panel.#describe(id).name, i, value]));
      },
    };
  }
}

function centred(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

/** A list with the index of the largest number. */
function strongest(row) {
  return [row.indexOf(Math.max(...row))];
}

function closedName(from, to) {
  return t(from === to ? 'network.oneLayer' : 'network.layers', { from: from + 1, to: to + 1 });
}

function box(context, x, y, width, height, radius) {
  context.beginPath();
  context.roundRect(x + 0.5, y + 0.5, width - 1, height - 1, radius);
  context.fill();
  context.stroke();
}

function arrowhead(context, x, y, dx, dy) {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x - 6 * dx - 3.5 * dy, y - 6 * dy - 3.5 * dx);
  context.lineTo(x - 6 * dx + 3.5 * dy, y - 6 * dy + 3.5 * dx);
  context.fill();
}

customElements.define('mg-network-panel', NetworkPanel);
