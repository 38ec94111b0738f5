// Matrix decompositions of `linalg`, in f64, one thread, deterministic.
#pragma once

#include "runtime/core/Status.h"

#include <cstdint>
#include <vector>

namespace rx::runtime {

/// Dense, row-major.
struct Matrix {
  int64_t rows = 0, columns = 0;
  std::vector<double> values;

  Matrix(int64_t rows, int64_t columns)
      : rows(rows), columns(columns), values(static_cast<size_t>(rows * columns)) {}
  double *row(int64_t index) { return values.data() + index * columns; }
  const double *row(int64_t index) const { return values.data() + index * columns; }
};

struct Svd {
  Matrix u;              ///< [rows, rank], orthonormal columns
  std::vector<double> s; ///< [rank], descending
  Matrix v;              ///< [columns, rank], orthonormal columns
};

/// The `rank` <= min(rows, columns) largest singular values with their vectors; the largest |u| of
/// each column is positive (the first of equal ones). Through the eigenvalues of the smaller Gram
/// matrix: a singular value is right to about 1e-16 * largest^2 / itself, which is below the
/// rounding of f32 inputs for all values down to 1e-7 of the largest. Fails on infinities and NaN.
Expected<Svd> truncatedSvd(const Matrix &matrix, int64_t rank);

/// The lower factor L of a symmetric positive definite matrix = L L^T, of which the lower triangle
/// is read. Fails, naming the row, when it is not positive definite.
Expected<Matrix> cholesky(const Matrix &matrix);

/// All eigenvalues, ascending, of a symmetric matrix, and its eigenvectors as rows, in that order.
struct SymmetricEigen {
  std::vector<double> values;
  Matrix vectors;
};
Expected<SymmetricEigen> symmetricEigen(Matrix matrix);

} // namespace rx::runtime
