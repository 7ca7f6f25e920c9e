// A scatter plot of labels in two dimensions, or in three that can be rotated, with the paths they have taken.

import { LitElement, css, html } from 'lit';

import { clipped } from '../data/model/tokens.js';
import { texts } from '../data/texts.js';
import { sharpContext } from './canvas.js';
import { DrawThrottle } from './draw-throttle.js';
import { ResizeController } from './resize-controller.js';
import { prefersReducedMotion, theme } from './theme.js';

const t = await texts('common');

const NEAR = 26; // px within which the pointer selects a label
const MARGIN = 22;
const TURN = 0.00018; // radians per ms
const FRAME = 1000 / 24; // ms between frames while it rotates
const LONGEST_LABEL = 10; // characters; the names of tokens may be longer
const MOST_LABELS = 400; // more points are drawn as dots
const STEP = Math.PI / 24; // radians that a key rotates

/**
 * `<mg-scatter .points=${[{label, at: [x, y] or [x, y, z]}]} .trails=${[[at, …], …]} .axes=${['axis 1', …]}
 *   .chosen=${index or null} .related=${indexes} .joined=${true} .turns=${true} .angles=${{yaw, pitch}} label="what it shows">`
 *
 * `angles` are those from which three dimensions are seen, in radians. Sends `choose` with an index, or null, when the
 * pointer or the arrow keys select another point, and `turned` with the angles when they rotate the picture.
 */
class Scatter extends LitElement {
  static properties = {
    points: { attribute: false },
    trails: { attribute: false },
    axes: { attribute: false },
    chosen: { attribute: false },
    related: { attribute: false },
    joined: { attribute: false },
    turns: { attribute: false },
    angles: { attribute: false },
    label: {},
  };

  static styles = css`
    :host { display: block; position: relative; height: 400px; }
    div { position: absolute; inset: 0; touch-action: pan-y; }
    div.space { cursor: grab; touch-action: none; }
    div.dragged { cursor: grabbing; }
    div:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: var(--radius-small); }
    canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
  `;

