// The values of probes over the keyframes of a session. What has been measured is kept; only newer keyframes are
// measured again.

const SAMPLES = 100; // texts per keyframe
const KEYFRAMES = 40; // in one call

export class ProbeCurves {
  /** The measured steps in ascending order; the last is the newest step at the time of the measurement. */
  steps = [];
  /** One list per probe with a value for each step; null where the model has no finite numbers. */
  values = [];

  /** For each probe, the same measure of the documents; null if there is none. */
  documents = [];

  #key = null;

  /**
   * Measures what is new.
   *
   * @param key what the values depend on; if it changes, everything is measured again
   * @param probes as POST probes takes them
   * @param step the newest step of the session
   */
  async update(live, key, probes, step, signal) {
    const isSame = key === this.#key && (this.steps.at(-1) ?? 0) <= step;
    const from = isSame ? this.steps.at(-1) : undefined; // the last one is a keyframe only by chance
    const reply = await live.api.probes(live.name, { probes, samples: SAMPLES, keyframes: KEYFRAMES, from }, signal);
    const kept = from === undefined ? 0 : this.steps.length - 1;
    this.steps = [...this.steps.slice(0, kept), ...reply.steps];
    this.values = reply.probes.map(({ values }, i) => [...(this.values[i] ?? []).slice(0, kept), ...values]);
    this.documents = reply.probes.map(({ documents = null }) => documents);
    this.#key = key;
    return this;
  }
}
