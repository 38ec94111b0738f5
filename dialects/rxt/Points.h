//===- Points.h - walk an iteration space in the reference ------*- C++ -*-===//
#pragma once

#include "dialects/rxt/Evaluation.h"
#include "dialects/rxt/IterationSpace.h"

namespace rx::rxt {

/// Call `visit(point)` for every point of the box `sizes`, row-major; once for a box without
/// dimensions.
template <typename Visit> void forEachPoint(llvm::ArrayRef<int64_t> sizes, Visit &&visit) {
  if (llvm::is_contained(sizes, 0))
    return;
  llvm::SmallVector<int64_t> point(sizes.size(), 0);
  while (true) {
    visit(llvm::ArrayRef<int64_t>(point));
    size_t dim = sizes.size();
    while (dim > 0 && ++point[dim - 1] == sizes[dim - 1])
      point[--dim] = 0;
    if (dim == 0)
      return;
  }
}

/// Reads a tensor at points of an iteration space through a map of plain dimensions.
class Reader {
public:
  /// `dims` names the iteration dimension of each axis.
  Reader(const ReferenceTensor &tensor, llvm::ArrayRef<unsigned> dims, unsigned rank);

  int64_t offset(llvm::ArrayRef<int64_t> point) const {
    int64_t sum = 0;
    for (size_t dim = 0; dim < steps.size(); ++dim)
      sum += point[dim] * steps[dim];
    return sum;
  }
  Scalar at(llvm::ArrayRef<int64_t> point) const { return tensor->values[offset(point)]; }

private:
  const ReferenceTensor *tensor;
  llvm::SmallVector<int64_t> steps; // per iteration dimension
};

/// Readers of the inputs of a map, reduce or contract.
llvm::SmallVector<Reader> readersOf(const Evaluation &evaluation, mlir::ValueRange inputs,
                                    mlir::ArrayAttr maps);

/// Which points of an iteration space exist, as far as the presences of some dimensions say.
class PresenceTest {
public:
  /// Add the presences of those axes of a tensor whose dimension is `firstDim` or later.
  mlir::LogicalResult add(const Evaluation &evaluation, mlir::Operation *op, TensorType type,
                          llvm::ArrayRef<unsigned> dims, unsigned rank, unsigned firstDim);
  /// Add the presence of one axis that has one.
  mlir::LogicalResult addAxis(const Evaluation &evaluation, mlir::Operation *op, TensorType type,
                              llvm::ArrayRef<unsigned> dims, unsigned rank, unsigned axis);
  /// Whether all tests hold at `point`.
  bool holds(llvm::ArrayRef<int64_t> point) const;

private:
  struct Test {
    Presence presence;
    unsigned dim;
    Reader reader;
  };
  llvm::SmallVector<Test> tests;
};

/// The presences of the dimensions that an op reduces.
mlir::FailureOr<PresenceTest> reducedPresence(const Evaluation &evaluation, mlir::Operation *op,
                                              mlir::ValueRange inputs, mlir::ArrayAttr maps,
                                              unsigned resultRank);

} // namespace rx::rxt
