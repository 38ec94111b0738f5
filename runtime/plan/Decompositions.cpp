#include "runtime/plan/Decompositions.h"

#include "runtime/core/OpenBlas.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace rx::runtime {

namespace {

constexpr int64_t largestInt = std::numeric_limits<int>::max();

/// LAPACK has Fortran's interface: everything by address, matrices by columns, and the length of
/// every text as a further argument.
struct Lapack {
  using Dgesdd = void(const char *job, const int *m, const int *n, double *a, const int *lda,
                      double *s, double *u, const int *ldu, double *vt, const int *ldvt,
                      double *work, const int *lwork, int *iwork, int *info, size_t jobLength);
  using Dpotrf = void(const char *uplo, const int *n, double *a, const int *lda, int *info,
                      size_t uploLength);
  Dgesdd *dgesdd;
  Dpotrf *dpotrf;
};

Expected<Lapack> lapack() {
  const OpenBlas &library = OpenBlas::instance();
  if (!library.error().empty())
    return makeError("{}", library.error());
  Lapack found = {library.find<Lapack::Dgesdd>("dgesdd_"), library.find<Lapack::Dpotrf>("dpotrf_")};
  auto *setThreads = library.find<void(int)>("openblas_set_num_threads");
  if (!found.dgesdd || !found.dpotrf || !setThreads)
    return makeError("{} was built without LAPACK", library.description());
  // Sums depend on how many threads share them, so there is one; callers are parallel instead.
  [[maybe_unused]] static const bool once = (setThreads(1), true);
  return found;
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

/// Whether LAPACK's int holds the sizes.
bool fitsLapack(int64_t rows, int64_t columns) { return std::max(rows, columns) <= largestInt / 8; }

Status checkSizes(const HostTensor &matrix) {
  int64_t rows = matrix.shape()[0], columns = matrix.shape()[1];
  if (fitsLapack(rows, columns))
    return Status::ok();
  return makeError("a {} x {} matrix is too large for LAPACK", rows, columns);
}

/// LAPACK's own work memory for a matrix [rows, columns] of f64.
struct LapackWork {
  int64_t doubles = 0, integers = 0;
  int64_t bytes() const { return allocatedBytes(8 * doubles) + allocatedBytes(4 * integers); }
};

/// Read by columns, a matrix is its own transpose v^T s u^T, so that LAPACK's u is our v.
struct LapackSizes {
  int m, n, k;
};

LapackSizes lapackSizes(int64_t rows, int64_t columns) {
  return {static_cast<int>(columns), static_cast<int>(rows),
          static_cast<int>(std::min(rows, columns))};
}

/// A `size` of -1 asks for the best one, which is left in work[0].
int callLapack(Lapack::Dgesdd *dgesdd, const LapackSizes &sizes, double *matrix, double *s,
               double *v, double *left, double *work, int size, int *integers) {
  int info = 0;
  dgesdd("S", &sizes.m, &sizes.n, matrix, &sizes.m, s, v, &sizes.m, left, &sizes.k, work, &size,
         integers, &info, 1);
  return info;
}

LapackWork lapackWork(Lapack::Dgesdd *dgesdd, int64_t rows, int64_t columns) {
  LapackSizes sizes = lapackSizes(rows, columns);
  double none = 0, size = 0;
  int integer = 0;
  callLapack(dgesdd, sizes, &none, &none, &none, &none, &size, -1, &integer);
  return {static_cast<int64_t>(size), int64_t(8) * sizes.k};
}

/// Overwrites `matrix` [rows, columns]. Leaves u [rows, k] in `left`, s, and v [k, columns].
Status callLapack(HostTensor &matrix, HostTensor &left, HostTensor &s, HostTensor &v) {
  int64_t rows = matrix.shape()[0], columns = matrix.shape()[1];
  Expected<Lapack> library = lapack();
  if (!library)
    return std::move(library).status();
  LapackWork needed = lapackWork(library->dgesdd, rows, columns);
  if (needed.doubles > largestInt)
    return makeError("a {} x {} matrix is too large for LAPACK", rows, columns);
  Expected<HostTensor> work = HostTensor::allocate(RX_F64, {needed.doubles});
  if (!work)
    return std::move(work).status();
  Expected<HostTensor> integers = HostTensor::allocate(RX_I32, {needed.integers});
  if (!integers)
    return std::move(integers).status();
  if (callLapack(library->dgesdd, lapackSizes(rows, columns), matrix.values<double>().data(),
                 s.values<double>().data(), v.values<double>().data(), left.values<double>().data(),
                 work->values<double>().data(), static_cast<int>(needed.doubles),
                 integers->values<int32_t>().data()) != 0)
    return makeError("the singular values of a {} x {} matrix did not converge", rows, columns);
  return Status::ok();
}

Status decompose(HostTensor &matrix, Svd &result) {
  Expected<HostTensor> left =
      HostTensor::allocate(RX_F64, {matrix.shape()[0], result.s.shape()[0]});
  if (!left)
    return std::move(left).status();
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

/// The most is held while LAPACK works: the matrix, u twice (it comes as columns), s and v. What is
/// rounded afterwards takes less than what is gone by then.
int64_t svdBytes(int64_t rows, int64_t columns) {
  int64_t k = std::min(rows, columns), bytes = 0;
  Expected<Lapack> library = lapack();
  if (!library || !fitsLapack(rows, columns) || k == 0)
    return 0;
  for (int64_t elements : {rows * columns, rows * k, rows * k, k, k * columns})
    bytes += allocatedBytes(8 * elements);
  return bytes + lapackWork(library->dgesdd, rows, columns).bytes();
}

int64_t choleskyBytes(int64_t n) { return allocatedBytes(8 * n * n) + allocatedBytes(4 * n * n); }

Expected<HostTensor> cholesky(const HostTensor &matrix) {
  if (Status fits = checkSizes(matrix); !fits)
    return fits;
  Expected<HostTensor> factor = copyAsDouble(matrix);
  if (!factor || factor->elementCount() == 0)
    return factor ? rounded(*factor, matrix.dtype()) : std::move(factor);
  Expected<Lapack> library = lapack();
  if (!library)
    return std::move(library).status();
  int n = static_cast<int>(matrix.shape()[0]), info = 0;
  double *values = factor->values<double>().data();
  library->dpotrf("U", &n, values, &n, &info, 1); // by columns, the lower triangle is the upper one
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

std::string linearAlgebraLibrary() { return OpenBlas::instance().description(); }

} // namespace rx::runtime
