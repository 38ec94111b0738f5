// Compiles one kernel of rxt for every target that this machine runs and compares it with the
// reference, whole and cut into parts, on operands that end at unreadable pages.
#pragma once

#include "compiler/lower/KernelToLoops.h"
#include "dialects/rxt/Evaluation.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "tests/compiler/lower/harness/TestCode.h"
#include "tests/compiler/lower/loops/Tolerances.h"
#include "tests/tools/Seed.h"
#include "tests/tools/StoredMatrix.h"
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <vector>

namespace rx::compiler {

/// Bytes whose last is the last before an unreadable page; filled with 0xff (NaN as a float).
class GuardedBytes {
public:
  explicit GuardedBytes(size_t count);
  GuardedBytes(GuardedBytes &&other) noexcept;
  GuardedBytes &operator=(GuardedBytes &&) = delete;
  ~GuardedBytes();
  char *data = nullptr;
  size_t count = 0;

private:
  char *base = nullptr;
  size_t length = 0;
};

/// An argument that is weights in panels, of the blocks that inputsOf last made.
struct LoopWeights {
  unsigned argument;
  rx_dtype element;
  std::optional<runtime::test::StoredMatrix> matrix = {};
};

class LoopTest : public testing::Test {
protected:
  LoopTest();

  /// Values of the size symbols of one run.
  using Sizes = SizeExpr::Bindings;
  /// Fills an argument: its number and the shape.
  using Fill = std::function<rxt::ReferenceTensor(unsigned argument, std::vector<int64_t> shape,
                                                  rxt::ElementKind kind)>;

  /// Checks the function called `k` of `text` for all `sizes`: each result is within `tolerance` of
  /// the reference and has the same bits on every target (of one kind) and however the call is cut.
  void check(llvm::StringRef text, const std::vector<Sizes> &sizes, Tolerance tolerance,
             Fill fill = {});

  /// The kernel's results for `inputs` on `target`; null: the first that this machine runs.
  std::vector<rxt::ReferenceTensor> launch(mlir::func::FuncOp kernel, const Sizes &sizes,
                                           const std::vector<rxt::ReferenceTensor> &inputs,
                                           const CpuTarget *target = nullptr);
  std::vector<rxt::ReferenceTensor> inputsOf(mlir::func::FuncOp kernel, const Sizes &sizes,
                                             const Fill &fill);

  /// Reals in [-2, 2], those of bf16 for products of bf16, coins, integers in [0, below).
  Fill uniform(int64_t below = 10);
  /// The same with integers below a size of the run.
  Fill uniformBelow(const std::string &symbol);

  int64_t drawn(int64_t most) { return rx::test::drawnSize(rng, most); }
  /// Sizes for one symbol: 1, ragged, whole strips, none, and what this run draws, up to 200.
  std::vector<Sizes> sizesOf(const std::string &symbol);
  /// Combinations for two and three symbols, ragged, with empty axes, and drawn. No more terms than
  /// with the fixed ones, of which tolerances know: `a` is up to 48 and `b` up to 300, up to 900 in
  /// all, and of three up to 64, 70 and 64, `a` and `c` up to 300 together.
  std::vector<Sizes> sizesOf(const std::string &a, const std::string &b);
  std::vector<Sizes> sizesOf(const std::string &a, const std::string &b, const std::string &c);

  /// F64 measures what kernels round. F32 is for what must agree in every bit, roundings included.
  rxt::Precision precision = rxt::Precision::F64;
  /// Of the kernel's products.
  Precision products = Precision::F32;
  /// Whether an argument lies in panels.
  std::optional<LoopWeights> weights;
  /// Targets of different kinds may have different bits.
  std::function<bool(const CpuTarget &)> kindOf = [](const CpuTarget &) { return false; };

  mlir::DialectRegistry registry;
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  std::mt19937 rng = rx::test::generator();

private:
  /// The kernel on one target.
  struct Compiled {
    const CpuTarget *target;
    LoweredKernel kernel;
    rx_kernel function;
  };
  struct Request;
  std::vector<Compiled> compile(Request &request, llvm::ArrayRef<const CpuTarget *> targets);

  std::map<std::string, LoweredKernel> lowered; ///< by target, precision and text
  Sizes current;                                ///< of the run that inputs are made for
};

} // namespace rx::compiler
