// A temporary cache folder and kernels written as MLIR text.
#pragma once

#include "compiler/target/KernelPipeline.h"
#include "compiler/target/LoadedKernels.h"
#include "compiler/target/ObjectCache.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include <gtest/gtest.h>

namespace rx::compiler {

class KernelFixture : public testing::Test {
protected:
  KernelFixture() {
    registerKernelDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("rxc-test", folder));
  }
  ~KernelFixture() override { llvm::sys::fs::remove_directories(folder); }

  mlir::OwningOpRef<mlir::ModuleOp> parse(llvm::StringRef text) {
    auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    EXPECT_TRUE(module) << text.str();
    return module;
  }

  template <typename T> T expect(llvm::Expected<T> value) {
    if (value)
      return std::move(*value);
    ADD_FAILURE() << llvm::toString(value.takeError());
    std::abort();
  }

  mlir::DialectRegistry registry;
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  llvm::SmallString<128> folder;
};

/// A kernel that computes element(x) over operand 0 into operand 1, one element per step of the
/// parallel dimension. `body` computes %y : f32 from %x : f32.
inline std::string elementwiseKernel(llvm::StringRef name, llvm::StringRef body,
                                     llvm::StringRef type = "f32") {
  std::string text = R"(
func.func @NAME(%launch: !llvm.ptr) {
  %one = arith.constant 1 : i64
  %operands = llvm.load %launch : !llvm.ptr -> !llvm.ptr
  %p2 = llvm.getelementptr %launch[2] : (!llvm.ptr) -> !llvm.ptr, i64
  %p3 = llvm.getelementptr %launch[3] : (!llvm.ptr) -> !llvm.ptr, i64
  %begin = llvm.load %p2 : !llvm.ptr -> i64
  %end = llvm.load %p3 : !llvm.ptr -> i64
  %input = llvm.load %operands : !llvm.ptr -> !llvm.ptr
  %second = llvm.getelementptr %operands[9] : (!llvm.ptr) -> !llvm.ptr, i64
  %output = llvm.load %second : !llvm.ptr -> !llvm.ptr
  scf.for %i = %begin to %end step %one : i64 {
    %from = llvm.getelementptr %input[%i] : (!llvm.ptr, i64) -> !llvm.ptr, TYPE
    %x = llvm.load %from : !llvm.ptr -> TYPE
    BODY
    %to = llvm.getelementptr %output[%i] : (!llvm.ptr, i64) -> !llvm.ptr, TYPE
    llvm.store %y, %to : TYPE, !llvm.ptr
  }
  return
})";
  auto replace = [&](llvm::StringRef key, llvm::StringRef value) {
    for (size_t at; (at = text.find(key)) != std::string::npos;)
      text.replace(at, key.size(), value);
  };
  replace("NAME", name);
  replace("BODY", body);
  replace("TYPE", type);
  return text;
}

/// Runs an elementwise kernel over `input`.
template <typename T> std::vector<T> runElementwise(rx_kernel kernel, const std::vector<T> &input) {
  std::vector<T> output(input.size());
  rx_operand operands[] = {{const_cast<T *>(input.data()), {1}}, {output.data(), {1}}};
  int64_t size = static_cast<int64_t>(input.size());
  rx_launch launch{operands, &size, 0, size, nullptr};
  kernel(&launch);
  return output;
}

} // namespace rx::compiler
