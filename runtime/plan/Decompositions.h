// Matrix decompositions of `linalg`: LAPACK in f64, one thread, the same bits however many of them
// run side by side.
#pragma once

#include "runtime/core/HostTensor.h"
#include "runtime/core/Status.h"

#include <string>

namespace rx::runtime {

/// The thin factorisation of a matrix [rows, columns], with k = min(rows, columns). Vectors are
/// rows, so that what a smaller rank keeps comes first in memory.
struct Svd {
  HostTensor u; ///< [k, rows], orthonormal
  HostTensor s; ///< [k], descending
  HostTensor v; ///< [k, columns], orthonormal
};

/// All singular values of a matrix of f32 or f64, with their vectors, in its element type; the
/// largest |u| of each vector is positive (the first of equal ones). Divide and conquer: values are
/// right to about 1e-16 of the largest (Gu and Eisenstat 1995; LAPACK's dgesdd). Fails on
/// infinities and NaN.
Expected<Svd> svd(const HostTensor &matrix);

/// Bytes that svd() of f32 or f64 takes at its peak, its result included; 0 where it fails for size
/// or for want of the library.
int64_t svdBytes(int64_t rows, int64_t columns);

/// The lower factor L of a symmetric positive definite matrix = L L^T, f32 or f64, of which the
/// lower triangle is read. Fails, naming the row, when it is not positive definite.
Expected<HostTensor> cholesky(const HostTensor &matrix);

/// Bytes that cholesky() of a matrix [n, n] takes at its peak.
int64_t choleskyBytes(int64_t n);

/// The library behind both, its version and the processor it computes for: another library may give
/// other bits.
std::string linearAlgebraLibrary();

} // namespace rx::runtime
