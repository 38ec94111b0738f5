#include "runtime/plan/Decompositions.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

// LAPACK has Fortran's interface: everything by address, matrices by columns, and the length of
// every text as a further argument.
extern "C" {
void dgesdd_(const char *job, const int *m, const int *n, double *a, const int *lda, double *s,
             double *u, const int *ldu, double *vt, const int *ldvt, double *work, const int *lwork,
             int *iwork, int *info, size_t jobLength);
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info,
             size_t uploLength);
void openblas_set_num_threads(int count);
char *openblas_get_config();
char *openblas_get_corename();
}

namespace rx::runtime {

namespace {

constexpr int64_t largestInt = std::numeric_limits<int>::max();

/// Sums depend on how many threads share them, so there is one; callers are parallel instead.
void useOneThread() {
  [[maybe_unused]] static const bool once = (openblas_set_num_threads(1), true);
}

/// The elements as f64 in memory of their own, whose alignment is always the same.
Expected<HostTensor> copyAsDouble(const HostTensor &tensor) {
  Expected<HostTensor> copy = HostTensor::allocate(RX_F64, tensor.shape());
  if (!copy)
    return copy;
  double *to = copy->values<double>().data();
  if (tensor.dtype() == RX_F32)
    std::ranges::copy(tensor.values<float>(), to);
  else
    std::ranges::copy(tensor.values<double>(), to);
  return copy;
}

/// Rounds `tensor`, which is f64, to `dtype`.
Expected<HostTensor> rounded(HostTensor tensor, DType dtype) {
  if (dtype == RX_F64)
    return tensor;
  Expected<HostTensor> result = HostTensor::allocate(dtype, tensor.shape());
  if (result)
    std::ranges::copy(tensor.values<double>(), result->values<float>().data());
  return result;
}

void transpose(const HostTensor &matrix, HostTensor &result) {
  int64_t rows = matrix.shape()[0], columns = matrix.shape()[1];
  const double *from = matrix.values<double>().data();
  double *to = result.values<double>().data();
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j)
      to[j * rows + i] = from[i * columns + j];
}

Status checkFinite(const HostTensor &matrix) {
  if (std::ranges::all_of(matrix.values<double>(), [](double x) { return std::isfinite(x); }))
    return Status::ok();
  return makeError("a matrix to decompose holds infinities or NaN");
}

/// Flips both vectors where the largest |u| is negative.
void fixSigns(HostTensor &u, HostTensor &v) {
  int64_t rows = u.shape()[1], columns = v.shape()[1];
  for (int64_t i = 0; i < u.shape()[0]; ++i) {
    auto left = u.values<double>().subspan(i * rows, rows);
    auto right = v.values<double>().subspan(i * columns, columns);
    auto largest = std::ranges::max_element(left, {}, [](double x) { return std::abs(x); });
    if (*largest >= 0)
      continue;
    for (auto vector : {left, right})
      std::ranges::transform(vector, vector.begin(), std::negate<>());
  }
}

/// Fails where LAPACK's int is too small for a size.
Status checkSizes(const HostTensor &matrix) {
  int64_t rows = matrix.shape()[0], columns = matrix.shape()[1];
  if (std::max(rows, columns) <= largestInt / 8)
    return Status::ok();
  return makeError("a {} x {} matrix is too large for LAPACK", rows, columns);
}

/// Overwrites `matrix` [rows, columns]. Leaves u [rows, k] in `left`, s, and v [k, columns]: read
/// by columns, the matrix is its own transpose v^T s u^T, so that LAPACK's u is our v.
Status callLapack(HostTensor &matrix, HostTensor &left, HostTensor &s, HostTensor &v) {
  int m = static_cast<int>(matrix.shape()[1]), n = static_cast<int>(matrix.shape()[0]);
  int k = std::min(m, n), info = 0;
  Expected<HostTensor> integers = HostTensor::allocate(RX_I32, {int64_t(8) * k});
  if (!integers)
    return std::move(integers).status();
  auto call = [&](double *work, int size) {
    dgesdd_("S", &m, &n, matrix.values<double>().data(), &m, s.values<double>().data(),
            v.values<double>().data(), &m, left.values<double>().data(), &k, work, &size,
            integers->values<int32_t>().data(), &info, 1);
  };
  double size = 0;
  call(&size, -1); // asks how much it needs
  if (size > static_cast<double>(largestInt))
    return makeError("a {} x {} matrix is too large for LAPACK", n, m);
  Expected<HostTensor> work = HostTensor::allocate(RX_F64, {static_cast<int64_t>(size)});
  if (!work)
    return std::move(work).status();
  call(work->values<double>().data(), static_cast<int>(size));
  if (info != 0)
    return makeError("the singular values of a {} x {} matrix did not converge", n, m);
  return Status::ok();
}

Status decompose(HostTensor &matrix, Svd &result) {
  Expected<HostTensor> left =
      HostTensor::allocate(RX_F64, {matrix.shape()[0], result.s.shape()[0]});
  if (!left)
    return std::move(left).status();
  useOneThread();
  if (Status called = callLapack(matrix, *left, result.s, result.v); !called)
    return called;
  transpose(*left, result.u);
  fixSigns(result.u, result.v);
  return Status::ok();
}

Expected<Svd> allocateSvd(int64_t rows, int64_t columns) {
  int64_t k = std::min(rows, columns);
  Svd result;
  const std::pair<HostTensor *, Shape> parts[] = {
      {&result.u, {k, rows}}, {&result.s, {k}}, {&result.v, {k, columns}}};
  for (const auto &[tensor, shape] : parts) {
    Expected<HostTensor> memory = HostTensor::allocate(RX_F64, shape);
    if (!memory)
      return std::move(memory).status();
    *tensor = std::move(*memory);
  }
  return result;
}

} // namespace

