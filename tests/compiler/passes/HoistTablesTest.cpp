// Tables that few trips of a loop differ in are computed before it, and the values stay.
#include "tests/compiler/passes/KernelsOf.h"

namespace rx::compiler {
namespace {

class HoistTablesTest : public KernelsOf {
protected:
  HoistTablesTest() { sizes = {{"b", 2}, {"t", 5}}; }

  /// Launches in the innermost loops, and outside of all.
  std::pair<unsigned, unsigned> launchesOf(const std::string &text) {
    kernelsOf(text);
    unsigned inside = 0, outside = 0;
    module->walk([&](rxk::LaunchOp launch) {
      ++(launch->getParentOfType<rxt::LoopOp>() ? inside : outside);
    });
    return {inside, outside};
  }
};

constexpr llvm::StringLiteral types = R"(
!x = !rxt.tensor<f32[b, t, 8]>
!c = !rxt.tensor<f32[t, 8]>
!i = !rxt.tensor<i32[]>
!n = !rxt.tensor<f32[]>
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
)";

/// Adds cosines of positions over `base` to %x, as %y.
constexpr llvm::StringLiteral body = R"(
    %c = rxt.map(%base) by [affine_map<(d0, d1) -> ()>] {
    ^bb0(%a: f32):
      %i = rxt.index 0 : i32
      %e = rxt.index 1 : i32
      %p = arith.sitofp %i : i32 to f64
      %q = arith.sitofp %e : i32 to f64
      %f = arith.extf %a : f32 to f64
      %w = math.powf %f, %q : f64
      %r = arith.divf %p, %w : f64
      %s = math.cos %r : f64
      %o = arith.truncf %s : f64 to f32
      rxt.yield %o : f32
    } : (!n) -> !c
    %y = rxt.map(%x, %c) by [#all, affine_map<(d0, d1, d2) -> (d1, d2)>] {
    ^bb0(%a: f32, %d: f32):
      %o = arith.addf %a, %d : f32
      rxt.yield %o : f32
    } : (!x, !c) -> !x
)";

std::string oneLoop(const std::string &bases) {
  return types.str() + "func.func @f(%h: !x) -> !x {\n  %bases = rxt.constant dense<" + bases +
         "> : tensor<4xf32> : !rxt.table<[4] x f32[]>\n" +
         "  %z = rxt.loop 4 shared() indexed(%bases) carried(%h) {\n"
         "  ^bb0(%trip: !i, %base: !n, %x: !x):\n" +
         body.str() +
         "    rxt.yield %y : !x\n  } : (!rxt.table<[4] x f32[]>, !x) -> !x\n  return %z : !x\n}";
}

TEST_F(HoistTablesTest, TwoBases) {
  EXPECT_EQ(launchesOf(oneLoop("[10.0, 10.0, 100.0, 10.0]")), std::pair(1u, 1u));
  rxt::TensorType table;
  module->walk([&](rxk::LaunchOp launch) {
    if (!launch->getParentOfType<rxt::LoopOp>())
      table = cast<rxt::TensorType>(launch.getResult(0).getType());
  });
  EXPECT_EQ(table.size(0), SizeExpr(2));
}

TEST_F(HoistTablesTest, ManyBases) {
  EXPECT_EQ(launchesOf(oneLoop("[10.0, 20.0, 100.0, 10.0]")), std::pair(2u, 0u));
}

/// Shared and carried values: the former do not differ, the latter are not known before.
TEST_F(HoistTablesTest, SharedAndCarried) {
  auto text = [](const std::string &shared, const std::string &carried, const std::string &arguments,
                 const std::string &yielded, const std::string &signature) {
    return types.str() + "func.func @f(%h: !x, %n: !n) -> !x {\n  %z" +
           (carried == "%h" ? "" : ":2") + " = rxt.loop 3 shared(" + shared +
           ") indexed() carried(" + carried + ") {\n  ^bb0(%trip: !i, " + arguments + "):\n" +
           body.str() + "    rxt.yield " + yielded + "\n  } : " + signature + "\n  return %z" +
           (carried == "%h" ? "" : "#0") + " : !x\n}";
  };
  EXPECT_EQ(launchesOf(text("%n", "%h", "%base: !n, %x: !x", "%y : !x", "(!n, !x) -> !x")),
            std::pair(1u, 1u));
  EXPECT_EQ(launchesOf(text("", "%h, %n", "%x: !x, %base: !n", "%y, %base : !x, !n",
                            "(!x, !n) -> (!x, !n)")),
            std::pair(2u, 0u));
}

/// Two loops, by both of which the bases are indexed, or by the inner one alone.
TEST_F(HoistTablesTest, Nests) {
  std::string both = types.str() + R"(
!row = !rxt.table<[3] x f32[]>
func.func @f(%h: !x) -> !x {
  %bases = rxt.constant dense<[[10.0, 10.0, 20.0], [10.0, 20.0, 20.0]]> : tensor<2x3xf32> : !rxt.table<[2, 3] x f32[]>
  %z = rxt.loop 2 shared() indexed(%bases) carried(%h) {
  ^bb0(%outer: !i, %row: !row, %g: !x):
    %v = rxt.loop 3 shared() indexed(%row) carried(%g) {
    ^bb0(%trip: !i, %base: !n, %x: !x):
)" + body.str() + R"(
      rxt.yield %y : !x
    } : (!row, !x) -> !x
    rxt.yield %v : !x
  } : (!rxt.table<[2, 3] x f32[]>, !x) -> !x
  return %z : !x
})";
  EXPECT_EQ(launchesOf(both), std::pair(1u, 1u));
  std::string inner = both;
  auto replace = [&](const std::string &from, const std::string &to) {
    inner.replace(inner.find(from), from.size(), to);
  };
  replace("[[10.0, 10.0, 20.0], [10.0, 20.0, 20.0]]", "[10.0, 10.0, 10.0]");
  replace("tensor<2x3xf32> : !rxt.table<[2, 3] x f32[]>", "tensor<3xf32> : !row");
  replace("shared() indexed(%bases)", "shared(%bases) indexed()");
  replace("(!rxt.table<[2, 3] x f32[]>, !x)", "(!row, !x)");
  EXPECT_EQ(launchesOf(inner), std::pair(1u, 1u));
}

} // namespace
} // namespace rx::compiler
