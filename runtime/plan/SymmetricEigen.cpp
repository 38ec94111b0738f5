// Householder tridiagonalisation, then implicit QL (Martin and Wilkinson 1968; Golub and Van Loan,
// Matrix Computations, 8.3). All inner loops run along rows, so that they vectorise.
#include "runtime/plan/Decompositions.h"
#include "runtime/plan/DenseRows.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace rx::runtime {

namespace {

struct Tridiagonal {
  std::vector<double> diagonal;
  std::vector<double> below; ///< below[i] couples i and i + 1; the last is 0
};

/// The reflection I - scale v v^T that maps column `k` below the diagonal to its first element.
/// Returns the scale (0: nothing to do), leaves v in `v[k + 1 ..]`, the element in `mapped`.
double reflection(const Matrix &a, int64_t k, std::vector<double> &v, double &mapped) {
  int64_t n = a.rows;
  std::copy_n(a.row(k) + k + 1, n - k - 1, &v[k + 1]); // symmetric: the row is the column
  double norm = std::sqrt(dot(&v[k + 1], &v[k + 1], n - k - 1));
  mapped = v[k + 1] > 0 ? -norm : norm;
  v[k + 1] -= mapped;
  double square = dot(&v[k + 1], &v[k + 1], n - k - 1);
  return square == 0 ? 0 : 2 / square;
}

/// A := H A H for the trailing block behind `k`, with H = I - scale v v^T.
void reflectBothSides(Matrix &a, int64_t k, const std::vector<double> &v, double scale,
                      std::vector<double> &w) {
  int64_t first = k + 1, count = a.rows - first;
  for (int64_t i = first; i < a.rows; ++i)
    w[i] = scale * dot(a.row(i) + first, &v[first], count);
  addScaled(&w[first], -scale / 2 * dot(&w[first], &v[first], count), &v[first], count);
  for (int64_t i = first; i < a.rows; ++i) {
    addScaled(a.row(i) + first, -v[i], &w[first], count);
    addScaled(a.row(i) + first, -w[i], &v[first], count);
  }
}

/// rows := H rows.
void reflectRows(Matrix &rows, int64_t k, const std::vector<double> &v, double scale,
                 std::vector<double> &w) {
  std::fill(w.begin(), w.end(), 0.0);
  for (int64_t i = k + 1; i < rows.rows; ++i)
    addScaled(w.data(), v[i], rows.row(i), rows.columns);
  for (int64_t i = k + 1; i < rows.rows; ++i)
    addScaled(rows.row(i), -scale * v[i], w.data(), rows.columns);
}

/// Reduces `a` to a tridiagonal Q^T a Q; `qTransposed` becomes Q^T.
Tridiagonal tridiagonalise(Matrix &a, Matrix &qTransposed) {
  int64_t n = a.rows;
  Tridiagonal t{std::vector<double>(n), std::vector<double>(n)};
  std::vector<double> v(n), w(n);
  for (int64_t k = 0; k + 1 < n; ++k) {
    double mapped = 0, scale = reflection(a, k, v, mapped);
    t.below[k] = mapped;
    if (scale == 0)
      continue;
    reflectBothSides(a, k, v, scale, w);
    reflectRows(qTransposed, k, v, scale, w);
  }
  for (int64_t i = 0; i < n; ++i)
    t.diagonal[i] = a.row(i)[i];
  return t;
}

/// Rotates rows i and i + 1.
void rotateRows(Matrix &rows, int64_t i, double cosine, double sine) {
  double *upper = rows.row(i), *lower = rows.row(i + 1);
  for (int64_t j = 0; j < rows.columns; ++j) {
    double low = lower[j], up = upper[j];
    lower[j] = sine * up + cosine * low;
    upper[j] = cosine * up - sine * low;
  }
}

/// One implicit QL step with Wilkinson's shift on the unreduced block [first, last].
void qlStep(Tridiagonal &t, Matrix &vectors, int64_t first, int64_t last) {
  std::vector<double> &d = t.diagonal, &e = t.below;
  double g = (d[first + 1] - d[first]) / (2 * e[first]);
  g = d[last] - d[first] + e[first] / (g + std::copysign(std::hypot(g, 1.0), g));
  double sine = 1, cosine = 1, shift = 0;
  for (int64_t i = last - 1; i >= first; --i) {
    double f = sine * e[i], b = cosine * e[i];
    double r = std::hypot(f, g);
    e[i + 1] = r;
    if (r == 0) { // the block splits here; the next step starts from what is left
      d[i + 1] -= shift;
      e[last] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = d[i + 1] - shift;
    r = (d[i] - g) * sine + 2 * cosine * b;
    shift = sine * r;
    d[i + 1] = g + shift;
    g = cosine * r - b;
    rotateRows(vectors, i, cosine, sine);
  }
  d[first] -= shift;
  e[first] = g;
  e[last] = 0;
}

/// The end of the unreduced block that starts at `first`.
int64_t blockEnd(const Tridiagonal &t, int64_t first) {
  int64_t last = first, n = static_cast<int64_t>(t.diagonal.size());
  for (; last + 1 < n; ++last) {
    double size = std::abs(t.diagonal[last]) + std::abs(t.diagonal[last + 1]);
    if (std::abs(t.below[last]) <= std::numeric_limits<double>::epsilon() * size)
      break;
  }
  return last;
}

} // namespace

Expected<SymmetricEigen> symmetricEigen(Matrix matrix) {
  int64_t n = matrix.rows;
  for (double value : matrix.values)
    if (!std::isfinite(value))
      return makeError("a matrix to decompose holds infinities or NaN");
  Matrix vectors(n, n);
  for (int64_t i = 0; i < n; ++i)
    vectors.row(i)[i] = 1;
  Tridiagonal t = tridiagonalise(matrix, vectors);
  constexpr int mostSteps = 60; // two or three are usual
  for (int64_t first = 0; first < n; ++first) {
    int steps = 0;
    for (int64_t last; (last = blockEnd(t, first)) != first; ++steps) {
      if (steps == mostSteps)
        return makeError("the eigenvalues of a {} x {} matrix did not converge", n, n);
      qlStep(t, vectors, first, last);
    }
  }
  std::vector<int64_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return std::pair(t.diagonal[a], a) < std::pair(t.diagonal[b], b);
  });
  SymmetricEigen result{std::vector<double>(n), Matrix(n, n)};
  for (int64_t i = 0; i < n; ++i) {
    result.values[i] = t.diagonal[order[i]];
    std::copy_n(vectors.row(order[i]), n, result.vectors.row(i));
  }
  return result;
}

} // namespace rx::runtime
