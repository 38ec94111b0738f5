// The kernel of kind `attention`: within rounding of the definition, whose scores it never holds
// whole; equal bits on every target and for every cut of the rows.
#include "mlir/Parser/Parser.h"
#include "tests/compiler/lower/gemm/TileDefinition.h"
#include "tests/compiler/lower/loops/LoopHarness.h"

namespace rx::compiler {
namespace {

std::string replaced(std::string text, const std::map<std::string, std::string> &by) {
  for (auto &[name, value] : by)
    for (size_t at; (at = text.find(name)) != std::string::npos;)
      text.replace(at, name.size(), value);
  return text;
}

/// Scores [b, g, r, t, u] of r queries per key head, of which `equation` makes %x from %a.
/// Further inputs of the equation: %window, and %bias [t, u], %keep [b, u], %heat [b, t]. `values`
/// are stored with axes in the order of `valueAxes` (of b, g, r, t, i, u).
std::string attention(const std::string &equation, const std::string &width,
                      const std::string &values, const std::string &valueAxes) {
  return replaced(
      R"(
!q = !rxt.tensor<f32[b, g, r, t, $WIDTH]>
!k = !rxt.tensor<f32[b, g, u, $WIDTH]>
!v = !rxt.tensor<f32[$VALUES]>
!s = !rxt.tensor<f32[b, g, r, t, u]>
!m = !rxt.tensor<f32[b, g, r, t]>
!i = !rxt.tensor<i32[]>
!bias = !rxt.tensor<f32[t, u]>
!keep = !rxt.tensor<i1[b, u]>
!heat = !rxt.tensor<f32[b, t]>
#all = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#row = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#none = affine_map<(d0, d1, d2, d3, d4) -> ()>
#q = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d5)>
#k = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d4, d5)>
#v = affine_map<(d0, d1, d2, d3, d4, d5) -> ($AXES)>
func.func @k(%q: !q, %k: !k, %v: !v, %w: !i, %b: !bias, %n: !keep, %h: !heat) -> !q {
  %s = rxt.contract(%q, %k) by [#q, #k] : (!q, !k) -> !s
  %x = rxt.map(%s, %w, %b, %n, %h) by [#all, #none,
      affine_map<(d0, d1, d2, d3, d4) -> (d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d4)>,
      affine_map<(d0, d1, d2, d3, d4) -> (d0, d3)>] {
  ^bb0(%a: f32, %window: i32, %bias: f32, %keep: i1, %heat: f32):
    %u = rxt.index 4 : i32
    %t = rxt.index 3 : i32
    %ninf = arith.constant 0xFF800000 : f32
$THESCORE
    rxt.yield %x : f32
  } : (!s, !i, !bias, !keep, !heat) -> !s
  %m = rxt.reduce max(%x) by [#all] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!s) -> !m
  %p = rxt.map(%x, %m) by [#all, #row] {
  ^bb0(%a: f32, %c: f32):
    %d = arith.subf %a, %c : f32
    %e = math.exp %d : f32
    rxt.yield %e : f32
  } : (!s, !m) -> !s
  %l = rxt.reduce sum(%p) by [#all] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!s) -> !m
  %o = rxt.contract(%p, %v) by [#q, #v] : (!s, !v) -> !q
  %y = rxt.map(%o, %l) by [#all, #row] {
  ^bb0(%a: f32, %c: f32):
    %d = arith.divf %a, %c : f32
    rxt.yield %d : f32
  } : (!q, !m) -> !q
  return %y : !q
})",
      {{"$THESCORE", equation}, {"$VALUES", values}, {"$AXES", valueAxes}, {"$WIDTH", width}});
}

const std::string scaled = R"(
    %scale = arith.constant 0.125 : f32
    %z = arith.mulf %a, %scale : f32
)";

const std::string causal = scaled + R"(
    %past = arith.cmpi sle, %u, %t : i32
    %x = arith.select %past, %z, %ninf : f32
)";

const std::string windowed = scaled + R"(
    %uf = arith.sitofp %u : i32 to f32
    %tf = arith.sitofp %t : i32 to f32
    %past = arith.cmpf ole, %uf, %tf : f32
    %distance = arith.subi %t, %u : i32
    %near = arith.cmpi slt, %distance, %window : i32
    %both = arith.andi %past, %near : i1
    %x = arith.select %both, %z, %ninf : f32
)";

/// On both paths: rows in panels, of both precisions, and rows one by one with elements in lanes.
class AttentionTest : public LoopTest, public testing::WithParamInterface<std::string> {
protected:
  AttentionTest() {
    if (GetParam() == "bulk_bf16")
      products = Precision::BF16;
  }

