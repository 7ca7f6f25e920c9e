// An Apache ECharts chart as an element that fits its box and follows the theme. It draws on a canvas and never
// turns texts into markup; tooltips are drawn, too.

import { texts } from '../data/texts.js';
import * as echarts from 'echarts';
import { LitElement, css, html } from 'lit';

import { DrawThrottle } from './draw-throttle.js';
import { frameScheduler } from './frame-scheduler.js';
import { SHARPNESS } from './picture.js';
import { ResizeController } from './resize-controller.js';
import { SvgContext } from './svg-context.js';
import { theme } from './theme.js';

const t = await texts('common');

const PAGE = 20; // points, of the page keys

/** The option that all charts share. */
function common() {
  return {
    animation: false, // training moves the charts anyway
    backgroundColor: 'transparent',
    textStyle: { fontFamily: fontFamily(), color: theme.colour('--ink') },
  };
}

/** Without double quotes, which ECharts would not escape in SVG. */
function fontFamily() {
  return getComputedStyle(document.documentElement).fontFamily.replaceAll('"', "'");
}

/** The look of an axis. */
export function axis(option) {
  const line = { lineStyle: { color: theme.colour('--line') } };
  return {
    axisLine: line,
    axisTick: line,
    minorSplitLine: { show: false },
    axisLabel: { color: theme.colour('--muted'), fontSize: 11, hideOverlap: true },
    nameTextStyle: { color: theme.colour('--muted'), fontSize: 11 },
    ...option,
    splitLine: { lineStyle: { color: theme.colour('--grid') }, ...option.splitLine },
  };
}

/** The part of a logarithmic axis that sets its ticks, see logTicks; null leaves them to ECharts. */
export function ticksAt(values) {
  return { axisTick: { lineStyle: { color: theme.colour('--line') }, customValues: values }, axisLabel: { customValues: values } };
}

