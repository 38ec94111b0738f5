//===- Linalg.cpp - decompositions ---===//
#include "dialects/rxt/Evaluation.h"
#include "dialects/rxt/IterationSpace.h"

#include <cmath>

using namespace mlir;

namespace rx::rxt {

//===-- Verification ---===//

/// `u f[i, r], s f[r], v f[o, r]` of `f[i, o]`.
static LogicalResult verifySvd(LinalgOp op, TensorType input, ArrayRef<TensorType> results) {
  if (results.size() != 3)
    return op.emitOpError() << "svd gives u, s and v, not " << results.size() << " results";
  const int64_t ranks[] = {2, 1, 2};
  const char *names[] = {"u", "s", "v"};
  for (unsigned i = 0; i < 3; ++i)
    if (results[i].rank() != ranks[i])
      return op.emitOpError() << names[i] << " has " << ranks[i] << " axes, not "
                              << results[i].rank();
  AxisAttr rank = results[1].getAxes()[0];
  if (failed(verifySameSize(op, "axis 0 of u", results[0].getAxes()[0], "axis 0 of the input",
                            input.getAxes()[0])) ||
      failed(verifySameSize(op, "axis 1 of u", results[0].getAxes()[1], "s", rank)) ||
      failed(verifySameSize(op, "axis 0 of v", results[2].getAxes()[0], "axis 1 of the input",
                            input.getAxes()[1])) ||
      failed(verifySameSize(op, "axis 1 of v", results[2].getAxes()[1], "s", rank)))
    return failure();
  return success();
}

static LogicalResult verifyCholesky(LinalgOp op, TensorType input, ArrayRef<TensorType> results) {
  if (results.size() != 1)
    return op.emitOpError() << "cholesky gives one factor, not " << results.size() << " results";
  if (failed(verifySameSize(op, "axis 0 of the input", input.getAxes()[0], "axis 1 of the input",
                            input.getAxes()[1])))
    return failure();
  if (results[0].getAxes() != input.getAxes())
    return op.emitOpError() << "the factor has the input's axes: " << results[0] << " for "
                            << input;
  return success();
}

LogicalResult LinalgOp::verify() {
  if (getInputs().size() != 1)
    return emitOpError() << "a decomposition takes one matrix, not " << getInputs().size()
                         << " inputs";
  auto input = cast<TensorType>(getInputs()[0].getType());
  if (input.rank() != 2 || !isa<FloatType>(input.getElementType()))
    return emitOpError() << "the input is a matrix of floating-point numbers, not " << input;
  auto results =
      llvm::map_to_vector(getResultTypes(), [](Type type) { return cast<TensorType>(type); });
  for (TensorType result : results)
    if (result.getElementType() != input.getElementType())
      return emitOpError() << "element types differ: the input has " << input.getElementType()
                           << ", a result " << result.getElementType();
  return getKind() == LinalgKind::Svd ? verifySvd(*this, input, results)
                                      : verifyCholesky(*this, input, results);
}

//===-- Reference evaluation ---===//

namespace {

/// A small dense matrix in double, row-major.
struct Matrix {
  int64_t rows, columns;
  std::vector<double> values;
  Matrix(int64_t rows, int64_t columns)
      : rows(rows), columns(columns), values(rows * columns, 0.0) {}
  double &operator()(int64_t row, int64_t column) { return values[row * columns + column]; }
};

double columnProduct(Matrix &m, int64_t p, int64_t q) {
  double sum = 0;
  for (int64_t i = 0; i < m.rows; ++i)
    sum += m(i, p) * m(i, q);
  return sum;
}

void rotateColumns(Matrix &m, int64_t p, int64_t q, double c, double s) {
  for (int64_t i = 0; i < m.rows; ++i) {
    double a = m(i, p), b = m(i, q);
    m(i, p) = c * a - s * b;
    m(i, q) = s * a + c * b;
  }
}

/// One-sided Jacobi (Hestenes 1958): rotate pairs of columns of `work` until all are orthogonal;
/// then their lengths are the singular values, and `right` holds the right singular vectors.
void orthogonalizeColumns(Matrix &work, Matrix &right) {
  constexpr int maxSweeps = 60;
  constexpr double tolerance = 1e-15;
  for (int sweep = 0; sweep < maxSweeps; ++sweep) {
    bool rotated = false;
    for (int64_t p = 0; p < work.columns; ++p)
      for (int64_t q = p + 1; q < work.columns; ++q) {
        double pp = columnProduct(work, p, p), qq = columnProduct(work, q, q);
        double pq = columnProduct(work, p, q);
        if (std::fabs(pq) <= tolerance * std::sqrt(pp * qq))
          continue;
        rotated = true;
        double zeta = (qq - pp) / (2 * pq);
        double t = std::copysign(1.0, zeta) / (std::fabs(zeta) + std::sqrt(1 + zeta * zeta));
        double c = 1 / std::sqrt(1 + t * t);
        rotateColumns(work, p, q, c, c * t);
        rotateColumns(right, p, q, c, c * t);
      }
    if (!rotated)
      return;
  }
}

/// Write one triple of `svd`, with the largest |u| positive. A zero singular value has u = 0.
void writeTriple(const Evaluation &evaluation, Matrix &work, Matrix &right, int64_t column,
                 double length, int64_t at, ReferenceTensor &u, ReferenceTensor &s,
                 ReferenceTensor &v) {
  int64_t rank = s.count();
  double largest = 0;
  for (int64_t i = 0; i < work.rows; ++i)
    if (std::fabs(work(i, column)) > std::fabs(largest))
      largest = work(i, column);
  double sign = largest < 0 ? -1 : 1;
  auto round = [&](double value) { return evaluation.round(s.kind, value); };
  s.values[at].real = round(length);
  for (int64_t i = 0; i < work.rows; ++i)
    u.values[i * rank + at].real = round(length == 0 ? 0 : sign * work(i, column) / length);
  for (int64_t i = 0; i < right.rows; ++i)
    v.values[i * rank + at].real = round(sign * right(i, column));
}

LogicalResult evaluateSvd(LinalgOp op, Evaluation &evaluation) {
  const ReferenceTensor &input = evaluation.tensor(op.getInputs()[0]);
  SmallVector<ReferenceTensor> results;
  for (Type type : op.getResultTypes())
    results.push_back(evaluation.allocate(cast<TensorType>(type)));
  int64_t rows = input.shape[0], columns = input.shape[1], rank = results[1].count();
  if (rank > std::min(rows, columns))
    return op.emitOpError() << "svd gives at most " << std::min(rows, columns)
                            << " singular values of a " << rows << " x " << columns
                            << " matrix, not " << rank;
  Matrix work(rows, columns), right(columns, columns);
  work.values = input.reals();
  for (int64_t i = 0; i < columns; ++i)
    right(i, i) = 1;
  orthogonalizeColumns(work, right);
  SmallVector<double> lengths;
  for (int64_t column = 0; column < columns; ++column)
    lengths.push_back(std::sqrt(columnProduct(work, column, column)));
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, columns));
  llvm::sort(order, [&](int64_t a, int64_t b) {
    return lengths[a] != lengths[b] ? lengths[a] > lengths[b] : a < b;
  });
  for (int64_t at = 0; at < rank; ++at)
    writeTriple(evaluation, work, right, order[at], lengths[order[at]], at, results[0], results[1],
                results[2]);
  for (auto [value, result] : llvm::zip_equal(op.getResults(), results))
    evaluation.set(value, std::move(result));
  return success();
}

