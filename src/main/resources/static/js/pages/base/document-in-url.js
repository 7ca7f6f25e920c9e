// Keeps the text that is held and the position that is chosen, which all panels of a page inspect, in the URL: `?hold` and
// `?position`.

import { queryValue, setQuery, wholeNumberInQuery } from '../../components/url-query.js';

/** Belongs to an InspectedDocument, which it first sets to what the URL says. */
export class DocumentInUrl {
  #document;
  #canHold;

  /** @param canHold whether the page lets the user hold a text */
  constructor(document, canHold = true) {
    this.#document = document;
    this.#canHold = canHold;
    document.held = canHold ? queryValue('hold') : null;
    document.position = wholeNumberInQuery('position');
  }

  connect() {
    this.#document.addEventListener('change', this.#changed);
  }

  disconnect() {
    this.#document.removeEventListener('change', this.#changed);
  }

  #changed = () => {
    const { held, position } = this.#document;
    const hold = this.#canHold ? held : null;
    if (hold !== queryValue('hold') || position !== wholeNumberInQuery('position')) {
      setQuery({ hold, position });
    }
  };
}
