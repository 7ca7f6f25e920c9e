// The document that all panels inspect, and the position in it that the user has chosen. The document is that of
// the newest trace, or one that the user holds while training continues.
//
// A held document, and the probabilities that training traces lack, are loaded with `inspect`: at most twice a
// second, only while a panel is visible, and only the newest request. If one visible panel needs probabilities, all
// show what was loaded for it, so that all show the same step.

const MIN_INTERVAL = 500; // ms between two requests

const known = new WeakMap(); // by LiveSession

/** Sends `change`. */
class InspectedDocument extends EventTarget {
  /** The document that is held; null to follow training. */
  held = null;
  /** The position that was chosen; null for none. */
  position = null;
  /** The newest inspection, {doc, tokens, vizData, step, isStepApproximate}; `isStepApproximate` if training continued meanwhile. */
  inspection = null;
  /** The error of the last request; null if it succeeded. */
  failure = null;

  #live;
  #panels = new Set();
  #needsProbs = false; // whether a visible panel does
  #wanted = null; // {key, text, at}
  #isLoading = false;
  #loadedKey = ''; // of the last request that has ended
  #timer = null;

  constructor(live) {
    super();
    this.#live = live;
  }

  /** The panels that the user sees. */
  get visiblePanels() {
    return [...this.#panels].filter((panel) => panel.isConnected && panel.isVisible);
  }

  hold(doc) {
    this.held = doc;
    this.#changed();
  }

  choose(position) {
    if (this.position !== position) {
      this.position = position;
      this.#changed();
    }
  }

  /**
   * The trace that a panel shows: `trace` itself if that is sufficient for all visible panels, or else the newest
   * inspection of its document or of the held one; null while there is none.
   */
  shown({ trace, at, view, panel }) {
    this.#register(panel);
    if (trace === null) {
      this.#loadedKey = '';
      this.inspection = null; // not trained yet, or training has restarted
      return null;
    }
    const text = this.held ?? trace.doc;
    const lacksProbs = trace.vizData[0]?.probs === undefined;
    const needsProbs = this.#needsProbs || panel.constructor.needsProbs; // a panel is also drawn when it is not visible
    if (this.held === null && !(lacksProbs && needsProbs)) {
      return trace;
    }
    this.#request({ key: `${at ?? `live ${view.step}`} ${text}`, text, at });
    const isSufficient = this.held === null && !(lacksProbs && panel.constructor.needsProbs);
    return this.inspection ?? (isSufficient ? trace : null);
  }

  /** Keeps track of the panels and of what they need; if that changes, all of them show something else. */
  #register(panel) {
    this.#panels.add(panel);
    const before = this.#needsProbs;
    this.#needsProbs = this.visiblePanels.some(({ constructor }) => constructor.needsProbs);
    if (this.#needsProbs !== before) {
      this.#changed();
    }
  }

  #request(wanted) {
    if (wanted.key === this.#loadedKey) {
      this.#wanted = null;
      return;
    }
    this.#wanted = wanted;
    if (!this.#isLoading && this.#timer === null) {
      this.#load();
    }
  }

  async #load() {
    const { key, text, at } = this.#wanted;
    this.#wanted = null;
    if (this.visiblePanels.length === 0) {
      return;
    }
    this.#isLoading = true;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#wanted !== null && !this.#isLoading) {
        this.#load();
      }
    }, MIN_INTERVAL);
    const before = this.#live.view.step;
    try {
      const { text: doc, ...rest } = await this.#live.api.inspect(this.#live.name, { text, step: at ?? undefined });
      const step = at === null ? this.#live.view.step : rest.step;
      this.inspection = { ...rest, doc, step, isStepApproximate: at === null && (this.#live.activeRun !== null || step !== before) };
      this.failure = null;
    } catch (error) {
      this.inspection = null;
      this.failure = error;
      if (error.code === 'unknown_character') {
        this.held = null; // it came from another training text
      }
    }
    this.#loadedKey = key;
    this.#isLoading = false;
    this.#changed();
    if (this.#wanted !== null && this.#timer === null) {
      this.#load();
    }
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}

/** The inspected document of a session, shared by all panels. */
export function inspectedDocumentOf(live) {
  if (!known.has(live)) {
    known.set(live, new InspectedDocument(live));
  }
  return known.get(live);
}
