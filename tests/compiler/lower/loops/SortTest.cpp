#include "tests/compiler/lower/loops/LoopHarness.h"

namespace rx::compiler {
namespace {

using SortTest = LoopTest;

std::string sort(llvm::StringRef axes, int axis, llvm::StringRef descending = "",
                 llvm::StringRef element = "f32") {
  return ("!x = !rxt.tensor<" + element + "[" + axes + "]>\n!p = !rxt.tensor<i32[" + axes +
          "]>\nfunc.func @k(%x: !x) -> (!x, !p) {\n  %v, %p = rxt.sort %x along " +
          llvm::Twine(axis) + " " + descending + " : (!x) -> (!x, !p)\n  return %v, %p : !x, !p\n}")
      .str();
}

TEST_F(SortTest, EveryAxisAndDirection) {
  for (llvm::StringRef direction : {"", "descending"}) {
    check(sort("b, t", 1, direction), sizesOf("b", "t"), exact);
    check(sort("b, t", 0, direction), sizesOf("b", "t"), exact);
    check(sort("t", 0, direction), sizesOf("t"), exact);
  }
}

/// Integers below 10: runs of equal values, which keep their order.
TEST_F(SortTest, IsStable) {
  for (llvm::StringRef direction : {"", "descending"}) {
    check(sort("b, t", 1, direction, "i32"), sizesOf("b", "t"), exact);
    check(sort("t", 0, direction, "i1"), sizesOf("t"), exact);
  }
}

TEST_F(SortTest, NanComesLast) {
  auto withNan = [&](unsigned, std::vector<int64_t> shape, rxt::ElementKind kind) {
    auto tensor = uniform()(0, std::move(shape), kind);
    double values[] = {NAN, INFINITY, -INFINITY, 0.0, -0.0};
    for (rxt::Scalar &value : tensor.values)
      if (rng() % 3 == 0)
        value.real = values[rng() % 5];
    return tensor;
  };
  for (llvm::StringRef direction : {"", "descending"})
    check(sort("b, t", 1, direction), sizesOf("b", "t"), exact, withNan);
}

} // namespace
} // namespace rx::compiler
