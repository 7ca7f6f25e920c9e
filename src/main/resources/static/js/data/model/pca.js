// Principal component analysis: the directions in which rows of numbers differ most.

const BLOCK = 8; // directions that are iterated together if there are many columns
const EXACT = 32; // up to this number of columns, all directions are found at once
const MOST_ROUNDS = 100;
const TOLERANCE = 1e-10;

/**
 * The first `k` principal axes of `rows`, at most as many as there are columns: {mean, axes, variances, total},
 * where `axes` are unit vectors, ordered by the `variances` along them, and `total` is the variance in all
 * directions. Axes of an earlier call as `start` make it faster.
 */
export function principalAxes(rows, k, start = []) {
  const width = rows[0].length;
  const mean = meanOf(rows);
  const centred = rows.map((row) => Float64Array.from(row, (value, i) => value - mean[i]));
  const total = centred.reduce((sum, row) => sum + dot(row, row), 0) / rows.length;
  const size = width <= EXACT ? width : Math.max(BLOCK, k);
  let basis = orthonormal([...start.filter((axis) => axis.length === width), ...beginnings(width)], size);
  let variances = [];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    // the covariance in this basis, and the axes of that (Rayleigh and Ritz)
    const images = basis.map((axis) => timesCovariance(centred, axis));
    const { values, vectors } = symmetricEigen(basis.map((axis) => images.map((image) => dot(axis, image))));
    const isSettled = size === width
      || values.slice(0, k).every((value, i) => Math.abs(value - variances[i]) <= TOLERANCE * total);
    variances = values;
    if (isSettled) {
      basis = vectors.map((weights) => combine(basis, weights));
      break;
    }
    basis = orthonormal([...vectors.map((weights) => combine(images, weights)), ...beginnings(width)], size);
  }
  const found = Math.min(k, size);
  return { mean, axes: basis.slice(0, found), variances: variances.slice(0, found).map((v) => Math.max(0, v)), total };
}

/**
 * Rotates (and mirrors, if necessary) `axes` within the space that they span to be as near as possible to
 * `previous`: the orthogonal Procrustes problem. A picture along them changes only where the data has changed.
 */
export function steadied(axes, previous) {
  if (previous.length !== axes.length || previous[0]?.length !== axes[0]?.length) {
    return axes;
  }
  const m = axes.map((axis) => previous.map((old) => dot(axis, old)));
  const squares = m[0].map((_, i) => m[0].map((__, j) => m.reduce((sum, row) => sum + row[i] * row[j], 0)));
  const { values, vectors } = symmetricEigen(squares);
  if (values.at(-1) < 1e-6) {
    return signed(axes, previous); // a direction is unrelated to the earlier ones
  }
  // m (m'm)^(-1/2), the orthogonal matrix nearest to m
  const root = squares.map((_, i) => squares.map((__, j) =>
    values.reduce((sum, value, n) => sum + vectors[n][i] * vectors[n][j] / Math.sqrt(value), 0)));
  const rotation = m.map((row) => root[0].map((_, j) => row.reduce((sum, value, i) => sum + value * root[i][j], 0)));
  return previous.map((_, j) => combine(axes, rotation.map((row) => row[j])));
}

/** The coordinates of a row along the axes. */
export function project(row, mean, axes) {
  return axes.map((axis) => {
    let sum = 0;
    for (let i = 0; i < axis.length; i++) {
      sum += (row[i] - mean[i]) * axis[i];
    }
    return sum;
  });
}

/**
 * Eigenvalues of a small symmetric matrix, largest first, and their unit vectors, by Jacobi's method.
 */
export function symmetricEigen(matrix) {
  const n = matrix.length;
  const a = matrix.map((row) => Float64Array.from(row));
  const v = matrix.map((_, i) => Float64Array.from(matrix, (__, j) => (i === j ? 1 : 0))); // rows are the vectors
  const scale = Math.max(...a.map((row) => Math.hypot(...row)), Number.MIN_VALUE);
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        off = Math.max(off, Math.abs(a[p][q]));
        rotate(a, v, p, q);
      }
    }
    if (off <= 1e-15 * scale) {
      break;
    }
  }
  const order = a.map((_, i) => i).sort((i, j) => a[j][j] - a[i][i]);
  return { values: order.map((i) => a[i][i]), vectors: order.map((i) => v[i]) };
}

/** Rotates the plane of p and q so that a[p][q] is 0. */
function rotate(a, v, p, q) {
  if (a[p][q] === 0) {
    return;
  }
  const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cos = 1 / Math.sqrt(t * t + 1);
  const sin = t * cos;
  for (let i = 0; i < a.length; i++) {
    const x = a[i][p];
    const y = a[i][q];
    a[i][p] = cos * x - sin * y;
    a[i][q] = sin * x + cos * y;
  }
  for (const m of [a, v]) {
    for (let i = 0; i < m.length; i++) {
      const x = m[p][i];
      const y = m[q][i];
      m[p][i] = cos * x - sin * y;
      m[q][i] = sin * x + cos * y;
    }
  }
}

function meanOf(rows) {
  const mean = new Float64Array(rows[0].length);
  for (const row of rows) {
    for (let i = 0; i < mean.length; i++) {
      mean[i] += row[i] / rows.length;
    }
  }
  return mean;
}

function timesCovariance(centred, axis) {
  const result = new Float64Array(axis.length);
  for (const row of centred) {
    const weight = dot(row, axis) / centred.length;
    for (let i = 0; i < result.length; i++) {
      result[i] += weight * row[i];
    }
  }
  return result;
}

/** An orthonormal basis of at most `size` vectors (Gram–Schmidt, applied twice). */
function orthonormal(vectors, size) {
  const basis = [];
  for (const vector of vectors) {
    if (basis.length === size) {
      break;
    }
    const rest = Float64Array.from(vector);
    const length = Math.sqrt(dot(rest, rest));
    for (let twice = 0; twice < 2; twice++) {
      for (const axis of basis) {
        const along = dot(rest, axis);
        for (let i = 0; i < rest.length; i++) {
          rest[i] -= along * axis[i];
        }
      }
    }
    const left = Math.sqrt(dot(rest, rest));
    if (left > 1e-9 * length && left > 0) {
      basis.push(rest.map((value) => value / left));
    }
  }
  return basis;
}

/** Directions to start with: one that is unlikely to be orthogonal to the data, then the columns themselves. */
function* beginnings(width) {
  yield Float64Array.from({ length: width }, (_, i) => Math.cos(1 + 2.4 * i));
  for (let i = 0; i < width; i++) {
    yield Float64Array.from({ length: width }, (_, j) => (i === j ? 1 : 0));
  }
}

function signed(axes, previous) {
  return axes.map((axis, i) => (dot(axis, previous[i]) < 0 ? axis.map((value) => -value) : axis));
}

function combine(vectors, weights) {
  const sum = new Float64Array(vectors[0].length);
  vectors.forEach((vector, n) => {
    for (let i = 0; i < sum.length; i++) {
      sum[i] += weights[n] * vector[i];
    }
  });
  return sum;
}

export function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    sum += a[i] * b[i];
  }
  return sum;
}
