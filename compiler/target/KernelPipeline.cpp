#include "compiler/target/KernelPipeline.h"
#include "compiler/target/ExpandDivision.h"
#include "compiler/target/ExpandExp.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace rx::compiler {
namespace {

/// Those within 5 ulp but exp, which ExpandExp makes with half the operations. sin and cos are left
/// to libm: MLIR reduces the argument with one f32 constant, which loses all digits at the angles
/// of rotary embeddings (positions in the thousands). atan is off by 39 ulp.
bool hasGoodPolynomial(StringRef op) {
  return llvm::StringSwitch<bool>(op)
      .Cases({"math.expm1", "math.log", "math.log1p", "math.log2"}, true)
      .Cases({"math.tanh", "math.erf"}, true)
      .Default(false);
}

struct ApproximateMathPass : PassWrapper<ApproximateMathPass, OperationPass<>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ApproximateMathPass)
  StringRef getArgument() const final { return "rx-approximate-math"; }
  StringRef getDescription() const final { return "Expand f32 math functions and divisions to products and sums"; }
  void getDependentDialects(DialectRegistry &registry) const final {
    registry.insert<arith::ArithDialect, math::MathDialect, scf::SCFDialect,
                    vector::VectorDialect>();
  }
  /// Offers the patterns these ops alone: to fold and simplify all of a product once more takes
  /// longer than the rest of its lowering.
  void runOnOperation() final {
    expandDivisions(getOperation());
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (isa<math::ExpOp>(op) || hasGoodPolynomial(op->getName().getStringRef()))
        ops.push_back(op);
    });
    if (ops.empty())
      return;
    RewritePatternSet patterns(&getContext());
    populateMathPolynomialApproximationPatterns(patterns, hasGoodPolynomial);
    populateExpandExpPatterns(patterns);
    if (failed(applyOpPatternsGreedily(ops, std::move(patterns))))
      signalPassFailure();
  }
};

struct InternalizePrivatePass : PassWrapper<InternalizePrivatePass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(InternalizePrivatePass)
  StringRef getArgument() const final { return "rx-internalize-private"; }
  StringRef getDescription() const final { return "Give private functions internal linkage"; }
  void runOnOperation() final {
    for (auto function : getOperation().getOps<LLVM::LLVMFuncOp>())
      if (function.isPrivate() && !function.isExternal())
        function.setLinkage(LLVM::Linkage::Internal);
  }
};

} // namespace

void registerKernelDialects(DialectRegistry &registry) {
  registry.insert<arith::ArithDialect, cf::ControlFlowDialect, func::FuncDialect, LLVM::LLVMDialect,
                  math::MathDialect, scf::SCFDialect, ub::UBDialect, vector::VectorDialect>();
}

void buildKernelPipeline(OpPassManager &pipeline) {
  // Blocks are left as they are, and what conversions leave behind, too: LLVM is faster at both.
  GreedyRewriteConfig withinBlocks;
  withinBlocks.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
  pipeline.addPass(createCanonicalizerPass(withinBlocks));
  pipeline.addPass(createCSEPass());
  pipeline.addPass(std::make_unique<ApproximateMathPass>());
  pipeline.addPass(createSCFToControlFlowPass());
  pipeline.addPass(createConvertVectorToLLVMPass());
  // log(1 + x) is no log1p: it loses all digits of a small x. libm has the function.
  pipeline.addPass(createConvertMathToLLVMPass({/*approximateLog1p=*/false}));
  pipeline.addPass(createConvertMathToLibmPass());
  pipeline.addPass(createConvertVectorToLLVMPass()); // what math-to-libm made of vectors
  pipeline.addPass(createArithToLLVMConversionPass());
  pipeline.addPass(createConvertFuncToLLVMPass());
  pipeline.addPass(createConvertControlFlowToLLVMPass());
  pipeline.addPass(createUBToLLVMConversionPass());
  pipeline.addPass(createReconcileUnrealizedCastsPass());
  pipeline.addPass(std::make_unique<InternalizePrivatePass>());
}

llvm::Error lowerKernelModule(ModuleOp module) {
  std::string messages;
  ScopedDiagnosticHandler collect(module.getContext(), [&](Diagnostic &diagnostic) {
    messages += "\n  " + diagnostic.str();
    return success();
  });
  PassManager manager(module.getContext(), ModuleOp::getOperationName());
  buildKernelPipeline(manager);
  if (failed(manager.run(module)))
    return llvm::createStringError("lowering a kernel to LLVM failed:" + messages);
  return llvm::Error::success();
}

std::string kernelPipelineIdentity() {
  // Raise when the code generator's own passes or options change in a way their names do not show.
  constexpr int version = 4;
  OpPassManager pipeline(ModuleOp::getOperationName());
  buildKernelPipeline(pipeline);
  std::string text;
  llvm::raw_string_ostream out(text);
  out << version << " LLVM " << LLVM_VERSION_STRING << " ";
  pipeline.printAsTextualPipeline(out);
  return text;
}

} // namespace rx::compiler
