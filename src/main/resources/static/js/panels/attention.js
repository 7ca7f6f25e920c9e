// The attention panel: one map per head, and arcs from one token to those that it attends to.

import { css, html, nothing } from 'lit';

import { fixed, number } from '../data/format.js';
import { patternOf, weightsOf } from '../data/model/attention-heads.js';
import { tiny } from '../data/model/tokens.js';
import { texts } from '../data/texts.js';
import { RAMP, drawCells, prepareCanvas, sequential } from '../components/cells.js';
import { MAP_KEYS } from '../components/heatmap.js';
import { DocumentPanel } from '../components/document-panel.js';
import { bindKeys } from '../components/keyboard-shortcuts.js';
import { SHARPNESS } from '../components/picture.js';
import { ResizeController } from '../components/resize-controller.js';
import { textScale } from '../components/text-scale.js';
import { theme } from '../components/theme.js';
import { queryValue, setQuery, wholeNumberInQuery } from '../components/url-query.js';

const t = await texts('panels');

const MOST_MAPS = 8; // at a time, so that the panel is about as high as its neighbour
const SMALLEST_LETTER = 8; // px: rows and columns of smaller cells have no letters
const MARGIN = 16; // px for letters, and their size, at a text scale of 1
const LETTER = 11;
const GAP = 12; // px between maps
const SPACES = 50; // px around and between the maps and the lines above and below
const TITLE = 28; // px above a map, at a text scale of 1
const NARROWEST = 132; // px of a map, so that its title has room, at a text scale of 1

const ALL = 'all'; // in the URL: all heads of a layer

class AttentionPanel extends DocumentPanel {
  static heading = t('attention.heading');
  static about = t('attention.about');
  static keys = [['1 – 9', t('attention.keys.head')], ['0', t('attention.keys.all')], ...MAP_KEYS, ...DocumentPanel.keys];

  static properties = {
    page: { state: true }, // of maps
    layer: { state: true }, // whose arcs are shown
    head: { state: true }, // the picked head; null for all heads of the layer
    hovered: { state: true }, // {layer, head, t, s}, the cell under the pointer or the keys
    spoken: { state: true }, // what the keys have reached, for screen readers
  };

  static styles = [DocumentPanel.styles, css`
    .maps { display: grid; grid-template-columns: repeat(auto-fill, minmax(calc(${NARROWEST}px * var(--scale)), 1fr)); gap: ${GAP}px; margin-top: var(--space-3); }
    .map { min-width: 0; }
    .map button { width: 100%; min-height: 26px; padding: 0 6px; justify-content: space-between; font-size: var(--text-xs); gap: 4px; }
    .map button span { overflow: hidden; text-overflow: ellipsis; }
    .map .pattern { display: flex; gap: 4px; min-width: 0; color: var(--muted); font-weight: 400; }
    .map .weight { flex: none; }
    .map button[aria-pressed="true"] .pattern { color: inherit; }
    .map .name { display: inline-flex; align-items: center; gap: 5px; flex: none; }
    .map i { width: 10px; height: 10px; border-radius: 50%; }
    .s0 { background: var(--data-1); } .s1 { background: var(--data-2); } .s2 { background: var(--data-3); }
    .s3 { background: var(--data-4); } .s4 { background: var(--data-5); } .s5 { background: var(--data-6); }
    .box { height: calc(148px * var(--scale)); margin-top: 2px; }
    .foot { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2) var(--space-4); margin-top: var(--space-3); }
    .foot .caption { flex: 1 1 240px; }
    .pages { display: flex; align-items: center; gap: var(--space-2); font-size: var(--text-s); color: var(--muted); }
    .strip { min-height: 96px; display: flex; flex-direction: column; justify-content: flex-end; }
    :host([filled]) section { height: auto; min-height: 100%; }
    :host([filled]) .content { display: flex; flex-direction: column; }
    :host([filled]) .strip, :host([filled]) .foot { flex: none; }
    :host([filled]) .maps { flex: 1 0 auto; align-content: center; grid-template-columns: repeat(var(--columns), minmax(0, 1fr)); grid-auto-rows: max(var(--row), 176px); /* where that is too high, the panel scrolls */ }
    :host([filled]) .map { display: flex; flex-direction: column; }
    :host([filled]) .box { position: relative; flex: 1; height: auto; }
    :host([filled]) canvas { position: absolute; }
  `];

  #unbind = null;
  #sizes = new ResizeController(this, () => this.requestUpdate());