/** The name of a vertical axis, along it; the grid has to leave `room` px at its left. */
export function namedAlong(name, room, size = 11) {
  return {
    name, nameLocation: 'middle', nameGap: room - size - 4,
    nameTextStyle: { color: theme.colour('--muted'), fontSize: size },
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
 * their state from one option to the next. `chart` is the ECharts instance; `ready` is sent once it exists. The tooltips
 * that a pointer shows are shown by a tap, and by the arrow keys, too.
 */
class Chart extends LitElement {
  static properties = {
    option: { attribute: false },
    label: {},
    spoken: { state: true }, // the tooltip that the keys have shown, for screen readers
  };

  static styles = css`
    :host { display: block; position: relative; height: 300px; }
    div { position: absolute; inset: 0; }
    div:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: var(--radius-small); }
    p { position: absolute; width: 1px; height: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); }
  `;

  chart = null;

  #throttle = new DrawThrottle();
  #place = null; // of the point that the keys have chosen, among those that are shown
  #tip = ''; // the text of the newest tooltip
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
    return html`
      <div role="application" aria-roledescription=${t('roles.chart')} aria-label=${this.label} tabindex="0" @keydown=${this.#key}
        @blur=${this.#hideTip}></div>
      <p role="status">${this.spoken}</p>`;
  }

  // ---- keys

  #key = (event) => {
    if (this.chart?.getOption() === undefined) {
      this.#draw(); // a key may come before the first drawing has had its turn
    }
    const points = this.#points;
    const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: PAGE, PageDown: -PAGE, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === 'Escape') {
      this.#hideTip();
    } else if (steps !== undefined && points.length > 0 && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      const from = this.#place ?? (steps > 0 ? -1 : points.length);
      this.#place = Math.max(0, Math.min(points.length - 1, from + steps));
      this.#showTip(points[this.#place]);
      this.spoken = this.#tip;
    }
  };

  #showTip(point) {
    if (this.option.series[point.seriesIndex].type !== 'parallel') {
      this.chart.dispatchAction({ type: 'showTip', ...point });
      return;
    }
    // ECharts cannot find the place of a line across parallel axes
    this.#tip = this.option.tooltip.formatter(point);
    this.chart.dispatchAction({ type: 'downplay', seriesIndex: point.seriesIndex });
    this.chart.dispatchAction({ type: 'highlight', ...point });
    this.chart.dispatchAction({ type: 'showTip', x: this.clientWidth / 2, y: 0, tooltip: this.#tip });
  }

  #hideTip = () => {
    if (this.#place !== null) {
      this.#place = null;
      this.chart?.dispatchAction({ type: 'downplay' });
      this.chart?.dispatchAction({ type: 'hideTip' });
    }
  };

  /** The points with tooltips that are shown, {seriesIndex, dataIndex}: those of the first series that has any. */
  get #points() {
    const series = this.option?.series ?? [];
    const seriesIndex = series.findIndex(({ silent, tooltip: { show = true } = {}, data }) => !silent && show && data?.length > 0);
    if (this.chart === null || seriesIndex < 0) {
      return [];
    }
    const [{ startValue = -Infinity, endValue = Infinity } = {}] = this.chart.getOption().dataZoom ?? [];
    return series[seriesIndex].data.flatMap(([x], dataIndex) => x >= startValue && x <= endValue ? [{ seriesIndex, dataIndex }] : []);
  }

  // ---- drawing

  updated(changed) {
    if (changed.size === 1 && changed.has('spoken')) {
      return;
    }
    if (this.chart === null) {
      this.#fit();
    }
    this.#timer ??= setTimeout(async () => {
      await frameScheduler.priorityTurn(); // its panel has waited already
      this.#draw();
    }, this.#throttle.delay);
  }

  /** Draws the newest option; those in between are skipped. */
  #draw() {
    this.#timer = null;
    if (this.chart !== null && this.option) {
      this.#throttle.measure(() => {
        this.chart.setOption({ ...common(), ...this.#optionWithTip }, { replaceMerge: ['series'] });
        this.chart.getZr().flush();
      });
    }
  }

  /** The option, whose tooltips are remembered. */
  get #optionWithTip() {
    const { tooltip: { formatter, ...look } = {}, ...option } = this.option;
    if (formatter === undefined) {
      return this.option;
    }
    return { ...option, tooltip: { ...look, formatter: (items) => {
      this.#tip = formatter(items);
      return this.#tip;
    } } };
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

  /** The chart as a drawing, to be saved: without the bar that zooms. See pixelDrawing. */
  picture() {
    const { clientWidth: width, clientHeight: height } = this;
    const option = { ...common(), ...withoutBar(this.option) };
    return {
      width, height, isVector: true,
      draw(context, x, y) {
        if (context instanceof SvgContext) {
          context.drawSvg(asSvg(option, width, height), x, y);
        } else {
          context.drawImage(asCanvas(option, width, height), x, y, width, height);
        }
      },
    };
  }
}

function asCanvas(option, width, height) {
  const chart = echarts.init(document.createElement('div'), null, { renderer: 'canvas', width, height, devicePixelRatio: SHARPNESS });
  try {
    chart.setOption(option);
    chart.getZr().flush();
    return chart.renderToCanvas({ pixelRatio: SHARPNESS });
  } finally {
    chart.dispose();
  }
}

function asSvg(option, width, height) {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption(option);
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

/** An option without the bar that zooms, and with its room for the chart. */
function withoutBar({ dataZoom = [], grid = [], ...option }) {
  const bar = dataZoom.find(({ type }) => type === 'slider');
  const room = bar === undefined ? 0 : bar.bottom + bar.height;
  return {
    ...option,
    dataZoom: dataZoom.filter((zoom) => zoom !== bar),
    grid: [grid].flat().map(({ bottom, ...place }) => ({ ...place, bottom: bottom - room })),
  };
}

customElements.define('mg-chart', Chart);