  /// An average of values in [-2, 2] by weights that are off by the rounding of scores up to 96. Of
  /// bf16, values are off by half an ulp of 8 bits, 2^-8 below 2, and weights by 2^-9 of themselves,
  /// which makes as much again where values are near 2.
  Tolerance average() const {
    return products == Precision::BF16 ? Tolerance{2 * 0x1p-8 + 1e-5, 1e-5} : Tolerance{1e-5, 1e-5};
  }

  /// Ragged against the lanes on path bulk; path step takes whole strips of them.
  static std::string path() { return GetParam() == "step" ? "step" : "bulk"; }
  static const char *ownWidth() { return GetParam() == "step" ? "48" : "24"; }
  static std::string text(const std::string &equation, const std::string &width = ownWidth(),
                          const std::string &values = "b, u, g, $WIDTH",
                          const std::string &valueAxes = "d0, d5, d1, d4") {
    return replaced(attention(equation, width, values, valueAxes),
                    {{"-> !q {\n  %s", "-> !q attributes {rx.path = \"" + path() + "\"} {\n  %s"}});
  }

  /// Windows come from `window`, everything else is uniform.
  Fill inputs(int64_t window) {
    return [this, window](unsigned argument, std::vector<int64_t> shape, rxt::ElementKind kind) {
      auto tensor = uniform()(argument, std::move(shape), kind);
      if (argument == 3)
        tensor.values[0] = rxt::scalarOf(window);
      return tensor;
    };
  }

  static Sizes sizes(int64_t b, int64_t g, int64_t r, int64_t t, int64_t u) {
    return {{"b", b}, {"g", g}, {"r", r}, {"t", t}, {"u", u}};
  }

  Sizes drawnSizes() { return sizes(drawn(3), drawn(3), drawn(4), drawn(90), drawn(160)); }

