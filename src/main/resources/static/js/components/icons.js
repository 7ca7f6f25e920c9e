// Icons in the colour of the text. They are hidden from screen readers, which read the label of the control.

import { html, svg } from 'lit';

const icon = (content) => html`<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" fill="none"
  stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round">${content}</svg>`;

export const icons = {
  play: icon(svg`<path d="M4.5 2.8v10.4l8.5-5.2z" fill="currentColor" stroke="none"/>`),
  pause: icon(svg`<path d="M5 3v10M11 3v10" stroke-width="3" stroke-linecap="butt"/>`),
  stop: icon(svg`<rect x="3.5" y="3.5" width="9" height="9" rx="1" fill="currentColor" stroke="none"/>`),
  plus: icon(svg`<path d="M8 3v10M3 8h10"/>`),
  close: icon(svg`<path d="M4 4l8 8M12 4l-8 8"/>`),
  copy: icon(svg`<rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M3 10.5H2.5v-8h8V3"/>`),
  documents: icon(svg`<path d="M4 1.8h5.5L12 4.3v9.9H4zM6.2 7h3.6M6.2 10h3.6"/>`),
  link: icon(svg`<path d="M6.5 9.5l3-3M7.2 4.6l1.4-1.4a3 3 0 0 1 4.2 4.2l-1.4 1.4M8.8 11.4l-1.4 1.4a3 3 0 0 1-4.2-4.2l1.4-1.4"/>`),
  save: icon(svg`<path d="M8 2v8M4.5 6.8L8 10.3l3.5-3.5M2.5 13.5h11"/>`),
  share: icon(svg`<path d="M8 10V2.2M5 4.8l3-2.8 3 2.8M5 7H3v7h10V7h-2"/>`),
  trash: icon(svg`<path d="M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.6 9h6.8l.6-9M6.7 7v4M9.3 7v4"/>`),
  sun: icon(svg`<circle cx="8" cy="8" r="3"/><path d="M8 1.2v1.6M8 13.2v1.6M1.2 8h1.6M13.2 8h1.6M3.2 3.2l1.1 1.1M11.7 11.7l1.1 1.1M3.2 12.8l1.1-1.1M11.7 4.3l1.1-1.1"/>`),
  moon: icon(svg`<path d="M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3z"/>`),
  auto: icon(svg`<circle cx="8" cy="8" r="6"/><path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" stroke="none"/>`),
  more: icon(svg`<g fill="currentColor" stroke="none"><circle cx="3" cy="8" r="1.4"/><circle cx="8" cy="8" r="1.4"/><circle cx="13" cy="8" r="1.4"/></g>`),
  forward: icon(svg`<path d="M6 3l5 5-5 5"/>`),
  fork: icon(svg`<circle cx="4" cy="3" r="1.6"/><circle cx="4" cy="13" r="1.6"/><circle cx="12" cy="6" r="1.6"/><path d="M4 4.6v6.8M4 10c0-2.5 7-1 8-2.4"/>`),
  steer: icon(svg`<path d="M8 2.5L13.5 8 8 13.5 2.5 8z" fill="currentColor" stroke="none"/>`),
  failed: icon(svg`<path d="M3.5 3.5l9 9M12.5 3.5l-9 9" stroke-width="2.4"/>`),
  dot: icon(svg`<circle cx="8" cy="8" r="3.2" fill="currentColor" stroke="none"/>`),
  grip: icon(svg`<g fill="currentColor" stroke="none"><circle cx="5.5" cy="3.5" r="1.3"/><circle cx="10.5" cy="3.5" r="1.3"/><circle cx="5.5" cy="8" r="1.3"/><circle cx="10.5" cy="8" r="1.3"/><circle cx="5.5" cy="12.5" r="1.3"/><circle cx="10.5" cy="12.5" r="1.3"/></g>`),
  fill: icon(svg`<path d="M9.5 2.5h4v4M13.5 2.5l-4.5 4.5M6.5 13.5h-4v-4M2.5 13.5l4.5-4.5"/>`),
  shrink: icon(svg`<path d="M9.5 3v3.5h3.5M9.5 6.5l4-4M6.5 13V9.5H3M6.5 9.5l-4 4"/>`),
  panels: icon(svg`<rect x="2" y="2.5" width="12" height="11" rx="1.5"/><path d="M2 8h12M8 8v5.5"/>`),
  spotlight: icon(svg`<circle cx="8" cy="8" r="3"/><path d="M2 5V2h3M11 2h3v3M14 11v3h-3M5 14H2v-3"/>`),
  back: icon(svg`<path d="M10 3L5 8l5 5"/>`),
  warning: icon(svg`<path d="M8 2l6.5 11.5h-13zM8 6.5v3.2M8 11.6v.1"/>`),
};
