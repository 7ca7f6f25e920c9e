// A Lit controller for a bar that stays at an edge of the window: it tells the document how high the bar is, so that
// nothing that is scrolled to is behind it.

/** Keeps the custom property `property` of the document at the height of the part of its element that fits `selector`. */
export class PublishedHeight {
  #host;
  #selector;
  #property;
  #part = null;
  #observer = new ResizeObserver(() => this.#style.setProperty(this.#property, `${this.#part.offsetHeight}px`));

  constructor(host, selector, property) {
    this.#host = host;
    this.#selector = selector;
    this.#property = property;
    host.addController(this);
  }

  get #style() {
    return document.documentElement.style;
  }

  hostUpdated() {
    this.#observe(this.#host.renderRoot.querySelector(this.#selector));
  }

  hostDisconnected() {
    this.#observe(null);
  }

  #observe(part) {
    if (part === this.#part) {
      return;
    }
    this.#observer.disconnect();
    this.#part = part;
    if (part === null) {
      this.#style.removeProperty(this.#property);
    } else {
      this.#observer.observe(part);
    }
  }
}
