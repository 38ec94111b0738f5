//===- ScalarBody.h - the body of a map or reduce, at one point -*- C++ -*-===//
#pragma once

#include "dialects/rxt/Evaluation.h"

namespace rx::rxt {

struct ScalarStep;
/// Computes one step from the values of all earlier ones at `point`.
using ScalarRule = void (*)(const ScalarStep &step, Scalar *values, llvm::ArrayRef<int64_t> point);

/// One operation of a body: where its operands and result are among the body's values.
struct ScalarStep {
  ScalarRule rule = nullptr;
  unsigned result = 0;
  llvm::SmallVector<unsigned, 3> operands;
  ElementKind operandKind = ElementKind::F32;
  ElementKind kind = ElementKind::F32; // of the result
  Precision precision = Precision::F32;
  int64_t detail = 0;   // a predicate, or the dimension of rxt.index
  Scalar constant = {}; // of arith.constant and rxt.size
  double (*unary)(double) = nullptr;
  double (*binary)(double, double) = nullptr;
  int64_t (*integral)(int64_t, int64_t) = nullptr;

  Scalar operand(const Scalar *values, unsigned index) const { return values[operands[index]]; }
};

/// Find the rule of an arith, math, rxt.index or rxt.size op; emits an error if there is none.
mlir::LogicalResult selectRule(mlir::Operation &op, const Evaluation &evaluation, ScalarStep &step);

/// A block of scalar ops as a flat list of steps, run once per point.
class ScalarBody {
public:
  static mlir::FailureOr<ScalarBody> compile(mlir::Block &block, const Evaluation &evaluation);

  /// The yielded scalar, for one scalar per block argument.
  Scalar run(llvm::ArrayRef<Scalar> arguments, llvm::ArrayRef<int64_t> point);

private:
  std::vector<ScalarStep> steps;
  std::vector<Scalar> values; // the arguments, then one per step
  unsigned yielded = 0;
};

} // namespace rx::rxt
