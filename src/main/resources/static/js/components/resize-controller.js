// A Lit controller for elements that redraw when their size changes.

/** Calls back when the size of its element changes, while the element is connected. */
export class ResizeController {
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
