// From the text of a tensor program to numbers: what the pipeline writes is what the runtime runs.
#include "tests/compiler/pipeline/PipelineFixture.h"

using namespace rx::runtime;

namespace {

#define B "!rxt.tensor<f32[b, 2]>"
#define W "!rxt.tensor<f32[2]>"
#define BY_ROWS "affine_map<(d0, d1) -> (d0, d1)>"
#define BY_COLUMNS "affine_map<(d0, d1) -> (d1)>"

/// An rxt.map of two inputs, the second [b, 2] or [2].
std::string map(const char *result, const char *op, const char *x, const char *y, bool rows) {
  std::string type = rows ? B : W;
  return std::string("  ") + result + " = rxt.map(" + x + ", " + y + ") by [" BY_ROWS ", " +
         (rows ? BY_ROWS : BY_COLUMNS) + "] {\n  ^bb0(%p: f32, %q: f32):\n    %r = " + op +
         " %p, %q : f32\n    rxt.yield %r : f32\n  } : (" B ", " + type + ") -> " B "\n";
}

const std::string signature = "(%x: " B " {rx.name = \"x\", rx.role = \"input\"}) -> ";
const std::string result = "(" B " {rx.name = \"y\"})";

/// y = x scaled by w0, w1, w0 in turn.
std::string loopOverTable() {
  return "rxt.buffer @w0 : " W " from \"f\" \"w0\"\n"
         "rxt.buffer @w1 : " W " from \"f\" \"w1\"\n"
         "func.func @p" +
         signature + result + " {\n" +
         "  %w = rxt.param \"w\" [@w0, @w1, @w0] : !rxt.table<[3] x f32[2]>\n"
         "  %y = rxt.loop 3 shared() indexed(%w) carried(%x) {\n"
         "  ^bb0(%trip: !rxt.tensor<i32[]>, %row: " W ", %c: " B "):\n" +
         map("%n", "arith.mulf", "%c", "%row", false) + "    rxt.yield %n : " B "\n" +
         "  } : (!rxt.table<[3] x f32[2]>, " B ") -> " B "\n  return %y : " B "\n}\n";
}

class Pipeline : public rx::compiler::test::PipelineFixture {
protected:
  /// Compiles, opens the bundle and runs the program `p` on x.
  Expected<TensorMap> run(const std::string &text, std::vector<float> x) {
    auto bundle = compile(text);
    if (!bundle)
      return std::move(bundle).status();
    Cpu cpu(2);
    ParameterStore store(*bundle, [](auto &, auto &tensor, std::span<float> out) {
      std::fill(out.begin(), out.end(), static_cast<float>(tensor[1] - '0' + 2));
      return Status::ok();
    });
    auto input = HostTensor::of<float>({static_cast<int64_t>(x.size()) / 2, 2}, x);
    return Executor(*bundle, cpu, store).run("p", {{"x", *input}});
  }

  static std::vector<float> values(const HostTensor &tensor) {
    auto all = tensor.values<float>();
    return {all.begin(), all.end()};
  }
};

} // namespace

TEST_F(Pipeline, ALoopOverATableOfParametersIsOneKernel) {
  auto results = run(loopOverTable(), {1, 2, 3, 4});
  ASSERT_TRUE(results) << results.message();
  EXPECT_EQ(values(results->at("y")), (std::vector<float>{12, 24, 36, 48})); // 2 * 3 * 2
  EXPECT_EQ(kernels, 1u);
}

TEST_F(Pipeline, EqualOpsShareAKernel) {
  auto results =
      run("func.func @p" + signature + result + " {\n" + map("%a", "arith.addf", "%x", "%x", true) +
              map("%y", "arith.addf", "%a", "%x", true) + "  return %y : " B "\n}\n",
          {1, 2});
  ASSERT_TRUE(results) << results.message();
  EXPECT_EQ(values(results->at("y")), (std::vector<float>{3, 6}));
}

/// A returned value is written straight into the output; a loop that starts from it must look
/// there.
TEST_F(Pipeline, AResultMayAlsoStartALoop) {
  std::string text = "func.func @p" + signature +
                     "(" B " {rx.name = \"a\"}, " B " {rx.name = \"y\"}) {\n" +
                     map("%a", "arith.addf", "%x", "%x", true) +
                     "  %y = rxt.loop 2 shared(%x) indexed() carried(%a) {\n"
                     "  ^bb0(%trip: !rxt.tensor<i32[]>, %s: " B ", %c: " B "):\n" +
                     map("%n", "arith.addf", "%c", "%s", true) + "    rxt.yield %n : " B "\n" +
                     "  } : (" B ", " B ") -> " B "\n  return %a, %y : " B ", " B "\n}\n";
  auto results = run(text, {1, 2});
  ASSERT_TRUE(results) << results.message();
  EXPECT_EQ(values(results->at("a")), (std::vector<float>{2, 4}));
  EXPECT_EQ(values(results->at("y")), (std::vector<float>{4, 8}));
}

/// The same for the next value of a carried one and a loop inside the body.
TEST_F(Pipeline, ANextValueMayAlsoStartAnInnerLoop) {
  std::string inner = "  %i = rxt.loop 2 shared(%s1) indexed() carried(%n) {\n"
                      "  ^bb0(%t2: !rxt.tensor<i32[]>, %s2: " B ", %c2: " B "):\n" +
                      map("%m", "arith.addf", "%c2", "%s2", true) + "    rxt.yield %m : " B "\n" +
                      "  } : (" B ", " B ") -> " B "\n";
  std::string text = "func.func @p" + signature +
                     "(" B " {rx.name = \"a\"}, " B " {rx.name = \"y\"}) {\n"
                     "  %a, %y = rxt.loop 2 shared(%x) indexed() carried(%x, %x) {\n"
                     "  ^bb0(%t1: !rxt.tensor<i32[]>, %s1: " B ", %c: " B ", %d: " B "):\n" +
                     map("%n", "arith.addf", "%c", "%d", true) + inner +
                     "    rxt.yield %n, %i : " B ", " B "\n  } : (" B ", " B ", " B ") -> (" B
                     ", " B ")\n  return %a, %y : " B ", " B "\n}\n";
  auto results = run(text, {1, 2});
  ASSERT_TRUE(results) << results.message();
  // trip 1: n = x + x = 2, i = 2 + 2 = 4; trip 2: n = 2 + 4 = 6, i = 6 + 2 = 8
  EXPECT_EQ(values(results->at("a")), (std::vector<float>{6, 12}));
  EXPECT_EQ(values(results->at("y")), (std::vector<float>{8, 16}));
}

TEST_F(Pipeline, StopsAfterAPhaseAndGoesOnFromItsText) {
  std::string text = textOfKernels(loopOverTable());
  EXPECT_NE(text.find("rxk.launch"), std::string::npos) << text;
  auto results = run(text, {1, 2});
  ASSERT_TRUE(results) << results.message();
  EXPECT_EQ(values(results->at("y")), (std::vector<float>{12, 24}));
}
