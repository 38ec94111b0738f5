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

#include <sstream>

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

  /// How many launches of attention read caches of 16 numbers a position where they lie; none may
  /// read all positions put in order.
  int attentionsOverCaches(const std::string &program) {
    std::istringstream text(textOfKernels(program));
    int attentions = 0;
    for (std::string line; std::getline(text, line);) {
      if (line.find("rxk.launch") == std::string::npos)
        continue;
      bool readsCaches = line.find("f32[b, s, 16]") != std::string::npos;
      attentions += readsCaches && line.find("@attention") != std::string::npos;
      EXPECT_EQ(line.find("f32[b, c, 16]"), std::string::npos)
          << "all positions in order: " << line;
    }
    return attentions;
  }

  runtime::test::TempFolder folder;
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  unsigned kernels = 0;
};

} // namespace rx::compiler::test
