//===- Interpreter.h - run the rxt ops of a module by definition -*- C++ -*-===//
//
// The oracle every backend is compared with: slow, single-threaded, no transformations.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "dialects/rxt/Evaluation.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"

namespace rx::compiler {

/// Runs the functions of an elaborated module (`rxt.buffer`s and `func.func`s over `!rxt.tensor`).
class Interpreter {
public:
  /// `module` must outlive the interpreter.
  Interpreter(mlir::ModuleOp module, rxt::Precision precision);

  /// Give the value of buffer `name`: for a buffer with a `file`, the tensor stored there (which
  /// then passes through `via`, if the buffer has one); for any other buffer, its value.
  void bindBuffer(llvm::StringRef name, rxt::ReferenceTensor value);

  /// Run public or private function `name`. Size symbols take their values from the argument
  /// shapes; an argument whose `rx.name` is the name of a presence gives its lengths or mask.
  /// Fails, naming the argument or op, on a shape that disagrees and on whatever an op rejects.
  llvm::Expected<std::vector<rxt::ReferenceTensor>>
  run(llvm::StringRef name, llvm::ArrayRef<rxt::ReferenceTensor> arguments);

private:
  using Tensor = std::shared_ptr<const rxt::ReferenceTensor>;
  Tensor valueOf(rxt::BufferOp buffer, mlir::Operation *user);
  Tensor compute(rxt::BufferOp buffer, mlir::Operation *user);

  mlir::ModuleOp module;
  rxt::Precision precision;
  llvm::StringMap<Tensor> bound;    // as given
  llvm::StringMap<Tensor> computed; // after `via`
};

} // namespace rx::compiler