  /// One batch and head, several, ragged against panels and blocks; no keys, no rows; drawn.
  std::vector<Sizes> shapes = {sizes(1, 1, 1, 1, 1),
                               sizes(1, 1, 4, 1, 40),
                               sizes(2, 2, 1, 37, 37),
                               sizes(2, 1, 4, 33, 33),
                               sizes(1, 2, 3, 50, 131),
                               sizes(1, 1, 1, 300, 300),
                               sizes(1, 1, 2, 5, 0),
                               sizes(1, 1, 2, 0, 5),
                               drawnSizes(),
                               drawnSizes()};
};

TEST_P(AttentionTest, AllKeys) {
  check(text(scaled + "    %x = arith.addf %z, %z : f32\n"), shapes, average());
}

TEST_P(AttentionTest, Causal) { check(text(causal), shapes, average()); }
/// Heads are cut out of what products gave, and put back into one axis, by strides alone.
TEST_P(AttentionTest, HeadsInOneAxis) {
  int64_t w = std::stoi(ownWidth());
  std::string function = replaced(
      text(causal),
      {{"func.func @k(%q: !q, %k: !k, %v: !v,", R"(
!flat = !rxt.tensor<f32[b, u, $TWO]>
!merged = !rxt.tensor<f32[b, t, $SIX]>
func.func @k(%flat_q: !rxt.tensor<f32[b, t, $SIX]>, %flat_k: !flat, %flat_v: !flat,)"},
       {"-> !q attributes", "-> !merged attributes"},
       {"  %s = rxt.contract(%q",
        R"(  %q = rxt.window %flat_q by affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d1 * $THREE + d2 * $ONE + d4)> : (!merged) -> !q
  %k = rxt.window %flat_k by affine_map<(d0, d1, d2, d3) -> (d0, d2, d1 * $ONE + d3)> : (!flat) -> !k
  %v = rxt.window %flat_v by affine_map<(d0, d1, d2, d3) -> (d0, d1, d2 * $ONE + d3)> : (!flat) -> !v
  %s = rxt.contract( %q)"},
       {"  return %y : !q",
        R"(  %o2 = rxt.window %y by affine_map<(d0, d1, d2) -> (d0, d2 floordiv $THREE, (d2 floordiv $ONE) mod 3, d1, d2 mod $ONE)> : (!q) -> !merged
  return %o2 : !merged)"},
       {"f32[b, g, r, t, u]", "f32[b, 2, 3, t, u]"},
       {"f32[b, g, r, t", "f32[b, 2, 3, t"},
       {"f32[b, g, u", "f32[b, 2, u"},
       {"f32[b, u, g", "f32[b, u, 2"}});
  function = replaced(function, {{"$ONE", std::to_string(w)},
                                 {"$TWO", std::to_string(2 * w)},
                                 {"$THREE", std::to_string(3 * w)},
                                 {"$SIX", std::to_string(6 * w)}});
  check(function,
        {{{"b", 1}, {"t", 1}, {"u", 40}},
         {{"b", 2}, {"t", 37}, {"u", 37}},
         {{"b", 1}, {"t", 33}, {"u", 131}},
         {{"b", drawn(3)}, {"t", drawn(90)}, {"u", drawn(160)}}},
        average());
}

TEST_P(AttentionTest, Windows) {
  for (int64_t window : {1, 3, 31, 1000})
    check(text(windowed), shapes, average(), inputs(window));
}

/// No row sees a key: 0 / 0, as the definition says.
TEST_P(AttentionTest, NothingSeen) { check(text(windowed), shapes, exact, inputs(0)); }

/// Rows that see nothing among rows that do.
TEST_P(AttentionTest, SomeRowsSeeNothing) {
  check(text(scaled + R"(
    %five = arith.constant 5 : i32
    %later = arith.cmpi sge, %t, %five : i32
    %past = arith.cmpi sle, %u, %t : i32
    %both = arith.andi %past, %later : i1
    %x = arith.select %both, %z, %ninf : f32
)"),
        shapes, average());
}

TEST_P(AttentionTest, MaskBeforeTheScale) {
  check(text(R"(
    %future = arith.cmpi sgt, %u, %t : i32
    %y = arith.select %future, %ninf, %a : f32
    %scale = arith.constant 8.0 : f32
    %x = arith.divf %y, %scale : f32
)"),
        shapes, average());
}

/// Inputs along rows, along keys and along both; no bound can be read off.
TEST_P(AttentionTest, OtherInputs) {
  check(text(scaled + R"(
    %y = arith.mulf %z, %heat : f32
    %c = arith.addf %y, %bias : f32
    %x = arith.select %keep, %c, %ninf : f32
)"),
        shapes, average());
}

/// Widths with a rest against vectors and register tiles.
TEST_P(AttentionTest, Widths) {
  for (const char *width : {"1", "5", "16", "47", "80"})
    check(text(causal, width), shapes, average());
}

/// Values stored with keys side by side, by head, and shared by the heads.
TEST_P(AttentionTest, LayoutsOfValues) {
  check(text(causal, ownWidth(), "b, g, $WIDTH, u", "d0, d1, d4, d5"), shapes, average());
  check(text(causal, ownWidth(), "g, b, u, $WIDTH", "d1, d0, d5, d4"), shapes, average());
  check(text(causal, ownWidth(), "b, u, $WIDTH", "d0, d5, d4"), shapes, average());
}

/// Keys and values lie in caches of 12 rows, where a table says.
TEST_P(AttentionTest, RowsThatATablePlaces) {
  std::string function = replaced(
      text(causal),
      {{"func.func @k(%q: !q, %k: !k, %v: !v,",
        "func.func @k(%q: !q, %cache_k: !rxt.tensor<f32[b, g, 12, $ONE]>, "
        "%cache_v: !rxt.tensor<f32[b, 12, g, $ONE]>, %table: !rxt.tensor<i32[b, u]>,"},
       {"  %s = rxt.contract(%q",
        R"(  %k = rxt.gather %cache_k at %table axis 2 by affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>,
    affine_map<(d0, d1, d2, d3) -> (d0, d2)> : (!rxt.tensor<f32[b, g, 12, $ONE]>, !rxt.tensor<i32[b, u]>) -> !k
  %v = rxt.gather %cache_v at %table axis 1 by affine_map<(d0, d1, d2, d3) -> (d0, d2, d3)>,
    affine_map<(d0, d1, d2, d3) -> (d0, d1)> : (!rxt.tensor<f32[b, 12, g, $ONE]>, !rxt.tensor<i32[b, u]>) -> !v
  %s = rxt.contract( %q)"}});
  check(replaced(function, {{"$ONE", ownWidth()}}), shapes, average());
}

TEST_P(AttentionTest, ReferenceInF32) {
  precision = rxt::Precision::F32;
  check(text(windowed), shapes, average(), inputs(20));
}

/// A score that is NaN or infinite makes its row NaN, and no other.
TEST_P(AttentionTest, SpecialScores) {
  for (double special : {std::nan(""), double(INFINITY)})
    check(text(causal), shapes, average(),
          [&](unsigned argument, std::vector<int64_t> shape, rxt::ElementKind kind) {
            auto tensor = uniform()(argument, std::move(shape), kind);
            if (argument == 0 && !tensor.values.empty())
              tensor.values.front() = rxt::scalarOf(special);
            return tensor;
          });
}

/// Two keys, of weights 1 and exp(-s), with values 0 and 1 + 2^-10.
TEST_P(AttentionTest, WeightsAndValuesAreRounded) {
  if (products != Precision::BF16)
    GTEST_SKIP() << "of f32";
  constexpr int64_t rows = 40;
  auto module = mlir::parseSourceString<mlir::ModuleOp>(
      text(scaled + "    %x = arith.addf %z, %z : f32\n", "1"), &context);
  auto kernel = module->lookupSymbol<mlir::func::FuncOp>("k");
  Sizes bound = sizes(1, 1, 1, rows, 2);
  auto inputs = inputsOf(kernel, bound, uniform());
  for (int64_t row = 0; row < rows; ++row)
    inputs[0].values[row] = rxt::scalarOf(double(row) / 4);
  inputs[1].values = {rxt::scalarOf(0.0), rxt::scalarOf(-1.0)};
  inputs[2].values = {rxt::scalarOf(0.0), rxt::scalarOf(1 + 0x1p-10)};
  for (const CpuTarget &target : cpuTargets()) {
    if (!hostRuns(target))
      continue;
    rxt::ReferenceTensor result = launch(kernel, bound, inputs, &target).front();
    for (int64_t row = 0; row < rows; ++row) {
      auto weight = static_cast<float>(std::exp(-double(row) / 16));
      EXPECT_NEAR(result.real(row), roundedToBf16(weight) / (1 + weight), 1e-6) << row;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Paths, AttentionTest, testing::Values("bulk", "bulk_bf16", "step"),
                         [](const auto &info) { return info.param; });

} // namespace
} // namespace rx::compiler
