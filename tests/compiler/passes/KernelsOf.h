// What the fusing passes make of a program, for their tests.
#pragma once

#include "compiler/lower/RxtToRxk.h"
#include "compiler/passes/FuseAttention.h"
#include "compiler/passes/FuseElementwise.h"
#include "compiler/passes/FuseLogSumExp.h"
#include "compiler/passes/HoistTables.h"
#include "dialects/rxk/Rxk.h"
#include "dialects/rxt/Evaluation.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include <gtest/gtest.h>
#include <random>

namespace rx::compiler {

using namespace mlir;

/// Fuses a program as the pipeline does and says which kernels it becomes.
class KernelsOf : public testing::Test {
protected:
  KernelsOf() {
    context.loadDialect<rxt::RxtDialect, rxk::RxkDialect, func::FuncDialect, arith::ArithDialect,
                        math::MathDialect>();
    handler = std::make_unique<ScopedDiagnosticHandler>(&context, [&](Diagnostic &diagnostic) {
      messages += diagnostic.str() + "\n";
      return success();
    });
  }

  /// The kinds of the kernels of `text`, in order, joined by spaces. The values of its function @f
  /// must stay what they were, for uniform floats and integers below 5.
  std::string kernelsOf(const std::string &text) {
    module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module) << text << messages;
    if (!module)
      return "";
    std::vector<double> before = evaluate();
    PassManager passes(&context);
    passes.addPass(createCSEPass());
    passes.addPass(createFuseElementwisePass());
    passes.addPass(createCanonicalizerPass());
    passes.addPass(createCSEPass());
    passes.addPass(createHoistTablesPass());
    passes.addPass(createFuseAttentionPass());
    passes.addPass(createFuseLogSumExpPass());
    EXPECT_TRUE(succeeded(passes.run(*module))) << messages;
    std::vector<double> after = evaluate();
    EXPECT_EQ(before.size(), after.size());
    for (size_t i = 0; i < before.size(); ++i)
      EXPECT_NEAR(before[i], after[i], 1e-12) << "element " << i;
    EXPECT_TRUE(succeeded(rxtToRxk(*module)) && succeeded(verify(*module))) << messages;
    std::string kinds;
    for (auto kernel : module->getOps<rxk::KernelOp>())
      kinds += (kinds.empty() ? "" : " ") + kernel->getAttrOfType<StringAttr>("kind").str();
    return kinds;
  }

  MLIRContext context{MLIRContext::Threading::DISABLED};
  OwningOpRef<ModuleOp> module;
  std::string messages;
  SizeExpr::Bindings sizes;

private:
  std::vector<double> evaluate() {
    auto function = module->lookupSymbol<func::FuncOp>("f");
    rxt::Evaluation evaluation(rxt::Precision::F64, sizes, {});
    std::mt19937 rng(1);
    std::uniform_real_distribution<float> uniform(-2, 2);
    std::vector<rxt::ReferenceValue> arguments, results;
    for (Type type : function.getArgumentTypes()) {
      rxt::ReferenceTensor tensor = evaluation.allocate(cast<rxt::TensorType>(type));
      for (rxt::Scalar &value : tensor.values)
        value = rxt::isFloat(tensor.kind) ? rxt::scalarOf(double(uniform(rng)))
                                          : rxt::scalarOf(int64_t(rng() % 5));
      arguments.push_back(tensor);
    }
    EXPECT_TRUE(succeeded(evaluation.call(function, arguments, results))) << messages;
    std::vector<double> numbers;
    for (const rxt::ReferenceValue &result : results)
      for (rxt::Scalar value : result.tensor().values)
        numbers.push_back(value.real);
    return numbers;
  }

  std::unique_ptr<ScopedDiagnosticHandler> handler;
};

} // namespace rx::compiler
