// The head of a language model: log-sum-exp of a product with weights as their file stores them.
// Scores are those of matrix products with such weights, in every bit, where these multiply the
// blocks' codes, else chains over decoded weights, or in pairs of rounded ones.
#include "compiler/lower/ContractToGemm.h"
#include "compiler/lower/GemmBlocks.h"
#include "compiler/lower/PanelProducts.h"
#include "compiler/lower/PanelUses.h"
#include "mlir/Parser/Parser.h"
#include "tests/compiler/lower/gemm/StoredGemm.h"
#include "tests/compiler/lower/gemm/TileDefinition.h"
#include "tests/compiler/lower/loops/HeadText.h"
#include "tests/compiler/lower/loops/LoopHarness.h"

using namespace mlir;

namespace rx::compiler {
namespace {

/// `results`, of `types`, of the scores of t queries of `depth` elements against v keys.
std::string headText(int64_t depth, const std::string &results, const std::string &types) {
  std::string width = std::to_string(depth);
  return R"(
!h = !rxt.tensor<f32[t, )" +
         width + R"(]>
!w = !rxt.tensor<f32[v, )" +
         width + R"(]>
!z = !rxt.tensor<f32[t, v]>
!r = !rxt.tensor<f32[t]>
!i = !rxt.tensor<i32[t]>
#all = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
func.func @k(%h: !h, %w: !w, %y: !i) -> ()" +
         types + R"() {
  %s = rxt.contract(%h, %w) by [affine_map<(d0, d1, d2) -> (d0, d2)>,
                                affine_map<(d0, d1, d2) -> (d1, d2)>] : (!h, !w) -> !z
  %x = rxt.map(%s) by [#all] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!z) -> !z
)" + sumOfExponentials.str() +
         R"(  %c = rxt.gather %x at %y axis 1 by affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>
     : (!z, !i) -> !r
  return )" +
         results + " : " + types + "\n}\n";
}

GemmSpec productOf(const CpuTarget &target, rx_dtype element, Precision precision) {
  GemmSpec spec;
  spec.target = &target;
  spec.precision = precision;
  spec.transB = spec.packedB = true;
  spec.formB = element;
  return spec;
}

/// The parameters are the element form of the weights and the precision of products.
class LogSumExpOfWeights : public LoopTest,
                           public testing::WithParamInterface<std::tuple<rx_dtype, Precision>> {
protected:
  LogSumExpOfWeights() {
    weights = LoopWeights{1, element};
    products = std::get<Precision>(GetParam());
    kindOf = [this](const CpuTarget &target) { return usesBlockProducts(productOn(target)); };
  }

  const rx_dtype element = std::get<rx_dtype>(GetParam());
  bool isOf256() const { return rx_dtype_block_elements(element) == 256; }
  GemmSpec productOn(const CpuTarget &target) const { return productOf(target, element, products); }

  /// Reals so small that scores are below 10 or so.
  Fill moderate() {
    return [this](unsigned argument, const std::vector<int64_t> &shape, rxt::ElementKind kind) {
      rxt::ReferenceTensor tensor = uniformBelow("v")(argument, shape, kind);
      if (rxt::isFloat(kind))
        for (rxt::Scalar &value : tensor.values)
          value = rxt::scalarOf(std::ldexp(value.real, isOf256() ? -10 : -5));
      return tensor;
    };
  }

  /// score(y[t]) of row t on `target`, and the weights it is of.
  std::vector<float> chosen(const CpuTarget &target, const Matrix<float> &queries, int64_t keys,
                            const std::vector<int32_t> &y) {
    auto module =
        parseSourceString<ModuleOp>(headText(queries.columns, "%c, %l", "!r, !r"), &context);
    auto kernel = module->lookupSymbol<func::FuncOp>("k");
    EXPECT_EQ(panelUse(kernel, 1), PanelUse::Product);
    auto fill = [&](unsigned argument, std::vector<int64_t> shape, rxt::ElementKind kind) {
      auto tensor = rxt::ReferenceTensor::zeros(std::move(shape), kind);
      for (int64_t i = 0; i < tensor.count(); ++i)
        if (argument == 0)
          tensor.values[i] =
              rxt::scalarOf(double(queries(i / queries.columns, i % queries.columns)));
        else if (argument == 2)
          tensor.values[i] = rxt::scalarOf(int64_t(y[i]));
      return tensor;
    };
    Sizes sizes = {{"t", queries.rows}, {"v", keys}};
    rxt::ReferenceTensor scores =
        launch(kernel, sizes, inputsOf(kernel, sizes, fill), &target).front();
    std::vector<float> values;
    for (int64_t i = 0; i < scores.count(); ++i)
      values.push_back(static_cast<float>(scores.real(i)));
    return values;
  }

  float weight(int64_t key, int64_t k) const {
    return weights->matrix->values[key * weights->matrix->depth + k];
  }
  /// A score of rounded operands.
  float pairs(const Matrix<float> &queries, int64_t row, int64_t key) const {
    PairSum sum(PanelProducts::chain);
    for (int64_t k = 0; k < queries.columns; ++k)
      sum.add(queries(row, k), weight(key, k));
    return sum.value();
  }
  /// A score in chains over decoded weights.
  float chains(const Matrix<float> &queries, int64_t row, int64_t key,
               int64_t length = PanelProducts::chain) const {
    ChainSum<float> sum(length);
    for (int64_t k = 0; k < queries.columns; ++k)
      sum.add(queries(row, k), weight(key, k));
    return sum.value();
  }
};

TEST_P(LogSumExpOfWeights, MaximumSumAndChosen) {
  // Sums of up to 600 exponentials, of scores of up to 10 that are off by the rounding of products,
  // or of weights to 8 bits.
  double allowed = products == Precision::BF16 ? 0.03 : 2e-5;
  Tolerance tolerance{allowed, allowed};
  std::vector<Sizes> sizes;
  for (auto [t, v] : {std::pair<int64_t, int64_t>(1, 1),
                      {3, 127},
                      {40, 129},
                      {33, 600},
                      {200, 40},
                      {drawn(100), drawn(300)}})
    sizes.push_back({{"t", t}, {"v", v}});
  for (int64_t depth : {isOf256() ? 256 : 32, 768})
    check(headText(depth, "%m, %l, %c", "!r, !r, !r"), sizes, tolerance, moderate());
}

/// Also in rows that blocks' products leave to chains: not finite, tiny, huge.
TEST_P(LogSumExpOfWeights, ScoresAreThoseOfProducts) {
  constexpr int64_t rows = 70, keys = 333, depth = 768;
  auto queries = Matrix<float>::random(rows, depth, 0, rng);
  auto scale = [&](int64_t row, float by) {
    for (int64_t k = 0; k < depth; ++k)
      queries(row, k) *= by;
  };
  queries(1, 5) = NAN;
  queries(20, depth - 1) = INFINITY;
  queries(35, 0) = -INFINITY;
  scale(36, 0x1p-101f);
  scale(50, 0x1p-149f);
  scale(64, 0x1p121f);
  scale(69, 0);
  std::vector<int32_t> y;
  for (int64_t row = 0; row < rows; ++row)
    y.push_back(static_cast<int32_t>(row == 0 ? keys - 1 : rng() % keys));
  for (const CpuTarget &target : cpuTargets()) {
    if (!hostRuns(target))
      continue;
    std::vector<float> scores = chosen(target, queries, keys, y);
    GemmSpec spec = productOn(target);
    Matrix<float> blocks(0, 0);
    if (usesBlockProducts(spec)) {
      CompiledGemm gemm(spec);
      blocks = multiply(gemm, queries, *weights->matrix);
    }
    for (int64_t row = 0; row < rows; ++row) {
      float expected = blocks.rows                   ? blocks(row, y[row])
                       : products == Precision::BF16 ? pairs(queries, row, y[row])
                                                     : chains(queries, row, y[row]);
      EXPECT_TRUE(sameNumber(scores[row], expected))
          << target.name.str() << " row " << row << ": " << scores[row] << ", not " << expected;
    }
  }
}

/// Up to depths of 1024 than chains as decoded weights have them, beyond than one long chain.
TEST_P(LogSumExpOfWeights, AreAtLeastAsAccurateAsChains) {
  const CpuTarget *target = detectHost();
  if (!target || products == Precision::BF16)
    GTEST_SKIP() << "no target of this CPU, or rounded";
  constexpr int64_t rows = 1024, keys = 192;
  std::vector<int32_t> y;
  for (int64_t row = 0; row < rows; ++row)
    y.push_back(static_cast<int32_t>(row % keys));
  for (int64_t depth : {256, 768, 1024, 2048})
    for (bool isNormal : {false, true}) {
      Matrix<float> queries(rows, depth);
      std::normal_distribution<float> normal;
      std::uniform_real_distribution<float> uniform(-1, 1);
      for (int64_t i = 0; i < rows * depth; ++i)
        queries.data[i] = isNormal ? normal(rng) : uniform(rng);
      std::vector<float> scores = chosen(*target, queries, keys, y);
      double ours = 0, inChains = 0;
      int64_t length = depth <= 1024 ? PanelProducts::chain : depth;
      for (int64_t row = 0; row < rows; ++row) {
        double exact = 0;
        for (int64_t k = 0; k < depth; ++k)
          exact += double(queries(row, k)) * weight(y[row], k);
        ours += std::pow(scores[row] - exact, 2);
        inChains += std::pow(chains(queries, row, y[row], length) - exact, 2);
      }
      EXPECT_LE(ours, inChains) << "K " << depth << (isNormal ? " normal" : " uniform");
    }
}

std::string nameOfCase(const testing::TestParamInfo<std::tuple<rx_dtype, Precision>> &info) {
  auto [element, precision] = info.param;
  return std::string(rx_dtype_name(element)) + "_in_" + nameOf(precision);
}

INSTANTIATE_TEST_SUITE_P(Forms, LogSumExpOfWeights,
                         testing::Combine(testing::ValuesIn(runtime::test::panelElements()),
                                          testing::Values(Precision::F32, Precision::BF16)),
                         nameOfCase);

} // namespace
} // namespace rx::compiler
