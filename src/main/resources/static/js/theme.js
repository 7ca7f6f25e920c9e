// Light or dark: what the system says, unless the switch says otherwise. `theme` sends `change` when
// the colours change, for what is drawn on a canvas.

const KEY = 'microgpt.theme';
const system = matchMedia('(prefers-color-scheme: dark)');

class Theme extends EventTarget {
  #colours = new Map();

  constructor() {
    super();
    system.addEventListener('change', () => this.#changed());
  }

  /** What the switch says: `system`, `light` or `dark`. */
  get choice() {
    return document.documentElement.dataset.theme ?? 'system';
  }

  set choice(choice) {
    if (choice === 'system') {
      delete document.documentElement.dataset.theme;
    } else {
      document.documentElement.dataset.theme = choice;
    }
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // then it lasts as long as the page
    }
    this.#changed();
  }

  get isDark() {
    return this.choice === 'system' ? system.matches : this.choice === 'dark';
  }

  /** The colour that a custom property stands for now, as a canvas understands it: `colour('--ink')`. */
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

/** Whether the user asked for less motion. */
export function prefersStillness() {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
