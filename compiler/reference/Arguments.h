//===- Arguments.h - match arguments with a function's types ----*- C++ -*-===//
#pragma once

#include "dialects/rxt/Evaluation.h"

#include "llvm/Support/Error.h"

namespace rx::compiler {

/// How an error names an argument: its `rx.name`, else its number.
std::string argumentName(mlir::func::FuncOp function, unsigned index);

/// The value of every size symbol that is an axis of some argument. Fails where two axes give one
/// symbol two values, and where rank, element type, constant, polynomial or bound disagree.
llvm::Expected<SizeExpr::Bindings> bindSizes(mlir::func::FuncOp function,
                                             llvm::ArrayRef<rxt::ReferenceTensor> arguments);

} // namespace rx::compiler
