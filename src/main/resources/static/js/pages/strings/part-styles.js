// The layout of a part of the page: a form, and beside it or below it the list that the form makes.

import { css } from 'lit';

export const partStyles = css`
  :host { display: grid; gap: var(--space-4); align-items: start; }
  form, .list { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--space-3); min-width: 0; padding: var(--space-4); border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); }
  .field { display: grid; align-content: start; gap: 2px; min-width: 0; }
  progress { width: 100%; accent-color: var(--accent); }
  @media (min-width: 900px) {
    :host { grid-template-columns: 330px minmax(0, 1fr); }
  }
`;
