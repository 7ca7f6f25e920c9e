// The light or dark theme: the system setting, unless the user has chosen one. `theme` sends `change` when the
// colours change, for drawings on canvases.

import { remember } from './remembered.js';

const system = matchMedia('(prefers-color-scheme: dark)');

class Theme extends EventTarget {
  #colours = new Map();

  constructor() {
    super();
    system.addEventListener('change', () => this.#changed());
  }

  /** The user's choice: `system`, `light` or `dark`. */
  get choice() {
    return document.documentElement.dataset.theme ?? 'system';
  }

  set choice(choice) {
    if (choice === 'system') {
      delete document.documentElement.dataset.theme;
    } else {
      document.documentElement.dataset.theme = choice;
    }
    remember('theme', choice); // read by theme-early.js
    this.#changed();
  }

  get isDark() {
    return this.choice === 'system' ? system.matches : this.choice === 'dark';
  }

  /** The current colour of a custom property, in a form that canvases accept: `colour('--ink')`. */
  colour(property) {
    let colour = this.#colours.get(property);
    if (colour === undefined) {
      const probe = document.createElement('span');
      probe.style.color = `var(${property})`;
      document.body.append(probe);
      colour = getComputedStyle(probe).color;
      probe.remove();
      this.#colours.set(property, colour);
    }
    return colour;
  }

  #changed() {
    this.#colours.clear();
    this.dispatchEvent(new Event('change'));
  }
}

export const theme = new Theme();

/** Whether the user prefers reduced motion. */
export function prefersReducedMotion() {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