  constructor() {
    super();
    const [, layer = 1, head = ALL] = /^([1-9]\d*)\.([1-9]\d*|all)$/.exec(queryValue('head') ?? '') ?? [];
    const page = wholeNumberInQuery('maps') ?? 0;
    this.page = page > 0 ? page - 1 : null; // null: that of the head, once there is a trace
    this.layer = Number(layer) - 1;
    this.head = head === ALL ? null : Number(head) - 1;
    this.hovered = null;
  }

  connectedCallback() {
    super.connectedCallback();
    const pick = (head) => () => this.isVisible && this.shown !== null && this.#pick(this.layer, head);
    this.#unbind = bindKeys(Object.fromEntries(Array.from({ length: 10 }, (_, digit) => [digit, pick(digit === 0 ? null : digit - 1)])));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#unbind();
  }

  willUpdate(changed) {
    super.willUpdate(changed);
    if (this.shown !== null && (this.layer >= this.#layers || (this.head ?? 0) >= this.#heads)) {
      this.layer = 0; // the session was restarted with another shape
      this.head = null;
    }
    if (this.shown !== null) {
      this.page ??= this.#pageOf(this.layer, this.head);
    }
  }

  get #layers() {
    return this.shown.vizData[0].attentionWeights.length;
  }

  get #heads() {
    return this.shown.vizData[0].attentionWeights[0].length;
  }

  /** The number of maps per page: of whole layers, if possible. */
  get #perPage() {
    return this.#heads > MOST_MAPS ? MOST_MAPS : this.#heads * Math.floor(MOST_MAPS / this.#heads);
  }

  /** The page with the map of a head, or, for null, with the first of its layer. */
  #pageOf(layer, head) {
    return Math.floor((layer * this.#heads + (head ?? 0)) / this.#perPage);
  }

  /** Shows the arcs of one head, or of all of its layer for null. */
  #pick(layer, head) {
    if (head !== null && head >= this.#heads) {
      return;
    }
    const isPicked = this.layer === layer && this.head === head;
    this.layer = layer;
    this.head = isPicked ? null : head;
    this.page = this.#pageOf(layer, head);
    this.#updateUrl();
  }

  /** The arcs of the position that is looked at, or else of the last one. */
  get #arcs() {
    const looked = this.looked ?? this.positions.length - 1;
    const heads = this.head === null ? this.shown.vizData[looked].attentionWeights[this.layer].map((_, head) => head) : [this.head];
    return heads.flatMap((head) => this.shown.vizData[looked].attentionWeights[this.layer][head]
      .map((weight, to) => ({ from: looked, to, weight, series: head })));
  }

  renderDocument() {
    const [layers, heads] = [this.#layers, this.#heads];
    const pages = Math.ceil(layers * heads / this.#perPage);
    const page = Math.min(this.page, pages - 1);
    const first = page * this.#perPage;
    const maps = Array.from({ length: Math.min(this.#perPage, layers * heads - first) }, (_, i) => first + i)
      .map((i) => ({ layer: Math.floor(i / heads), head: i % heads }));
    return html`
      <div class="strip">${this.strip(t('attention.strip'), this.#arcs)}</div>
      <div class="maps">${maps.map((map) => this.#map(map))}</div>
      <div class="foot">
        <p class="caption">${this.#caption()}</p>
        <span class="visually-hidden" role="status">${this.spoken}</span>
        ${pages > 1 ? html`<div class="pages">
          <button class="quiet" ?disabled=${page === 0} @click=${() => this.#turn(page - 1)}>${t('attention.previous')}</button>
          ${t('attention.range', { from: first + 1, to: first + maps.length, all: layers * heads })}
          <button class="quiet" ?disabled=${page === pages - 1} @click=${() => this.#turn(page + 1)}>${t('attention.next')}</button></div>` : nothing}
        <span class="scale">0 <i class="ramp"></i> 1</span>
      </div>`;
  }

  #turn(page) {
    this.page = page;
    this.layer = Math.floor(page * this.#perPage / this.#heads);
    this.head = null;
    this.#updateUrl();
  }

  /** In the URL, `head` is `2.3` or `2.all`; `maps` is the page, unless it is the one with this head. */
  #updateUrl() {
    const { layer, head, page } = this;
    setQuery({
      head: layer === 0 && head === null ? null : `${layer + 1}.${head === null ? ALL : head + 1}`,
      maps: page === this.#pageOf(layer, head) ? null : page + 1,
    });
  }

  #map({ layer, head }) {
    const pattern = patternOf(weightsOf(this.shown, layer, head));
    const name = this.#name(layer, head);
    const isPicked = this.layer === layer && this.head === head;
    return html`
      <div class="map">
        <button class="quiet" aria-pressed=${isPicked} @click=${() => this.#pick(layer, head)}>
          <span class="name"><i class="s${head % 6}"></i>${name}</span>
          ${pattern ? html`<span class="pattern" title=${t('attention.patternTitle')}><span>${t(`attention.patterns.${pattern.pattern}`)}</span> <span class="weight">${fixed(pattern.weight, 2)}</span></span>` : nothing}
        </button>
        <div class="box"><canvas role="application" aria-roledescription=${t('roles.heatmap')} tabindex="0"
          data-layer=${layer} data-head=${head} aria-label=${this.#mapInWords(name, pattern)}
          @keydown=${(event) => this.#key(event, layer, head)} @blur=${() => this.#leave()}
          @pointermove=${(event) => this.#hover(event, layer, head)} @pointerleave=${() => this.#leave()}
          @click=${(event) => { this.#hover(event, layer, head); this.choosePointed(event); }}></canvas></div>
      </div>`;
  }

  #name(layer, head) {
    return t('attention.name', { hasLayers: this.#layers > 1, layer: layer + 1, head: head + 1 });
  }

  #mapInWords(name, pattern) {
    return t('attention.map', { name, positions: this.positions.length, pattern: pattern?.pattern ?? 'none' });
  }

  #caption() {
    if (this.hovered !== null) {
      const { layer, head, t: position, s } = this.hovered;
      const weight = this.shown.vizData[position]?.attentionWeights[layer]?.[head]?.[s];
      return weight === undefined ? nothing : t('attention.cell', {
        head: this.#name(layer, head), position: this.nameOf(position), isItself: s === position, other: this.nameOf(s), weight: number(weight),
      });
    }
    const looked = this.looked ?? this.positions.length - 1;
    const heads = t('attention.heads', {
      which: this.head !== null ? 'one' : this.#layers > 1 ? 'layer' : 'all', layer: this.layer + 1, name: this.#name(this.layer, this.head),
    });
    const strongest = this.#arcs.reduce((a, b) => b.weight > a.weight ? b : a);
    return t('attention.arcs', {
      heads, position: this.nameOf(looked), isItself: strongest.to === looked, other: this.nameOf(strongest.to), weight: number(strongest.weight),
    });
  }

  updated(changed) {
    super.updated(changed);
    if (this.shown !== null && !this.showsTable) {
      const maps = [...this.renderRoot.querySelectorAll('.map canvas')];
      if (this.hasAttribute('filled')) {
        this.#arrange(maps.length);
      }
      const scale = textScale(this);
      const sizes = maps.map((canvas) => this.#sizeOf(canvas, scale)); // all at once: drawing changes the layout
      maps.forEach((canvas, i) => this.#draw(canvas, sizes[i]));
    }
  }

  /** Chooses the columns and rows with which the maps are largest in a panel that fills the screen. */
  #arrange(maps) {
    const height = (selector) => this.renderRoot.querySelector(selector).offsetHeight;
    const { style, clientWidth: width } = this.renderRoot.querySelector('.maps');
    const room = this.clientHeight - height('header') - height('.strip') - height('.foot') - SPACES;
    const scale = textScale(this);
    const most = Math.max(1, Math.min(maps, Math.floor((width + GAP) / (NARROWEST * scale + GAP))));
    const { columns, row } = Array.from({ length: most }, (_, i) => i + 1).map((columns) => {
      const rows = Math.ceil(maps / columns);
      const side = (width - (columns - 1) * GAP) / columns;
      return { columns, row: Math.min(side + TITLE * scale, (room - (rows - 1) * GAP) / rows) };
    }).reduce((best, grid) => grid.row > best.row ? grid : best);
    style.setProperty('--columns', columns);
    style.setProperty('--row', `${row}px`);
  }

  /** How large a map is, and its cells. */
  #sizeOf(canvas, scale = textScale(this)) {
    const size = Math.min(canvas.parentElement.clientWidth, canvas.parentElement.clientHeight);
    const n = this.positions.length;
    const hasLetters = (size - MARGIN) / n >= SMALLEST_LETTER;
    const margin = hasLetters ? MARGIN * scale : 0;
    const cell = (size - margin) / n;
    return { size, margin, cell, letter: hasLetters ? Math.min(LETTER * scale, cell) : 0 };
  }

  #draw(canvas, { size, margin, cell, letter }) {
    const rows = weightsOf(this.shown, Number(canvas.dataset.layer), Number(canvas.dataset.head));
    const n = rows.length;
    const context = prepareCanvas(canvas, size, size);
    const span = cell * n;
    drawCells(context, rows, { x: margin, y: margin, width: span, height: span, colour: sequential });
    context.strokeStyle = theme.colour('--line');
    context.beginPath(); // the border of the lower triangle
    context.moveTo(margin, margin);
    for (let t = 0; t < n; t++) {
      context.lineTo(margin + (t + 1) * cell, margin + t * cell);
      context.lineTo(margin + (t + 1) * cell, margin + (t + 1) * cell);
    }
    context.lineTo(margin, margin + span);
    context.closePath();
    context.stroke();
    if (letter > 0) {
      context.font = `${letter}px monospace`;
      context.textAlign = 'center';
      context.textBaseline = 'middle';
      this.positions.forEach(({ read }, t) => {
        context.fillStyle = theme.colour(t === this.looked ? '--ink' : '--muted');
        const symbol = tiny(read);
        context.fillText(symbol, margin / 2, margin + (t + 0.5) * cell);
        context.fillText(symbol, margin + (t + 0.5) * cell, margin / 2);
      });
    }
    const { hovered } = this;
    if (hovered !== null && hovered.layer === Number(canvas.dataset.layer) && hovered.head === Number(canvas.dataset.head)) {
      context.strokeStyle = theme.colour('--ink');
      context.strokeRect(margin + hovered.s * cell, margin + hovered.t * cell, cell, cell);
    }
    if (this.looked !== null) {
      context.strokeStyle = theme.colour('--data-2');
      context.lineWidth = 2;
      context.strokeRect(margin, margin + this.looked * cell, (this.looked + 1) * cell, cell);
      context.lineWidth = 1;
    }
  }

  #hover(event, layer, head) {
    const { margin, cell } = this.#sizeOf(event.target);
    const t = Math.floor((event.offsetY - margin) / cell);
    const s = Math.floor((event.offsetX - margin) / cell);
    const isCell = t >= 0 && t < this.positions.length && s >= 0 && s <= t;
    this.hovered = isCell ? { layer, head, t, s } : null;
    this.pointed = isCell ? t : null;
  }

  /** Moves from cell to cell; Enter keeps the arcs of the position. */
  #key(event, layer, head) {
    const [dt, ds] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -Infinity], End: [0, Infinity] }[event.key] ?? [];
    if (dt !== undefined) {
      event.preventDefault();
      const { t, s } = this.hovered ?? { t: this.looked ?? this.positions.length - 1, s: 0 };
      const row = this.hovered === null ? t : Math.max(0, Math.min(this.positions.length - 1, t + dt));
      this.hovered = { layer, head, t: row, s: this.hovered === null ? s : Math.max(0, Math.min(row, s + ds)) };
      this.pointed = row;
      this.spoken = this.#caption();
    } else if (event.key === 'Enter') {
      this.choosePointed(event);
    }
  }

  #leave() {
    this.hovered = null;
    this.pointed = null;
  }

  /** All maps of the page side by side. */
  picture() {
    const maps = [...this.renderRoot.querySelectorAll('.map canvas')];
    if (maps.length === 0) {
      return null;
    }
    const columns = Math.min(4, maps.length);
    const [size, gap] = [maps[0].width, 24 * SHARPNESS];
    const canvas = document.createElement('canvas');
    canvas.width = columns * (size + gap) - gap;
    canvas.height = Math.ceil(maps.length / columns) * (size + gap);
    const context = canvas.getContext('2d');
    context.fillStyle = theme.colour('--ink');
    context.font = `${12 * SHARPNESS}px sans-serif`;
    context.textBaseline = 'middle';
    maps.forEach((map, i) => {
      const [x, y] = [(i % columns) * (size + gap), Math.floor(i / columns) * (size + gap)];
      context.fillText(this.#name(Number(map.dataset.layer), Number(map.dataset.head)), x, y + gap / 2);
      context.drawImage(map, x, y + gap);
    });
    return canvas;
  }

  legend() {
    return [{ label: t('attention.weight'), stops: RAMP, low: '0', high: '1' },
      { label: t('attention.axes'), kind: 'text' }];
  }

  table() {
    if (this.shown === null) {
      return null;
    }
    const { positions, shown } = this;
    return {
      columns: [...['layer', 'head', 'position', 'reads'].map((name) => t(`columns.${name}`)),
        ...positions.map(({ read, t: position }) => t('attention.to', { position, read }))],
      get rows() { // computed only when needed: there can be many
        return shown.vizData[0].attentionWeights.flatMap((heads, layer) => heads.flatMap((_, head) =>
          weightsOf(shown, layer, head).map((row, t) => [layer + 1, head + 1, t, positions[t].read,
            ...positions.map((__, s) => row[s] ?? null)])));
      },
    };
  }
}

customElements.define('mg-attention-panel', AttentionPanel);
