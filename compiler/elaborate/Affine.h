//===- Affine.h - positions that are affine in indices -----------*- C++ -*-===//
#pragma once

#include "compiler/elaborate/Term.h"

#include "mlir/IR/AffineExpr.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace rx::elaborate {

/// `sum of coefficient * index + sum of quotients and remainders + offset`.
struct Affine {
  struct Rounded;
  std::map<std::string, SizeExpr> coefficients;
  std::vector<Rounded> rounded;
  SizeExpr offset;

  bool isConstant() const { return coefficients.empty() && rounded.empty(); }
  /// An index as it is.
  bool isPlain() const {
    return coefficients.size() == 1 && coefficients.begin()->second == SizeExpr(1) &&
           rounded.empty() && offset == SizeExpr(0);
  }
  /// An index, or the negative of one, plus an offset.
  bool isShift() const;
};

/// `div(of, by)` or `mod(of, by)`; axes are split and merged with them.
struct Affine::Rounded {
  bool isRemainder;
  Affine of;
  SizeExpr by;
};

/// What a term says as a position; nothing if it is not affine. Strides that are no numbers are
/// taken only where `symbolicStrides` says so: no program can run with them.
std::optional<Affine> affineOf(const Term &term, bool symbolicStrides);

/// Never below zero, whatever the sizes are: it has no minus.
bool isPositive(const SizeExpr &size);

/// The smallest and largest position that is read, if the ranges of its indices are known.
std::optional<std::pair<SizeExpr, SizeExpr>> extentOf(const Affine &affine,
                                                      const std::vector<Axis> &axes);

/// The position as MLIR writes it; sizes that are no constants become symbols, their texts are
/// added to `symbols`.
mlir::AffineExpr positionOf(const Affine &affine, mlir::OpBuilder &builder,
                            llvm::function_ref<mlir::AffineExpr(const std::string &)> dim,
                            llvm::SmallVectorImpl<mlir::Attribute> &symbols);

} // namespace rx::elaborate
