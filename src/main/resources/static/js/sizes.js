// Elements that draw themselves anew when their size changes.

/** A controller of a Lit element that calls back when the element's size changes, while it is in a page. */
export class Sizes {
  #host;
  #observer;

  constructor(host, changed) {
    this.#host = host;
    this.#observer = new ResizeObserver(changed);
    host.addController(this);
  }

  hostConnected() {
    this.#observer.observe(this.#host);
  }

  hostDisconnected() {
    this.#observer.disconnect();
  }
}
