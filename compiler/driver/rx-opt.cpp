//===- rx-opt.cpp - run passes on the text of the middle -------------------===//
#include "compiler/lower/RxToRxt.h"
#include "compiler/lower/RxtToRxk.h"
#include "compiler/passes/BoundIds.h"
#include "compiler/passes/DeriveDecode.h"
#include "compiler/passes/DeriveDepths.h"
#include "compiler/passes/FuseAttention.h"
#include "compiler/passes/FuseElementwise.h"
#include "compiler/passes/FuseLogSumExp.h"
#include "compiler/passes/HoistTables.h"
#include "dialects/rx/Rx.h"
#include "dialects/rxk/Rxk.h"
#include "dialects/rxt/Rxt.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

namespace {

using Step = mlir::LogicalResult (*)(mlir::ModuleOp);

/// A step of the pipeline that is a function of the module, as a pass of its own name.
template <Step step> struct StepPass : mlir::PassWrapper<StepPass<step>, mlir::OperationPass<mlir::ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(StepPass)
  StepPass(llvm::StringRef name, llvm::StringRef description) : name(name), description(description) {}
  llvm::StringRef getArgument() const final { return name; }
  llvm::StringRef getDescription() const final { return description; }
  /// What a step makes ops of, whichever of it the text mentions already.
  void getDependentDialects(mlir::DialectRegistry &registry) const final {
    registry.insert<rx::rxt::RxtDialect, rx::rxk::RxkDialect, mlir::arith::ArithDialect, mlir::func::FuncDialect, mlir::math::MathDialect>();
  }
  void runOnOperation() final {
    if (mlir::failed(step(this->getOperation())))
      this->signalPassFailure();
  }

  llvm::StringRef name, description;
};

template <Step step> void registerStep(llvm::StringRef name, llvm::StringRef description) {
  mlir::registerPass([=] { return std::make_unique<StepPass<step>>(name, description); });
}

mlir::LogicalResult boundIds(mlir::ModuleOp module) {
  rx::compiler::boundIds(module);
  return mlir::success();
}

} // namespace

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<rx::rxd::RxDialect, rx::rxt::RxtDialect, rx::rxk::RxkDialect, mlir::arith::ArithDialect, mlir::func::FuncDialect,
                  mlir::math::MathDialect, mlir::scf::SCFDialect, mlir::vector::VectorDialect, mlir::LLVM::LLVMDialect>();
  mlir::registerTransformsPasses();
  registerStep<rx::compiler::rxToRxt>("rx-to-rxt", "Inline the structure of an experiment: programs of maths are left");
  registerStep<boundIds>("rx-bound-ids", "Say of integers that programs are given what they count into");
  for (auto create : {rx::compiler::createDeriveDecodePass, rx::compiler::createDeriveDepthsPass, rx::compiler::createFuseElementwisePass, rx::compiler::createFuseAttentionPass, rx::compiler::createFuseLogSumExpPass, rx::compiler::createHoistTablesPass})
    mlir::registerPass(create);
  registerStep<rx::compiler::rxtToRxk>("rxt-to-rxk", "Cut programs into kernels and launches");
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "rxc's middle\n", registry));
}
