// Compiles the text of a module into a bundle in a folder of its own.
#pragma once

#include "compiler/pipeline/Pipeline.h"
#include "compiler/target/KernelPipeline.h"
#include "dialects/rx/Rx.h"
#include "dialects/rxk/Rxk.h"
#include "dialects/rxt/Rxt.h"
#include "runtime/device/Cpu.h"
#include "runtime/plan/Executor.h"
#include "tests/runtime/data/TempFolder.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

namespace rx::compiler::test {

class PipelineFixture : public testing::Test {
protected:
  PipelineFixture() {
    mlir::DialectRegistry registry;
    registerKernelDialects(registry);
    registry.insert<rxd::RxDialect, rxt::RxtDialect, rxk::RxkDialect>();
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  virtual PipelineOptions options() {
    PipelineOptions options;
    auto target = findCpuTarget("host");
    EXPECT_TRUE(bool(target));
    options.target = *target;
    static const runtime::test::TempFolder objects; // tests compile the same kernels
    options.cache = objects.path();
    options.bundle = folder.path() / "bundle";
    return options;
  }

  runtime::Expected<runtime::Bundle> compile(const std::string &text) {
    auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    if (!module)
      return runtime::makeError("does not parse:\n{}", text);
    auto compiled = runPipeline(*module, options());
    if (mlir::failed(compiled))
      return runtime::makeError("does not compile");
    kernels = compiled->kernels;
    return runtime::Bundle::open((folder.path() / "bundle").string());
  }

  /// The text of the module after phase rxk.
  std::string textOfKernels(const std::string &text) {
    auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    auto stop = options();
    stop.stopAfter = Phase::rxk;
    stop.dumpFolder = folder.path() / "dump";
    EXPECT_TRUE(module && mlir::succeeded(runPipeline(*module, stop)));
    EXPECT_FALSE(std::filesystem::exists(stop.bundle));
    return runtime::test::readFile(stop.dumpFolder / "05-rxk.mlir");
  }

  runtime::test::TempFolder folder;
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  unsigned kernels = 0;
};

} // namespace rx::compiler::test
