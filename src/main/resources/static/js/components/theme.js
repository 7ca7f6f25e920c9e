// The light or dark theme: the system setting, unless the user has chosen one. `theme` sends `change` when the
// colours change, for drawings on canvases; and before, `colours`, for what is computed from them.

import { remember } from './remembered.js';

const system = matchMedia('(prefers-color-scheme: dark)');

class Theme extends EventTarget {
  /** Whether a picture to be saved is drawn. */
  isPicture = false;

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
    remember('theme', choice); // read by early.js
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

  /**
   * Does work that draws pictures to be saved: in light colours, and as sharp as these pictures are. What it draws on the
   * page has to be drawn again afterwards. It must not wait for anything but promises that are about to be resolved: the
   * browser must not render the page meanwhile.
   */
  async forPicture(work) {
    const { theme: before } = document.documentElement.dataset;
    this.isPicture = true;
    document.documentElement.dataset.theme = 'light';
    this.#forget();
    try {
      return await work();
    } finally {
      this.isPicture = false;
      if (before === undefined) {
        delete document.documentElement.dataset.theme;
      } else {
        document.documentElement.dataset.theme = before;
      }
      this.#forget();
    }
  }

  #forget() {
    this.#colours.clear();
    this.dispatchEvent(new Event('colours'));
  }

  #changed() {
    this.#forget();
    this.dispatchEvent(new Event('change'));
  }
}

export const theme = new Theme();

/** Whether the user prefers reduced motion. */
export function prefersReducedMotion() {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