LogicalResult evaluateCholesky(LinalgOp op, Evaluation &evaluation) {
  const ReferenceTensor &input = evaluation.tensor(op.getInputs()[0]);
  int64_t n = input.shape[0];
  Matrix lower(n, n);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j <= i; ++j) {
      double sum = input.real(i * n + j);
      for (int64_t k = 0; k < j; ++k)
        sum -= lower(i, k) * lower(j, k);
      if (i == j && !(sum > 0))
        return op.emitOpError() << "the matrix is not positive definite: pivot " << i << " is "
                                << sum;
      lower(i, j) = i == j ? std::sqrt(sum) : sum / lower(j, j);
    }
  ReferenceTensor result = evaluation.allocate(cast<TensorType>(op.getResult(0).getType()));
  for (int64_t i = 0; i < n * n; ++i)
    result.values[i].real = evaluation.round(result.kind, lower.values[i]);
  evaluation.set(op.getResult(0), std::move(result));
  return success();
}

} // namespace

/// In double whatever the element type, rounded at the end: the host's library does no less.
LogicalResult LinalgOp::evaluate(Evaluation &evaluation) {
  return getKind() == LinalgKind::Svd ? evaluateSvd(*this, evaluation)
                                      : evaluateCholesky(*this, evaluation);
}

//===-- CPU loops ---===//

// Not part of a kernel: it becomes instructions of the plan.

} // namespace rx::rxt