Expected<Svd> svd(const HostTensor &matrix) {
  if (Status fits = checkSizes(matrix); !fits)
    return fits;
  Expected<HostTensor> copy = copyAsDouble(matrix);
  if (!copy)
    return std::move(copy).status();
  if (Status finite = checkFinite(*copy); !finite)
    return finite;
  Expected<Svd> result = allocateSvd(matrix.shape()[0], matrix.shape()[1]);
  if (!result)
    return result;
  if (copy->elementCount() != 0)
    if (Status done = decompose(*copy, *result); !done)
      return done;
  for (HostTensor *part : {&result->u, &result->s, &result->v}) {
    Expected<HostTensor> kept = rounded(*part, matrix.dtype());
    if (!kept)
      return std::move(kept).status();
    *part = std::move(*kept);
  }
  return result;
}

Expected<HostTensor> cholesky(const HostTensor &matrix) {
  if (Status fits = checkSizes(matrix); !fits)
    return fits;
  Expected<HostTensor> factor = copyAsDouble(matrix);
  if (!factor || factor->elementCount() == 0)
    return factor ? rounded(*factor, matrix.dtype()) : std::move(factor);
  int n = static_cast<int>(matrix.shape()[0]), info = 0;
  double *values = factor->values<double>().data();
  useOneThread();
  dpotrf_("U", &n, values, &n, &info, 1); // by columns, the lower triangle is the upper one
  // A comparison with NaN is false, so that LAPACK may call it positive.
  for (int i = 0; info == 0 && i < n; ++i)
    if (!std::isfinite(values[int64_t(i) * n + i]))
      info = i + 1;
  if (info != 0)
    return makeError("the matrix is not positive definite (row {})", info - 1);
  for (int64_t i = 0; i < n; ++i) // what was above the diagonal is still there
    std::fill_n(values + i * n + i + 1, n - i - 1, 0.0);
  return rounded(*factor, matrix.dtype());
}

std::string linearAlgebraLibrary() {
  return std::string(openblas_get_config()) + " " + openblas_get_corename();
}

} // namespace rx::runtime
