#include "tests/compiler/lower/loops/LoopHarness.h"

namespace rx::compiler {
namespace {

/// Kernels and reference give the same bits: a draw is part of what a run can reproduce.
class DrawTest : public LoopTest {
protected:
  DrawTest() { precision = rxt::Precision::F32; }

  void draw(llvm::StringRef law, llvm::StringRef bounds, llvm::StringRef element) {
    auto text = [&](llvm::StringRef axes) {
      return ("!k = !rxt.tensor<i64[2]>\n!y = !rxt.tensor<" + element + "[" + axes +
              "]>\nfunc.func @k(%k: !k) -> !y {\n  %y = rxt.draw " + law + " \"noise.a\" (" +
              bounds + ") key %k : (!k) -> !y\n  return %y : !y\n}")
          .str();
    };
    auto key = [&](unsigned, std::vector<int64_t> shape, rxt::ElementKind kind) {
      std::vector<int64_t> words = {static_cast<int64_t>(rng()) - (1 << 30),
                                    static_cast<int64_t>(rng()) << 20};
      return rxt::ReferenceTensor::ofIntegers(shape, words, kind);
    };
    check(text("b, t"), sizesOf("b", "t"), exact, key);
    check(text(""), {{}}, exact, key);
  }
};

TEST_F(DrawTest, Uniform) {
  draw("uniform", "-1.5, 2.0", "f32");
  draw("uniform", "0.0, 1.0", "f64");
}
TEST_F(DrawTest, Normal) {
  draw("normal", "0.5, 0.02", "f32");
  draw("normal", "0.0, 1.0", "f64");
}
TEST_F(DrawTest, UniformInt) { draw("uniform_int", "-3.0, 1000.0", "i32"); }
TEST_F(DrawTest, Bernoulli) { draw("bernoulli", "0.3, 0.0", "i1"); }

} // namespace
} // namespace rx::compiler
