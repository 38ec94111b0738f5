// The functions of a kernel around its loops.
#pragma once

#include "compiler/lower/KernelViews.h"
#include "compiler/lower/SoftmaxPanels.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

#include <vector>

namespace rx::compiler {

/// A kernel to be lowered: a copy, whose windows at the end are taken away.
struct KernelSource {
  explicit KernelSource(mlir::FunctionOpInterface copy);

  mlir::Block &body() { return function.getFunctionBody().front(); }
  /// What the ops return: before windows put it together.
  mlir::ValueRange results() { return body().getTerminator()->getOperands(); }
  /// The last op.
  mlir::Operation *last() { return body().getTerminator()->getPrevNode(); }

  mlir::FunctionOpInterface function;
  /// By result: how what the ops return lies in what the kernel returns; none: as it is.
  llvm::SmallVector<std::optional<Merge>> merges;
};

/// What a kernel computes: emits it for the kernel's operands, whose views `viewOf` gives.
using EmitBody = llvm::function_ref<mlir::LogicalResult(rxt::LoopEmitter &, ViewOf viewOf)>;

/// Emits the two functions of a kernel: the entry unpacks rx_launch, the inner one has the loops.
/// That the operands do not overlap can be said of a function's arguments only, hence two.
class KernelBuilder {
public:
  /// `scratch`: bytes of each part of scratch that the loops use.
  KernelBuilder(mlir::ModuleOp module, KernelSource &kernel, llvm::ArrayRef<SizeExpr> scratch = {});
  mlir::LogicalResult build(EmitBody emit);

private:
  using Value = mlir::Value;
  using Type = mlir::Type;

  mlir::func::FuncOp makeFunction(llvm::StringRef name, llvm::ArrayRef<Type> types);
  llvm::SmallVector<Type> innerTypes();
  mlir::LogicalResult buildRows(mlir::func::FuncOp rows, EmitBody emit);
  void addOperands(rxt::KernelFrame &frame, llvm::ArrayRef<rxt::View> views,
                   const KernelViews &viewOf);
  llvm::SmallVector<rxt::View> operandsOf(const KernelViews &viewOf);
  void buildEntry(mlir::func::FuncOp rows);
  void addScratch(Value memory, rxt::LoopEmitter e, llvm::SmallVector<Value> &arguments);

  mlir::OpBuilder builder;
  mlir::Location loc;
  KernelSource &kernel;
  llvm::SmallVector<SizeExpr> scratch;
  Type pointer, i64;
  std::vector<std::string> sizes;
  llvm::SmallVector<Type> operands; ///< inputs, then outputs
};

} // namespace rx::compiler
