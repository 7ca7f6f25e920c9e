// The chart of one session's losses as an ECharts option: mean, band from minimum to maximum, moving average, baselines,
// events and spikes, and the learning rate in a chart of its own below, on the same step axis.

import { compact, number } from '../data/format.js';
import { schedulePoints } from '../data/learning-rate.js';
import { logTicks } from '../data/log-ticks.js';
import { eventLabel } from '../data/session-events.js';
import { texts } from '../data/texts.js';
import { axis, namedAlong, ticksAt, tooltip } from './chart.js';
import { theme } from './theme.js';

const t = await texts('common');

const MOST_MARKS = 200;
const ZOOM_BAR = 74; // px, with the step axis
const RATE_CHART = 46; // px
const RATE_GAP = 18; // px between the charts
const TWO_LABELS = 0.25; // of the range of losses: room for two labels between baselines, even in a low chart

const middle = ({ from, to }) => (from + to) / 2;

/**
 * The option for
 *
 *   points, average   buckets, and the moving average at each of them
 *   range             {low, high} of the loss axis; high null for the highest loss
 *   validation        losses {step, loss} of the documents that are held out
 *   overfitSince      the step of the lowest of them, if they have risen since; null
 *   spikes            points that get a mark at the upper edge
 *   shown, lastStep   the zoomed steps {from, to}, and the newest step
 *   isLogSteps, isLogLoss
 *   baselines         losses by name
 *   events, at        the session's events, and the step that is looked at, or null
 *   schedule          of the learning rate; null to leave it out
 *   scale             of texts, see textScale
 *   tip(index)        the lines of the tooltip for a point
 */
export function lossChart(chart) {
  const { points, average, validation, range, spikes, shown, lastStep, isLogSteps, isLogLoss, schedule, scale, tip } = chart;
  const hasRate = schedule !== null;
  const steps = { type: isLogSteps ? 'log' : 'value', min: 1, max: Math.max(2, lastStep), splitLine: { show: false } };
  const stepTicks = ticksAt(isLogSteps ? logTicks(shown.from, shown.to) : null);
  const ends = isLogLoss ? logarithmicEnds(range, points) : { min: range.low, max: range.high };
  const lossTicks = ticksAt(isLogLoss ? logTicks(ends.min, ends.max) : null);
  const label = (option) => ({ color: theme.colour('--muted'), fontSize: 11 * scale, hideOverlap: true, ...option });
  const named = {
    name: t('lossChart.step'), nameLocation: 'middle', nameGap: 14 + 10 * scale,
    nameTextStyle: { color: theme.colour('--muted'), fontSize: 11 * scale }, axisTick: stepTicks.axisTick,
    axisLabel: label({ formatter: compact, ...stepTicks.axisLabel }),
  };
  const unnamed = { name: '', axisTick: stepTicks.axisTick, axisLabel: { show: false } };
  const left = 32 + 26 * scale;
  const bottom = ZOOM_BAR * (0.7 + 0.3 * scale);
  const rateHeight = hasRate ? RATE_CHART * scale : 0;
  const line = { type: 'line', showSymbol: points.length < 3, symbolSize: 5, animation: false };
  return {
    grid: [
      { id: 'losses', left, right: 20, top: 24, bottom: bottom + (hasRate ? rateHeight + RATE_GAP : 0) },
      { id: 'rates', left, right: 20, height: rateHeight, bottom },
    ],
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    tooltip: tooltip({
      trigger: 'axis',
      axisPointer: { lineStyle: { color: theme.colour('--edge') } },
      formatter: (items) => tip(items.find(({ seriesId }) => seriesId === 'mean')?.dataIndex),
    }),
    xAxis: [
      axis({ id: 'steps', ...steps, ...(hasRate ? unnamed : named) }),
      axis({ id: 'rate-steps', gridIndex: 1, show: hasRate, ...steps, ...named }),
    ],
    yAxis: [
      axis({
        id: 'loss', ...namedAlong(t('lossChart.loss'), left, 11 * scale), type: isLogLoss ? 'log' : 'value', scale: true,
        ...ends, axisTick: lossTicks.axisTick,
        // those of a linear axis may be at its ends, which are no round numbers
        axisLabel: label({ formatter: (value) => number(value), showMinLabel: isLogLoss, showMaxLabel: isLogLoss, ...lossTicks.axisLabel }),
      }),
      axis({
        id: 'rate', gridIndex: 1, show: hasRate, min: 0, splitNumber: 1,
        axisLabel: label({ color: theme.colour('--data-3'), formatter: (value) => number(value) }),
      }),
    ],
    dataZoom: zooms(shown),
    series: [
      band(points),
      {
        ...line, id: 'mean', data: points.map((point) => [middle(point), point.mean]),
        lineStyle: { width: 1, opacity: 0.55 }, color: theme.colour('--data-1'),
        markLine: eventMarks(chart),
      },
      {
        ...line, id: 'average', data: points.map((point, i) => [middle(point), average[i]]),
        lineStyle: { width: 2.2 * scale }, color: theme.colour('--data-2'), z: 3,
      },
      {
        ...line, id: 'validation', silent: true, tooltip: { show: false }, showSymbol: true, symbol: 'circle', symbolSize: 5 * scale,
        data: validation.map(({ step, loss }) => [Math.max(1, step), loss]), // the chart begins at the first step
        lineStyle: { width: 1.6 * scale, type: 'dashed' }, color: theme.colour('--data-4'), z: 4,
      },
      {
        id: 'base', type: 'line', silent: true, data: [], animation: false, tooltip: { show: false },
        markLine: baseMarks(chart),
      },
      {
        id: 'spikes', type: 'scatter', silent: true, z: 5, animation: false, tooltip: { show: false },
        symbol: 'triangle', symbolSize: 8 * scale, symbolOffset: [0, '50%'], color: theme.colour('--ink'), clip: false,
        data: spikes.map((point) => [middle(point), range.high]),
      },
      ...(hasRate ? [{
        ...line, id: 'rate', xAxisIndex: 1, yAxisIndex: 1, silent: true, showSymbol: false, tooltip: { show: false },
        sampling: 'lttb', data: schedulePoints(schedule, lastStep, isLogSteps),
        lineStyle: { width: 1.4 * scale }, color: theme.colour('--data-3'),
      }] : []),
    ],
  };
}

