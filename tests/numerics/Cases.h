//===- Cases.h - functions with inputs and expected results -----*- C++ -*-===//
//
// A case is a public function of tests/numerics/*.mlir whose arguments carry `rx.value` and whose
// results carry `rx.expect` (dense attributes). The function may carry `rx.error`, part of the
// message it must fail with, and `rx.tolerance`, the largest allowed difference (absent: the bits
// must agree).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "dialects/rxt/ReferenceTensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <string>
#include <vector>

namespace rx::numerics {

struct Case {
  std::string function;
  std::vector<rxt::ReferenceTensor> arguments;
  std::vector<rxt::ReferenceTensor> expected;
  std::string error;
  double tolerance = 0;
};

/// A context with the dialects that rxt programs use.
std::unique_ptr<mlir::MLIRContext> makeContext();
/// Null, with diagnostics printed, if the file does not parse.
mlir::OwningOpRef<mlir::ModuleOp> parseFile(mlir::MLIRContext &context, const std::string &path);
std::vector<Case> casesOf(mlir::ModuleOp module);

/// A description of the first difference, or nothing.
std::string difference(const rxt::ReferenceTensor &actual, const rxt::ReferenceTensor &expected,
                       double tolerance);

} // namespace rx::numerics
