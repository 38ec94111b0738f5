// Groups of ops that are computed row by row: kernels of kind `rows`.
#pragma once

#include "dialects/rxt/Rxt.h"

#include <optional>

namespace rx::compiler {

/// Maps, reductions and gathers that read each other (or windows of each other) at one and the same
/// *row*: some axes of every result, the parallel dimensions of the kernel. Of each op only the
/// elements of one row exist at a time; what lies inside a row is small enough for a thread's
/// cache. For example a norm, of rows b and t:
///
///   s[b, t]    = reduce sum(x)      one element per row
///   y[b, t, i] = map(x, s)          640 elements per row
///
/// Elements are computed by the same loops as in kernels of one op, in the same order.
class RowGroup {
public:
  /// The group of `ops`, producers first; none if they cannot be one:
  ///  (R1) ops are maps, reductions and gathers of tensors whose elements are all present; gathers
  ///       read no windows;
  ///  (R2) a row axis is an axis of every result, of one size, and wherever an op reads another,
  ///       rows read their own row;
  ///  (R3) an axis inside of rows has a constant size, or is the last;
  ///  (R4) if anything of a result lies inside of rows, its last axis does, so that lanes run along
  ///       memory; a reduction of one element per row has its lanes along what it reduces;
  ///  (R5) there is a row axis, unless no result has any axis;
  ///  (R6) what is kept of a row is at most `mostBytes`, symbols taken for 256.
  static std::optional<RowGroup> match(llvm::ArrayRef<mlir::Operation *> ops);
  static constexpr double mostBytes = 256 * 1024;

  llvm::ArrayRef<mlir::Operation *> ops() const { return members; }
  bool contains(mlir::Operation *op) const { return llvm::is_contained(members, op); }
  /// Sizes of the row axes, in the order of the last op's axes.
  llvm::ArrayRef<SizeExpr> rowSizes() const { return sizes; }
  /// Rows in all, the parallel dimension.
  SizeExpr rows() const;
  /// The row axis that each axis of a member's result is; none for those inside of rows.
  llvm::ArrayRef<std::optional<unsigned>> rowAxes(mlir::Operation *op) const;
  /// Bytes of a row of a member's result, as it lies in memory.
  SizeExpr rowBytes(mlir::Operation *op) const;

private:
  using RowAxes = llvm::SmallVector<std::optional<unsigned>>;

  explicit RowGroup(llvm::ArrayRef<mlir::Operation *> ops) : members(ops) {}
  void findRowAxes();
  bool isValid() const;

  llvm::SmallVector<mlir::Operation *> members;
  llvm::SmallVector<RowAxes> axes; ///< by member
  llvm::SmallVector<SizeExpr> sizes;
};

/// Whether `op` may be in a group (R1).
bool canBeInRowGroup(mlir::Operation *op);

} // namespace rx::compiler
