#include "compiler/passes/DeriveDecode.h"

#include "compiler/passes/StepBuilder.h"

using namespace mlir;

namespace rx::compiler {

namespace {

struct DeriveDecode : PassWrapper<DeriveDecode, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(DeriveDecode)
  StringRef getArgument() const override { return "rx-derive-decode"; }
  StringRef getDescription() const override {
    return "derive programs that generate text step by step";
  }
  void runOnOperation() override {
    if (failed(deriveDecode(getOperation())))
      signalPassFailure();
  }
};

} // namespace

LogicalResult deriveDecode(ModuleOp module) {
  for (auto function : llvm::make_early_inc_range(module.getOps<func::FuncOp>())) {
    auto symbol = function->getAttrOfType<StringAttr>(decodeAttribute);
    if (!symbol)
      continue;
    FailureOr<CausalAxes> axes = CausalAxes::of(function, symbol);
    if (failed(axes))
      return failure();
    StringRef base = function.getSymName();
    base.consume_back("_logits");
    SlotTables tables(function, *axes);
    for (const Variant &variant :
         {Variant{"prefill", rxt::bulkPath, false}, Variant{"step", rxt::stepPath, true}})
      StepBuilder(function, *axes, tables, variant, base).build();
    if (function->hasAttr(keepAttribute))
      function->removeAttr(decodeAttribute);
    else
      function.erase();
  }
  return success();
}

std::unique_ptr<Pass> createDeriveDecodePass() { return std::make_unique<DeriveDecode>(); }

} // namespace rx::compiler
