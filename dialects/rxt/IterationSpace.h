//===- IterationSpace.h - the dimensions an op iterates over ----*- C++ -*-===//
//
// map, reduce and contract iterate over the axes of their result (d0 .. d(r-1)), then over the
// reduced dimensions. Each input is read through a map whose results are plain dimensions.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "dialects/rxt/Rxt.h"

namespace rx::rxt {

/// 0, 1, ..: axis i is read by dimension i.
llvm::SmallVector<unsigned> identityDims(unsigned rank);

/// Size and presence of every dimension: the result's axes, then one axis per reduced dimension
/// (the presence of those that read it). `maps` has been verified.
llvm::SmallVector<AxisAttr> iterationAxes(mlir::TypeRange inputs, mlir::ArrayAttr maps,
                                          TensorType result);
llvm::SmallVector<AxisAttr> iterationAxes(MapOp op);
llvm::SmallVector<AxisAttr> iterationAxes(ReduceOp op);
llvm::SmallVector<AxisAttr> iterationAxes(ContractOp op);

/// The size of every dimension of the iteration space of a map, reduce or contract.
template <typename Op> llvm::SmallVector<SizeExpr> iterationSizes(Op op) {
  return llvm::map_to_vector(iterationAxes(op), [](AxisAttr axis) { return axis.sizeExpr(); });
}

/// The iteration dimension that each axis of an input reads. `map` has plain dimensions as results.
llvm::SmallVector<unsigned> dimensionsOf(mlir::AffineMap map);
mlir::AffineMap mapAt(mlir::ArrayAttr maps, unsigned input);

/// The dimension that each axis of a length or mask tensor reads, for axis `axis` of a tensor whose
/// axes read `dims`. The axes are found among those of the tensor by their sizes, in order; the
/// last axis of a mask is the masked axis. Reports on `op` what is not found.
mlir::FailureOr<llvm::SmallVector<unsigned>> presenceDims(mlir::Operation *op, TensorType presence,
                                                          TensorType type,
                                                          llvm::ArrayRef<unsigned> dims,
                                                          unsigned axis);

/// `type` without one axis.
TensorType axesWithout(TensorType type, unsigned axis);

/// Every size symbol of the types (tensors, tables; others have none), sorted, once.
std::vector<std::string> sizeSymbols(mlir::TypeRange types);
/// Every size symbol of the types and `rxt.size`s inside an op, sorted, once.
std::vector<std::string> sizeSymbols(mlir::Operation *op);

/// `readDims` of an op whose operands are read through maps, and one such map.
llvm::SmallVector<std::optional<unsigned>> readDims(mlir::AffineMap map);
/// `map` for `withFirstAxes`: dimensions come one later if the result has a new first axis; the
/// operand has a new first axis, read at `first`, if there is one.
mlir::AffineMap withFirstAxis(mlir::AffineMap map, bool resultHasOne, std::optional<unsigned> first);
/// A clone of an op of maps, `withFirstAxes`.
mlir::Operation *withFirstAxes(mlir::Operation *op, mlir::ArrayAttr maps, mlir::OpBuilder &builder,
                               mlir::ValueRange operands, TensorType result,
                               llvm::ArrayRef<std::optional<unsigned>> first);

/// How many dimensions an op may reduce.
enum class Reduced { None, Any };

/// Check the maps of an op: one per input over common dimensions, plain dimensions as results,
/// sizes and presences that agree, every reduced dimension read by an input. Reports the first
/// violation on `op`.
mlir::LogicalResult verifyIteration(mlir::Operation *op, mlir::ValueRange inputs,
                                    mlir::ArrayAttr maps, TensorType result, Reduced reduced);

/// Check that `map` lists plain dimensions below `rank`, one per axis of a tensor of `axes` axes.
mlir::LogicalResult verifyPlainMap(mlir::Operation *op, mlir::AffineMap map, llvm::StringRef name,
                                   unsigned rank, unsigned axes);

/// Check that rows go to positions of `axis` of a result: index is i32, `indexMap` and `resultMap`
/// (of the result's other axes) list dimensions of the rows' axes, sizes and element types agree.
/// `what` names the rows in errors.
mlir::LogicalResult verifyPositions(mlir::Operation *op, TensorType rows, llvm::StringRef what,
                                    TensorType index, mlir::AffineMap indexMap, TensorType result,
                                    mlir::AffineMap resultMap, uint64_t axis);

/// Check that two axes have one size, naming both in the error.
mlir::LogicalResult verifySameSize(mlir::Operation *op, const llvm::Twine &first,
                                   AxisAttr firstAxis, const llvm::Twine &second,
                                   AxisAttr secondAxis);

/// Check the body of a map or reduce: a scalar argument per input, one yielded scalar.
/// `yielded` is null where any number will do.
mlir::LogicalResult verifyBody(mlir::Operation *op, mlir::Block &body, mlir::ValueRange inputs,
                               mlir::Type yielded);

} // namespace rx::rxt
