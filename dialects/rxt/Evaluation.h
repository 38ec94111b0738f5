//===- Evaluation.h - what an op sees of a reference run --------*- C++ -*-===//
#pragma once

#include "dialects/rxt/ReferenceTensor.h"
#include "dialects/rxt/Rxt.h"

#include "llvm/ADT/DenseMap.h"

#include <functional>
#include <map>

namespace rx::rxt {

/// The state of one reference run: sizes, presences, buffers and the values computed so far.
/// Failures are reported as diagnostics on the op that failed.
class Evaluation {
public:
  /// Gives the value of a buffer, or nothing with a diagnostic emitted on `user`.
  using Buffers =
      std::function<std::shared_ptr<const ReferenceTensor>(BufferOp buffer, mlir::Operation *user)>;
  /// The lengths or mask behind a presence name, with the type that names its axes.
  struct PresenceValue {
    TensorType type;
    ReferenceTensor tensor;
  };

  Evaluation(Precision precision, SizeExpr::Bindings sizes, Buffers buffers)
      : runPrecision(precision), bindings(std::move(sizes)), buffers(std::move(buffers)) {}

  Precision precision() const { return runPrecision; }
  double round(ElementKind kind, double value) const { return roundTo(kind, runPrecision, value); }
  /// The value of a size whose symbols are bound (checked when a function is entered).
  int64_t size(const SizeExpr &size) const;
  std::vector<int64_t> shapeOf(TensorType type) const;
  /// A tensor of zeros for `type`.
  ReferenceTensor allocate(TensorType type) const;

  const ReferenceValue &value(mlir::Value value) const { return values.find(value)->second; }
  const ReferenceTensor &tensor(mlir::Value value) const { return this->value(value).tensor(); }
  void set(mlir::Value value, ReferenceValue result) { values[value] = std::move(result); }

  void bindPresence(llvm::StringRef name, PresenceValue presence);
  /// Null if no argument of the program has this name.
  const PresenceValue *presence(llvm::StringRef name) const;

  std::shared_ptr<const ReferenceTensor> buffer(BufferOp buffer, mlir::Operation *user) const {
    return buffers(buffer, user);
  }

  /// Run the ops of a block with these arguments; `yielded` receives the terminator's operands.
  mlir::LogicalResult run(mlir::Block &block, llvm::ArrayRef<ReferenceValue> arguments,
                          std::vector<ReferenceValue> &yielded);
  mlir::LogicalResult call(mlir::func::FuncOp function, llvm::ArrayRef<ReferenceValue> arguments,
                           std::vector<ReferenceValue> &results);

private:
  mlir::LogicalResult evaluate(mlir::Operation &op);
  mlir::LogicalResult checkShapes(mlir::Operation &op) const;

  Precision runPrecision;
  SizeExpr::Bindings bindings;
  Buffers buffers;
  llvm::DenseMap<mlir::Value, ReferenceValue> values;
  std::map<std::string, PresenceValue, std::less<>> presences;
};

} // namespace rx::rxt