  #sizes = new ResizeController(this, () => this.#draw());
  #sight = new IntersectionObserver((entries) => {
    this.#isVisible = entries.at(-1).isIntersecting;
    this.#turnOn();
  });
  #isVisible = false;
  #isPointed = false;

  /** Draws it again, in other colours. */
  repaint = () => this.#draw();

  #throttle = new DrawThrottle();
  #frame = null;
  #turnedAt = 0;
  #radius = 0; // of the cloud that fits into the picture
  #drag = null;
  #places = []; // where the points are on the canvas

  constructor() {
    super();
    this.angles = { yaw: 0, pitch: 0 };
  }

  connectedCallback() {
    super.connectedCallback();
    this.#sight.observe(this);
    theme.addEventListener('change', this.repaint);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#sight.disconnect();
    theme.removeEventListener('change', this.repaint);
    cancelAnimationFrame(this.#frame);
    this.#frame = null;
  }

  get #isSpace() {
    return this.points?.[0]?.at.length === 3;
  }

  render() {
    return html`
      <div class=${this.#isSpace ? 'space' : ''} role="application" aria-roledescription=${t('roles.map')} aria-label=${this.label} tabindex="0"
        @pointermove=${this.#move} @pointerdown=${this.#press} @pointerup=${this.#release} @pointercancel=${this.#release}
        @pointerenter=${() => { this.#isPointed = true; }} @pointerleave=${this.#leave} @keydown=${this.#key}><canvas></canvas></div>`;
  }

  /** The canvas, to be copied into a larger picture. */
  get canvas() {
    return this.renderRoot.querySelector('canvas');
  }

  updated() {
    this.#draw();
    this.#turnOn();
  }

  // ---- rotation

  /** Requests the next frame of the rotation, unless it stands still. */
  #turnOn() {
    const isTurning = this.turns && this.#isSpace && this.#isVisible && !prefersReducedMotion();
    if (isTurning && this.#frame === null) {
      this.#turnedAt = performance.now();
      this.#frame = requestAnimationFrame(this.#turn);
    }
  }

  #turn = (now) => {
    this.#frame = null;
    const passed = now - this.#turnedAt;
    if (passed >= FRAME && this.#throttle.delay === 0) {
      this.#turnedAt = now;
      if (!this.#isPointed && this.#drag === null) {
        this.angles.yaw += TURN * Math.min(passed, 200); // in place: no event, no rendering
        this.#throttle.measure(() => this.#draw());
      }
    }
    if (this.turns && this.#isSpace && this.#isVisible && !prefersReducedMotion() && this.isConnected) {
      this.#frame = requestAnimationFrame(this.#turn);
    }
  };

  #turnBy(yaw, pitch) {
    const before = this.angles;
    this.angles = { yaw: before.yaw + yaw, pitch: Math.max(-Math.PI / 2, Math.min(Math.PI / 2, before.pitch + pitch)) };
    this.dispatchEvent(new CustomEvent('turned', { detail: this.angles }));
  }

  // ---- pointer and keys

  #press = (event) => {
    if (this.#isSpace) {
      this.#drag = { x: event.clientX, y: event.clientY };
      event.currentTarget.setPointerCapture(event.pointerId);
      event.currentTarget.classList.add('dragged');
    }
    this.#chooseNearest(event);
  };

  #release = (event) => {
    this.#drag = null;
    event.currentTarget.classList.remove('dragged');
  };

  #leave = () => {
    this.#isPointed = false;
  };

  #move = (event) => {
    if (this.#drag !== null) {
      this.#turnBy((event.clientX - this.#drag.x) * 0.01, (event.clientY - this.#drag.y) * 0.01);
      this.#drag = { x: event.clientX, y: event.clientY };
    } else {
      this.#chooseNearest(event);
    }
  };

  /** Chooses the point nearest to the pointer. */
  #chooseNearest(event) {
    const box = this.getBoundingClientRect();
    const x = event.clientX - box.x;
    const y = event.clientY - box.y;
    let best = null;
    let least = NEAR;
    this.#places.forEach((place, i) => {
      const distance = Math.hypot(place.x - x, place.y - y);
      if (distance < least) {
        least = distance;
        best = i;
      }
    });
    if (best !== null) {
      this.#choose(best, false);
    }
  }

  #key = (event) => {
    const size = this.points?.length ?? 0;
    if (event.ctrlKey || event.metaKey || event.altKey || size === 0) {
      return;
    }
    const { chosen } = this;
    const turn = event.shiftKey && this.#isSpace && {
      ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP],
    }[event.key];
    const next = !event.shiftKey && {
      ArrowRight: chosen === null ? 0 : (chosen + 1) % size,
      ArrowDown: chosen === null ? 0 : (chosen + 1) % size,
      ArrowLeft: chosen === null ? size - 1 : (chosen + size - 1) % size,
      ArrowUp: chosen === null ? size - 1 : (chosen + size - 1) % size,
      Home: 0, End: size - 1, Escape: null,
    };
    if (turn) {
      event.preventDefault();
      this.#turnBy(...turn);
    } else if (next && event.key in next) {
      event.preventDefault();
      this.#choose(next[event.key], true);
    }
  };

  #choose(index, byKey) {
    if (index !== this.chosen) {
      this.chosen = index; // at once, so that the next key moves on from here
      this.dispatchEvent(new CustomEvent('choose', { detail: { index, byKey } }));
    }
  }

  // ---- drawing

  #draw() {
    const { clientWidth: width, clientHeight: height } = this;
    const canvas = this.renderRoot?.querySelector('canvas');
    if (!canvas || width === 0 || height === 0 || !this.points?.length) {
      return;
    }
    const context = sharpContext(canvas, width, height);
    const toScreen = this.#projection(width, height);
    this.#places = this.points.map(({ at }) => toScreen(at));
    const family = getComputedStyle(this).fontFamily;
    this.#drawAxes(context, toScreen, family);
    this.#drawTrails(context, toScreen);
    this.#drawLinks(context);
    this.#drawPoints(context, family);
  }

  /**
   * The projection to the canvas. Its scale follows the size of the cloud only when necessary, so that points keep
   * their places.
   */
  #projection(width, height) {
    const radius = Math.max(...this.points.map(({ at }) => (this.#isSpace ? Math.hypot(...at) : extent(at, width / height))), 1e-9);
    if (radius > this.#radius || radius < this.#radius * 0.6) {
      this.#radius = radius * 1.12;
    }
    const scale = (Math.min(width, height) / 2 - MARGIN) / this.#radius;
    if (!this.#isSpace) {
      return ([x, y = 0]) => ({ x: width / 2 + x * scale, y: height / 2 - y * scale, depth: 0 });
    }
    const { yaw, pitch } = this.angles;
    const [sinYaw, cosYaw, sinPitch, cosPitch] = [Math.sin(yaw), Math.cos(yaw), Math.sin(pitch), Math.cos(pitch)];
    return ([x, y, z]) => {
      const right = x * cosYaw + z * sinYaw;
      const away = z * cosYaw - x * sinYaw;
      const up = y * cosPitch - away * sinPitch;
      const depth = (y * sinPitch + away * cosPitch) / this.#radius; // -1 in front to 1 behind
      const near = scale * 3.4 / (3.4 + depth);
      return { x: width / 2 + right * near, y: height / 2 - up * near, depth };
    };
  }

  #drawAxes(context, toScreen, family) {
    const dimensions = this.points[0].at.length;
    const origin = toScreen(new Array(dimensions).fill(0));
    context.font = `11px ${family}`;
    context.textBaseline = 'middle';
    for (let i = 0; i < dimensions; i++) {
      const end = this.#isSpace ? toScreen(Array.from({ length: dimensions }, (_, j) => (i === j ? 0.9 * this.#radius : 0))) : null;
      const from = end !== null ? origin : i === 0 ? { x: 0, y: origin.y } : { x: origin.x, y: this.clientHeight };
      const to = end ?? (i === 0 ? { x: this.clientWidth, y: origin.y } : { x: origin.x, y: 0 });
      context.strokeStyle = theme.colour(this.#isSpace ? '--edge' : '--grid');
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
      context.stroke();
      context.fillStyle = theme.colour('--muted');
      context.textAlign = end !== null ? 'center' : i === 0 ? 'right' : 'left';
      const [right, down] = end !== null ? [0, -8] : i === 0 ? [-4, 10] : [6, 8];
      context.fillText(this.axes?.[i] ?? '', to.x + right, to.y + down);
    }
  }

  #drawTrails(context, toScreen) {
    context.strokeStyle = theme.colour('--data-1');
    (this.trails ?? []).forEach((trail, i) => {
      const isChosen = i === this.chosen;
      const isAside = this.chosen !== null && !isChosen;
      context.lineWidth = isChosen ? 2.2 : 1.2;
      let from = null;
      trail.forEach((at, n) => {
        const to = toScreen(at);
        if (from !== null) {
          context.globalAlpha = (n / trail.length) * (isChosen ? 1 : isAside ? 0.22 : 0.5);
          context.beginPath();
          context.moveTo(from.x, from.y);
          context.lineTo(to.x, to.y);
          context.stroke();
        }
        from = to;
      });
    });
    context.globalAlpha = 1;
  }

  #drawLinks(context) {
    if (this.joined) { // points in a sequence, such as positions
      context.strokeStyle = theme.colour('--edge');
      context.lineWidth = 1;
      context.globalAlpha = 0.6;
      context.beginPath();
      this.#places.forEach(({ x, y }) => context.lineTo(x, y));
      context.stroke();
      context.globalAlpha = 1;
    }
    const from = this.#places[this.chosen];
    if (from !== undefined) {
      context.strokeStyle = theme.colour('--data-2');
      context.lineWidth = 1.2;
      context.setLineDash([3, 3]);
      for (const index of this.related ?? []) {
        const to = this.#places[index];
        if (to !== undefined) {
          context.beginPath();
          context.moveTo(from.x, from.y);
          context.lineTo(to.x, to.y);
          context.stroke();
        }
      }
      context.setLineDash([]);
    }
  }

  #drawPoints(context, family) {
    const related = new Set(this.related ?? []);
    const areLabels = this.points.length <= MOST_LABELS;
    const isSpecial = (i) => i === this.chosen || related.has(i);
    const order = this.#places.map((_, i) => i)
      .sort((i, j) => isSpecial(i) - isSpecial(j) || this.#places[j].depth - this.#places[i].depth);
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.lineWidth = 3;
    context.lineJoin = 'round';
    context.strokeStyle = theme.colour('--surface');
    for (const i of order) {
      const { x, y, depth } = this.#places[i];
      const colour = i === this.chosen ? '--data-2' : related.has(i) ? '--data-1' : '--ink';
      context.fillStyle = theme.colour(colour);
      context.globalAlpha = isSpecial(i) ? 1 : Math.max(0.35, Math.min(1, 0.72 - 0.45 * depth));
      if (areLabels || isSpecial(i)) {
        const label = clipped(this.points[i].label, LONGEST_LABEL);
        const size = (i === this.chosen ? 20 : [...label].length > 1 ? 11.5 : 15) * (1 - 0.15 * depth);
        context.font = `${isSpecial(i) ? 700 : 600} ${size.toFixed(1)}px ${family}`;
        context.strokeText(label, x, y);
        context.fillText(label, x, y);
      } else {
        context.fillRect(x - 1.5, y - 1.5, 3, 3);
      }
    }
    context.globalAlpha = 1;
  }
}

/** How far a point is from the middle of a plane of this aspect ratio, in halves of its shorter side. */
function extent([x, y = 0], proportion) {
  return Math.max(Math.abs(x) / Math.max(1, proportion), Math.abs(y) / Math.max(1, 1 / proportion));
}

customElements.define('mg-scatter', Scatter);
