#include "runtime/plan/Decompositions.h"

#include "runtime/plan/DenseRows.h"

#include <algorithm>
#include <cmath>

namespace rx::runtime {

namespace {

Matrix transposed(const Matrix &matrix) {
  Matrix result(matrix.columns, matrix.rows);
  for (int64_t i = 0; i < matrix.rows; ++i)
    for (int64_t j = 0; j < matrix.columns; ++j)
      result.row(j)[i] = matrix.row(i)[j];
  return result;
}

/// A A^T, by dot products of rows.
Matrix gram(const Matrix &a) {
  Matrix result(a.rows, a.rows);
  for (int64_t i = 0; i < a.rows; ++i)
    for (int64_t j = 0; j <= i; ++j)
      result.row(i)[j] = result.row(j)[i] = dot(a.row(i), a.row(j), a.columns);
  return result;
}

/// Subtracts from row `index` its parts along the rows before it, twice (once is not enough when
/// little is left; Giraud et al. 2005), and returns the length of the rest.
double orthogonalise(Matrix &rows, int64_t index) {
  double *row = rows.row(index);
  for (int pass = 0; pass < 2; ++pass)
    for (int64_t before = 0; before < index; ++before) {
      double along = dot(row, rows.row(before), rows.columns);
      addScaled(row, -along, rows.row(before), rows.columns);
    }
  return std::sqrt(dot(row, row, rows.columns));
}

/// Makes row `index` a unit vector orthogonal to those before it. What a singular value of 0 leaves
/// undetermined becomes the first unit vector that is far enough from the others.
void completeRow(Matrix &rows, int64_t index, bool determined) {
  double length = determined ? orthogonalise(rows, index) : 0;
  for (int64_t axis = 0; length < 1e-3 && axis < rows.columns; ++axis) {
    std::fill_n(rows.row(index), rows.columns, 0.0);
    rows.row(index)[axis] = 1;
    length = orthogonalise(rows, index);
  }
  scaleRow(rows.row(index), 1 / length, rows.columns);
}

/// Flips both vectors where the largest |u| is negative.
void fixSign(double *u, int64_t rows, double *v, int64_t columns) {
  double *largest =
      std::max_element(u, u + rows, [](double a, double b) { return std::abs(a) < std::abs(b); });
  if (*largest >= 0)
    return;
  scaleRow(u, -1, rows);
  scaleRow(v, -1, columns);
}

} // namespace

Expected<Svd> truncatedSvd(const Matrix &matrix, int64_t rank) {
  bool wide = matrix.rows <= matrix.columns;
  Matrix shortSide = wide ? matrix : transposed(matrix); // as many rows as the smaller size
  int64_t n = shortSide.rows;
  Expected<SymmetricEigen> eigen = symmetricEigen(gram(shortSide));
  if (!eigen)
    return std::move(eigen).status();
  Matrix left(rank, n), right(rank, shortSide.columns); // vectors as rows
  std::vector<double> s(rank);
  double largest = n ? std::sqrt(std::max(eigen->values[n - 1], 0.0)) : 0;
  for (int64_t i = 0; i < rank; ++i) {
    std::copy_n(eigen->vectors.row(n - 1 - i), n, left.row(i));
    for (int64_t k = 0; k < n; ++k)
      addScaled(right.row(i), left.row(i)[k], shortSide.row(k), shortSide.columns);
    s[i] = std::sqrt(dot(right.row(i), right.row(i), shortSide.columns));
    bool determined = s[i] > 1e-12 * largest;
    if (determined)
      scaleRow(right.row(i), 1 / s[i], shortSide.columns);
    completeRow(right, i, determined);
    double *u = wide ? left.row(i) : right.row(i), *v = wide ? right.row(i) : left.row(i);
    fixSign(u, matrix.rows, v, matrix.columns);
  }
  std::sort(s.begin(), s.end(), std::greater<>()); // equal up to rounding
  if (wide)
    return Svd{transposed(left), std::move(s), transposed(right)};
  return Svd{transposed(right), std::move(s), transposed(left)};
}

Expected<Matrix> cholesky(const Matrix &matrix) {
  Matrix factor(matrix.rows, matrix.rows);
  for (int64_t i = 0; i < matrix.rows; ++i)
    for (int64_t j = 0; j <= i; ++j) {
      double sum = matrix.row(i)[j] - dot(factor.row(i), factor.row(j), j);
      if (i != j) {
        factor.row(i)[j] = sum / factor.row(j)[j];
        continue;
      }
      if (!(sum > 0) || !std::isfinite(sum))
        return makeError("the matrix is not positive definite (row {})", i);
      factor.row(i)[i] = std::sqrt(sum);
    }
  return factor;
}

} // namespace rx::runtime
