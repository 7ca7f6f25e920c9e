// Finds the rows that point in the most similar direction.

import { dot } from './pca.js';

/** The cosine of the angle between two rows: 1 in the same direction, 0 at right angles, -1 opposite. */
function cosine(a, b) {
  const lengths = Math.sqrt(dot(a, a) * dot(b, b));
  return lengths > 0 ? dot(a, b) / lengths : 0;
}

/** The rows that are most like row `index`, most similar first: [{index, similarity}]. */
export function nearest(rows, index, most) {
  return rows
    .map((row, i) => ({ index: i, similarity: cosine(row, rows[index]) }))
    .filter(({ index: i }) => i !== index)
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, most);
}
