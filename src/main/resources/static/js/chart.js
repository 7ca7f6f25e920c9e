// Apache ECharts as an element: it fits its box and has the colours of the theme. It draws on a canvas
// and never makes markup of texts; tooltips are drawn, too.

import * as echarts from 'echarts';
import { LitElement, css, html } from 'lit';

import { Pace } from './pace.js';
import { Sizes } from './sizes.js';
import { theme } from './theme.js';

/** What all charts have in common; an option is laid over it. */
function common() {
  return {
    animation: false, // they move by themselves while a model trains
    backgroundColor: 'transparent',
    textStyle: { fontFamily: fontFamily(), color: theme.colour('--ink') },
  };
}

function fontFamily() {
  return getComputedStyle(document.documentElement).fontFamily;
}

/** The look of an axis. */
export function axis(option) {
  const line = { lineStyle: { color: theme.colour('--line') } };
  return {
    axisLine: line,
    axisTick: line,
    splitLine: { lineStyle: { color: theme.colour('--grid') } },
    minorSplitLine: { show: false },
    axisLabel: { color: theme.colour('--muted'), fontSize: 11, hideOverlap: true },
    nameTextStyle: { color: theme.colour('--muted'), fontSize: 11 },
    ...option,
  };
}

/** The look of a tooltip; `formatter` gives plain text, lines ended by \n. */
export function tooltip(option) {
  return {
    renderMode: 'richText', // never HTML
    confine: true,
    backgroundColor: theme.colour('--raised'),
    borderColor: theme.colour('--line'),
    textStyle: { fontFamily: fontFamily(), color: theme.colour('--ink'), fontSize: 12 },
    ...option,
  };
}

/**
 * `<mg-chart .option=${option} label="what it shows, in words">`. Series, axes and zooms with an `id` keep
 * their state from one option to the next. `chart` is the ECharts instance, once there is one; `ready`
 * tells of it.
 */
export class Chart extends LitElement {
  static properties = { option: { attribute: false }, label: {} };

  static styles = css`
    :host { display: block; position: relative; height: 300px; }
    div { position: absolute; inset: 0; }
  `;

  chart = null;

  #pace = new Pace();
  #timer = null;
  #sizes = new Sizes(this, () => this.#fit());

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#timer = null;
    this.chart?.dispose();
    this.chart = null;
  }

  render() {
    return html`<div role="img" aria-label=${this.label}></div>`;
  }

  updated() {
    if (this.chart === null) {
      this.#fit();
    }
    this.#timer ??= setTimeout(() => this.#draw(), this.#pace.rest);
  }

  /** Draws the newest option; those in between are left out. */
  #draw() {
    this.#timer = null;
    if (this.chart !== null && this.option) {
      this.#pace.run(() => {
        this.chart.setOption({ ...common(), ...this.option }, { replaceMerge: ['series'] });
        this.chart.getZr().flush();
      });
    }
  }

  #fit() {
    const { clientWidth, clientHeight } = this;
    if (clientWidth === 0 || clientHeight === 0) {
      return;
    }
    if (this.chart !== null) {
      this.chart.resize();
    } else if (this.hasUpdated) {
      this.chart = echarts.init(this.renderRoot.querySelector('div'), null, { renderer: 'canvas' });
      this.dispatchEvent(new Event('ready'));
      this.requestUpdate();
    }
  }

  /** The picture as a data: URL, on the background of the panel. */
  png() {
    return this.chart?.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: theme.colour('--surface') }) ?? null;
  }
}

customElements.define('mg-chart', Chart);