/** The ends of a logarithmic loss axis: those of the range, or of the losses where it has none or begins at 0. */
function logarithmicEnds({ low, high }, points) {
  const positive = points.flatMap(({ min, max }) => [min, max]).filter((value) => value > 0 && value < Infinity);
  return positive.length === 0 ? { min: null, max: null } : {
    min: low > 0 ? low : positive.reduce((least, value) => Math.min(least, value)),
    max: high ?? positive.reduce((most, value) => Math.max(most, value)),
  };
}

function zooms({ from, to }) {
  const both = { xAxisIndex: [0, 1], filterMode: 'none', startValue: from, endValue: to, minValueSpan: 5 };
  return [
    {
      id: 'bar', type: 'slider', ...both, bottom: 8, height: 22, realtime: true, showDetail: false, showDataShadow: false, brushSelect: false,
      borderColor: theme.colour('--line'), fillerColor: theme.colour('--accent-soft'),
      handleStyle: { color: theme.colour('--surface'), borderColor: theme.colour('--edge') },
      moveHandleStyle: { color: theme.colour('--line') },
    },
    { id: 'wheel', type: 'inside', ...both, zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false },
  ];
}

function band(points) {
  return {
    id: 'band', type: 'custom', silent: true, clip: true, animation: false,
    data: points.map((point) => [middle(point), point.min, point.max]),
    encode: { x: 0, y: [1, 2] },
    renderItem: (params, chart) => params.dataIndexInside > 0 ? null : {
      type: 'polygon',
      shape: {
        points: [...points.map((point) => chart.coord([middle(point), point.max])),
          ...points.toReversed().map((point) => chart.coord([middle(point), point.min]))],
      },
      style: { fill: theme.colour('--data-1'), opacity: 0.2 },
    },
  };
}

/** Lines with labels above them; that of the highest is below it if there is room, since marks of spikes are above. */
function baseMarks({ baselines, range, scale }) {
  const colour = theme.colour('--data-6');
  const [highest, second = range.low] = Object.values(baselines).sort((a, b) => b - a);
  const hasRoomBelow = range.high !== null && highest - second > TWO_LABELS * (range.high - range.low);
  return {
    silent: true, animation: false, symbol: 'none', z: 6, // above the marks of spikes
    data: Object.entries(baselines).map(([name, value]) => ({
      yAxis: value, name, label: { position: value === highest && hasRoomBelow ? 'insideEndBottom' : 'insideEndTop' },
    })),
    lineStyle: { color: colour, type: 'dashed', width: 1.2 },
    label: {
      color: colour, fontSize: 11 * scale, formatter: ({ name }) => name,
      backgroundColor: theme.colour('--surface'), padding: [1, 3], borderRadius: 3, distance: 3,
    },
  };
}

/** Vertical lines for the events: steering and forks with labels, runs without; and for the step that is looked at. */
function eventMarks({ events, at, overfitSince, shown, scale }) {
  const colour = theme.colour('--muted');
  const marked = events.filter(({ step, kind }) => step > 0 && kind !== 'succeeded');
  const centre = middle(shown);
  const data = marked.slice(-MOST_MARKS).map((event) => ({
    xAxis: event.step,
    label: {
      show: eventLabel(event) !== '', formatter: eventLabel(event), align: event.step < centre ? 'left' : 'right',
    },
    lineStyle: { opacity: eventLabel(event) === '' ? 0.35 : 1 },
  }));
  if (overfitSince !== null) {
    data.push({
      xAxis: Math.max(1, overfitSince),
      label: { show: true, formatter: t('lossChart.overfit'), color: theme.colour('--data-4'), align: overfitSince < centre ? 'left' : 'right' },
      lineStyle: { type: 'dashed', width: 1.5, opacity: 1, color: theme.colour('--data-4') },
    });
  }
  if (at !== null) {
    data.push({
      xAxis: Math.max(1, at), // the chart begins at the first step
      label: { show: false },
      lineStyle: { type: 'solid', width: 2, opacity: 1, color: theme.colour('--warn') },
    });
  }
  return {
    silent: true, animation: false, symbol: 'none', data,
    lineStyle: { color: colour, type: 'dotted', width: 1 },
    label: { color: colour, fontSize: 11 * scale, position: 'end', distance: 3 },
  };
}
