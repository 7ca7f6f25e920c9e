// The lowest validation loss of each sweep in a list: the list has no losses, so the sweeps are read one after the other.

import { api } from '../../data/api.js';

const MOST_READ = 10; // sweeps of each refresh

export class BestLosses {
  #known = new Map(); // {version, loss} by name

  /** The lowest validation loss of a sweep as last read; undefined if there is none. */
  of(name) {
    return this.#known.get(name)?.loss;
  }

  /** Reads sweeps of which trials have ended since they were last read. */
  async refresh(sweeps) {
    const version = ({ createdAt, counts }) => `${createdAt} ${counts.completed}`;
    const names = new Set(sweeps.map(({ name }) => name));
    [...this.#known.keys()].filter((name) => !names.has(name)).forEach((name) => this.#known.delete(name));
    const changed = sweeps.filter((sweep) => sweep.counts.completed > 0 && this.#known.get(sweep.name)?.version !== version(sweep));
    for (const sweep of changed.slice(0, MOST_READ)) {
      const { trials: [best] } = await api.sweep(sweep.name);
      this.#known.set(sweep.name, { version: version(sweep), loss: best?.validationLoss });
    }
  }
}
