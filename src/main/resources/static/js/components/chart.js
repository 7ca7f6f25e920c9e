// An Apache ECharts chart as an element that fits its box and follows the theme. It draws on a canvas and never
// turns texts into markup; tooltips are drawn, too.

import * as echarts from 'echarts';
import { LitElement, css, html } from 'lit';

import { DrawThrottle } from './draw-throttle.js';
import { ResizeController } from './resize-controller.js';
import { theme } from './theme.js';

/** The option that all charts share. */
function common() {
  return {
    animation: false, // training moves the charts anyway
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

/** The look of a tooltip; `formatter` returns plain text, with lines separated by \n. */
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
 * their state from one option to the next. `chart` is the ECharts instance; `ready` is sent once it exists.
 */
class Chart extends LitElement {
  static properties = { option: { attribute: false }, label: {} };

  static styles = css`
    :host { display: block; position: relative; height: 300px; }
    div { position: absolute; inset: 0; }
  `;

  chart = null;

  #throttle = new DrawThrottle();
  #timer = null;
  #sizes = new ResizeController(this, () => this.#fit());

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
    this.#timer ??= setTimeout(() => this.#draw(), this.#throttle.delay);
  }

  /** Draws the newest option; those in between are skipped. */
  #draw() {
    this.#timer = null;
    if (this.chart !== null && this.option) {
      this.#throttle.measure(() => {
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

  /** The chart as a data: URL of a PNG, on the background of the panel. */
  png() {
    return this.chart?.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: theme.colour('--surface') }) ?? null;
  }
}

customElements.define('mg-chart', Chart);
