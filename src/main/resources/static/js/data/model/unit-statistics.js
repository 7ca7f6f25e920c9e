// Statistics of the hidden MLP units over recent texts: which units never rose above 0, and which characters
// activate each of them most.

const WINDOW = 256; // texts in which a unit has to stay at 0 to be called dead
const MEMORY = 64; // newest occurrences of a character that its mean is about
const MOST_VALUES = 4_000_000; // numbers kept for all characters

export class UnitStatistics {
  /** The number of texts seen. */
  texts = 0;

  #lastActive = []; // by layer: for each unit the number of the last text in which it was above 0
  #means = []; // by layer: character -> {count, values}, the mean outputs of the ReLU

  /**
   * @param characters of the positions of the text
   * @param vizData as in a trace
   */
  add(characters, vizData) {
    this.texts++;
    vizData.forEach(({ mlpActivations }, t) => {
      if (characters[t] !== undefined) {
        mlpActivations.forEach((units, layer) => this.#count(layer, characters[t], units));
      }
    });
    this.#forgetRareOnes(vizData[0]?.mlpActivations ?? []);
  }

  #count(layer, character, units) {
    const lastActive = (this.#lastActive[layer] ??= new Int32Array(units.length));
    const means = (this.#means[layer] ??= new Map());
    let mean = means.get(character);
    if (mean === undefined) {
      mean = { count: 0, text: 0, values: new Float32Array(units.length) };
      means.set(character, mean);
    }
    mean.count++;
    mean.text = this.texts;
    const weight = 1 / Math.min(mean.count, MEMORY);
    for (let i = 0; i < units.length; i++) {
      const value = units[i] > 0 ? units[i] : 0;
      if (value > 0) {
        lastActive[i] = this.texts;
      }
      mean.values[i] += (value - mean.values[i]) * weight;
    }
  }

  #forgetRareOnes(layers) {
    const values = layers.reduce((sum, units) => sum + units.length, 0);
    const most = Math.max(16, Math.floor(MOST_VALUES / Math.max(1, values)));
    for (const means of this.#means) {
      if (means.size > most) {
        const byAge = [...means].sort(([, a], [, b]) => a.text - b.text);
        byAge.slice(0, means.size - most).forEach(([character]) => means.delete(character));
      }
    }
  }

  /** The number of texts that `dead` is about. */
  get window() {
    return Math.min(this.texts, WINDOW);
  }

  /** For each unit of a layer 1 if it was never above 0 in the window. */
  dead(layer) {
    const limit = this.texts - this.window;
    return Uint8Array.from(this.#lastActive[layer] ?? [], (text) => (text <= limit ? 1 : 0));
  }

  /** The characters that activate a unit most, [{character, mean, count}], only those with a mean above 0. */
  exciting(layer, unit, most) {
    return [...this.#means[layer] ?? []]
      .map(([character, { values, count }]) => ({ character, mean: values[unit], count }))
      .filter(({ mean }) => mean > 0)
      .sort((a, b) => b.mean - a.mean)
      .slice(0, most);
  }
}
