#include "tests/compiler/lower/loops/LoopHarness.h"

namespace rx::compiler {
namespace {

using ScanTest = LoopTest;

std::string scan(llvm::StringRef kind, llvm::StringRef axes, int axis, llvm::StringRef reverse = "",
                 llvm::StringRef element = "f32") {
  return ("!x = !rxt.tensor<" + element + "[" + axes +
          "]>\nfunc.func @k(%x: !x) -> !x {\n  %y = rxt.scan " + kind + " %x along " +
          llvm::Twine(axis) + " " + reverse + " : (!x) -> !x\n  return %y : !x\n}")
      .str();
}

TEST_F(ScanTest, Sums) {
  check(scan("sum", "b, t", 1), sizesOf("b", "t"), sum(300));
  check(scan("sum", "b, t", 0), sizesOf("b", "t"), sum(50));
  check(scan("sum", "b, t, d", 1), sizesOf("b", "t", "d"), sum(70));
  check(scan("sum", "t", 0), sizesOf("t"), sum(200));
  check(scan("sum", "b, t", 1, "", "i32"), sizesOf("b", "t"), exact);
}

TEST_F(ScanTest, FromTheEnd) {
  check(scan("sum", "b, t", 1, "reverse"), sizesOf("b", "t"), sum(300));
  check(scan("sum", "b, t", 0, "reverse"), sizesOf("b", "t"), sum(50));
}

TEST_F(ScanTest, ProductsAndMaxima) {
  check(scan("prod", "b, t", 1), {{{"b", 3}, {"t", 17}}, {{"b", drawn(30)}, {"t", drawn(17)}}},
        equation);
  check(scan("max", "b, t", 1), sizesOf("b", "t"), exact);
  check(scan("max", "b, t", 0, "reverse"), sizesOf("b", "t"), exact);
}

} // namespace
} // namespace rx::compiler
