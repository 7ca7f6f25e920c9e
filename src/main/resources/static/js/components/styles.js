// Styles that components share: `static styles = [controls, css`…`]`.

import { css } from 'lit';

/** Buttons, fields, chips, tables, dialogs. */
export const controls = css`
  *, *::before, *::after { box-sizing: border-box; }
  [hidden] { display: none !important; }
  h1, h2, h3, p, dl, dd, ul, ol, figure { margin: 0; padding: 0; }
  ul, ol { list-style: none; }
  a { color: var(--accent); text-underline-offset: 2px; }

  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
    border-radius: var(--radius-small);
  }

  button, .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: var(--space-2);
    min-height: 34px;
    padding: 0 var(--space-3);
    border: 1px solid var(--edge);
    border-radius: var(--radius-small);
    background: var(--surface);
    color: var(--ink);
    font: 500 var(--text-s)/1 var(--font);
    text-decoration: none;
    white-space: nowrap;
    cursor: pointer;
  }
  button:hover:not(:disabled), .button:hover { background: var(--sunken); }
  button:disabled { opacity: 0.45; cursor: not-allowed; }
  button.primary, .button.primary {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--accent-ink);
  }
  button.primary:hover:not(:disabled), .button.primary:hover { filter: brightness(1.1); background: var(--accent); }
  button.danger { border-color: var(--bad); color: var(--bad); }
  button.quiet { border-color: transparent; background: none; }
  button.quiet:hover:not(:disabled) { background: var(--sunken); }
  button.icon { width: 34px; padding: 0; }
  button[aria-pressed="true"] {
    border-color: var(--accent);
    background: var(--accent-soft);
    color: var(--accent);
  }

  label, .label { font-size: var(--text-s); font-weight: 500; }
  input:not([type]), input[type="number"], input[type="text"], input[type="search"], select, textarea {
    width: 100%;
    min-height: 34px;
    padding: 0 var(--space-2);
    border: 1px solid var(--edge);
    border-radius: var(--radius-small);
    background: var(--surface);
    color: var(--ink);
    font: var(--text-m)/1.4 var(--font);
  }
  textarea { padding: var(--space-2); resize: vertical; font-family: var(--mono); font-size: var(--text-s); }
  input::placeholder, textarea::placeholder { color: var(--muted); opacity: 1; }
  input[type="range"] { width: 100%; accent-color: var(--accent); }
  input[type="checkbox"], input[type="radio"] { accent-color: var(--accent); width: 16px; height: 16px; margin: 0; }
  input[aria-invalid="true"], textarea[aria-invalid="true"], select[aria-invalid="true"] { border-color: var(--bad); }
  .hint { color: var(--muted); font-size: var(--text-xs); }
  .error { color: var(--bad); font-size: var(--text-s); }
  .muted { color: var(--muted); }
  .number { font-variant-numeric: tabular-nums; }
  .labels { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 var(--space-2); }
  code { color: var(--muted); font: 400 var(--text-xs)/1.4 var(--mono); } /* the name in the API */
  .mono { font-family: var(--mono); font-size: 0.93em; }

  .chip {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    padding: 3px var(--space-2);
    border-radius: 999px;
    background: var(--sunken);
    color: var(--muted);
    font-size: var(--text-xs);
    font-weight: 600;
    line-height: 1.3;
    white-space: nowrap;
  }
  .chip::before { content: ""; width: 7px; height: 7px; border-radius: 50%; background: currentColor; }
  .chip.training { background: var(--good-soft); color: var(--good); }
  .chip.ready { color: var(--ink); }
  .chip.paused { background: var(--warn-soft); color: var(--warn); }
  .chip.failed, .chip.lost { background: var(--bad-soft); color: var(--bad); }

  .notice {
    padding: var(--space-3) var(--space-4);
    border-radius: var(--radius);
    background: var(--sunken);
  }
  .notice.bad { background: var(--bad-soft); color: var(--bad); }
  .notice.warn { background: var(--warn-soft); color: var(--warn); }

  table { border-collapse: collapse; width: 100%; font-size: var(--text-s); font-variant-numeric: tabular-nums; }
  th, td { padding: var(--space-1) var(--space-2); border-bottom: 1px solid var(--line); text-align: right; }
  th:first-child, td:first-child { text-align: left; }
  th { position: sticky; top: 0; background: var(--surface); font-weight: 600; }

  dialog {
    width: min(640px, calc(100vw - 2 * var(--space-4)));
    max-height: calc(100dvh - 2 * var(--space-4));
    padding: 0;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--raised);
    color: var(--ink);
    box-shadow: 0 20px 60px var(--shadow);
  }
  dialog::backdrop { background: rgb(0 0 0 / 0.45); }
  dialog > header { display: flex; align-items: center; justify-content: space-between; padding: var(--space-4) var(--space-5) 0; }
  dialog h2 { font-size: var(--text-l); }
  dialog .body { padding: var(--space-4) var(--space-5) var(--space-5); }
  dialog footer { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: var(--space-2); margin-top: var(--space-5); }

  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  @media (pointer: coarse) {
    button, .button, input, select { min-height: 40px; }
    button.icon { width: 40px; }
    input[type="checkbox"], input[type="radio"] { width: 24px; }
  }
  @media (prefers-reduced-motion: reduce) {
    *, *::before, *::after { animation: none !important; transition: none !important; }
  }
`;
