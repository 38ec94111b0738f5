// Products on matrix units, with emulated tiles: bit by bit as their definition says, as accurate
// as a chain of fused multiply-adds, and chains where operands are unusual.
#include "compiler/lower/GemmTerms.h"
#include "compiler/target/EmitObject.h"
#include "tests/compiler/lower/gemm/StoredGemm.h"
#include "tests/compiler/lower/gemm/TileDefinition.h"

namespace rx::compiler {
namespace {

using rx::test::drawnSize;

/// A target without tile registers that adds up as if it had them; null where this CPU has not even
/// AVX-512.
const CpuTarget *emulatedTiles() {
  static const std::optional<CpuTarget> made = []() -> std::optional<CpuTarget> {
    static const rxk::TileOrder orders[] = {rxk::TileOrder::Chain};
    CpuTarget target = **findCpuTarget("avx512");
    if (!hostRuns(target))
      return std::nullopt;
    target.name = "avx512, emulated tiles";
    target.tileOrders = orders;
    target.bf16Order = rxk::TileOrder::Amx;
    return target;
  }();
  return made ? &*made : nullptr;
}

/// The emulated ones and, where there are any, real ones.
std::vector<const CpuTarget *> targetsWithTiles() {
  std::vector<const CpuTarget *> targets;
  if (const CpuTarget *emulated = emulatedTiles())
    targets.push_back(emulated);
  for (const CpuTarget *target : runnableTargets())
    if (target->computes(rxk::TileOrder::Amx))
      targets.push_back(target);
  return targets;
}

/// The parameter is the index of a target.
class GemmTile : public testing::TestWithParam<size_t> {
protected:
  void SetUp() override {
    if (GetParam() >= targetsWithTiles().size())
      GTEST_SKIP() << "this CPU has no AVX-512, or no tiles";
  }
  static GemmSpec specFor(Precision precision) {
    GemmSpec spec;
    spec.target = targetsWithTiles()[GetParam()];
    spec.precision = precision;
    return spec;
  }
};
INSTANTIATE_TEST_SUITE_P(Targets, GemmTile, testing::Values(0, 1), [](auto &info) {
  return std::string(info.param == 0 ? "first" : "second");
});

/// The definition: of 32 steps after the other, every product of terms.
class TileSum {
public:
  explicit TileSum(const GemmSpec &spec) : terms(spec) {}

  void add(float x, float y) {
    auto split = [](float number, float *all) {
      for (int64_t term = 0; term < 3; ++term) {
        all[term * 32] = roundedToBf16(number);
        number -= all[term * 32];
      }
    };
    split(x, &a[0][steps]), split(y, &b[0][steps]);
    if (++steps == 32)
      endGroup();
  }
  float value() {
    while (steps != 0)
      add(0, 0);
    return total;
  }

private:
  void endGroup() {
    for (auto [ofA, ofB] : terms.products())
      total = addTileFlushing(total, a[ofA], b[ofB], 32);
    steps = 0;
  }

  GemmTerms terms;
  float a[3][32], b[3][32], total = 0;
  int64_t steps = 0;
};

struct Layout {
  bool transA, transB, packedB;
};

TEST_P(GemmTile, EqualsItsDefinition) {
  for (Precision precision : {Precision::F32, Precision::BF16})
    for (auto [transA, transB, packedB] : {Layout{false, false, false}, Layout{false, true, false},
                                           Layout{true, false, false}, Layout{false, true, true}}) {
      GemmSpec spec = specFor(precision);
      spec.transA = transA, spec.transB = transB, spec.packedB = packedB;
      CompiledGemm gemm(spec);
      std::mt19937 rng = rx::test::generator();
      struct {
        int64_t m, n, k;
      } shapes[] = {{1, 1, 1},
                    {3, 40, 33},
                    {32, 32, 32},
                    {33, 64, 31},
                    {15, 7, 64},
                    {70, 31, 90},
                    {5, 300, 50},
                    {34, 33, 2100},
                    {drawnSize(rng, 90), drawnSize(rng, 120), drawnSize(rng, 300)},
                    {drawnSize(rng, 90), drawnSize(rng, 120), drawnSize(rng, 300)}};
      for (auto [m, n, k] : shapes) {
        SCOPED_TRACE(testing::Message() << nameOf(precision) << " " << transA << transB << packedB
                                        << " M " << m << " N " << n << " K " << k);
        auto a = transA ? Matrix<float>::random(k, m, 3, rng) : Matrix<float>::random(m, k, 3, rng);
        auto b = transB ? Matrix<float>::random(n, k, 1, rng) : Matrix<float>::random(k, n, 1, rng);
        Matrix<float> c = gemm(a, b, {}, 2);
        for (int64_t i = 0; i < m; i += 1 + m / 16)
          for (int64_t j = 0; j < n; j += 1 + n / 24) {
            TileSum sum(spec);
            for (int64_t step = 0; step < k; ++step)
              sum.add(transA ? a(step, i) : a(i, step), transB ? b(j, step) : b(step, j));
            ASSERT_EQ(c(i, j), sum.value()) << "at [" << i << ", " << j << "]";
          }
      }
    }
}

TEST_P(GemmTile, EmptyDepthGivesZeros) {
  CompiledGemm gemm(specFor(Precision::F32));
  std::mt19937 rng = rx::test::generator();
  Matrix<float> c =
      gemm(Matrix<float>::random(35, 0, 0, rng), Matrix<float>::random(0, 40, 0, rng));
  for (int64_t i = 0; i < 35; ++i)
    for (int64_t j = 0; j < 40; ++j)
      EXPECT_EQ(c(i, j), 0);
}

TEST_P(GemmTile, BatchesAndCutsDoNotMatter) {
  GemmSpec spec = specFor(Precision::F32);
  spec.batchRank = 1;
  CompiledGemm gemm(spec), single(specFor(Precision::F32));
  std::mt19937 rng = rx::test::generator();
  int64_t batch = 3, m = 50, n = 130, k = 70;
  auto a = Matrix<float>::random(batch * m, k, 0, rng);
  auto b = Matrix<float>::random(batch * k, n, 0, rng);
  int64_t extent = gemmExtent(spec, batch, m, n);
  Matrix<float> whole(batch * m, n), parts(batch * m, n);
  auto launch = [&](Matrix<float> &c, const std::vector<Cut> &cuts) {
    gemm.launch(gemm.product,
                {{a.data, {m * k, k, 1}}, {b.data, {k * n, n, 1}}, {c.data, {m * n, n, 1}}},
                {batch, m, n, k}, cuts);
  };
  launch(whole, {{0, extent}});
  launch(parts, {{5, extent}, {1, 5}, {0, 1}});
  EXPECT_TRUE(sameBits(whole, parts));
  Matrix<float> oneA(7, k), oneB(k, n), expected(7, n);
  std::copy_n(&a.data[(m + 40) * k], 7 * k, oneA.data);
  std::copy_n(&b.data[k * n], k * n, oneB.data);
  std::copy_n(&whole.data[(m + 40) * n], 7 * n, expected.data);
  EXPECT_TRUE(sameBits(single(oneA, oneB), expected));
}

/// Rows and columns that are not ordinary are chains, with the bits of other targets; the others do
/// not notice.
TEST_P(GemmTile, UnusualRowsAndColumnsAreChains) {
  for (bool transA : {false, true}) {
    GemmSpec spec = specFor(Precision::F32);
    spec.transA = transA;
    CompiledGemm gemm(spec);
    std::mt19937 rng = rx::test::generator();
    int64_t m = 40, n = 300, k = 900;
    auto a = transA ? Matrix<float>::random(k, m, 0, rng) : Matrix<float>::random(m, k, 0, rng);
    auto b = Matrix<float>::random(k, n, 0, rng);
    auto at = [&](int64_t row, int64_t step) -> float & {
      return transA ? a(step, row) : a(row, step);
    };
    at(1, 5) = NAN;
    at(2, k - 1) = INFINITY;
    at(33, 0) = -3.4e38f;
    for (int64_t step = 0; step < k; ++step) {
      at(3, step) *= 0x1p-51f;
      at(4, step) *= 0x1p-140f;
      at(5, step) = 0;
      b(step, 7) *= 0x1p61f;
      b(step, 290) *= 0x1p-130f;
      b(step, 9) = 0;
    }
    b(13, 8) = INFINITY;
    b(850, 40) = NAN;
    Matrix<float> c = gemm(a, b);
    auto isOneOf = [](int64_t number, std::initializer_list<int64_t> list) {
      return llvm::is_contained(list, number);
    };
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < n; j += j % 32 < 12 ? 1 : 5) {
        bool isUnusual = isOneOf(i, {1, 2, 3, 4, 33}) || isOneOf(j, {7, 8, 40, 290});
        ChainSum<float> chain;
        TileSum tiles(spec);
        for (int64_t step = 0; step < k; ++step)
          isUnusual ? chain.add(at(i, step), b(step, j)) : tiles.add(at(i, step), b(step, j));
        ASSERT_TRUE(sameNumber(c(i, j), isUnusual ? chain.value() : tiles.value()))
            << "at [" << i << ", " << j << "]";
      }
  }
}

/// Root mean squares relative to that of exact sums.
struct Errors {
  double ours, chained;
};

template <typename A, typename B>
Errors errors(const Matrix<float> &c, int64_t depth, const A &a, const B &b) {
  double ours = 0, chained = 0, size = 0;
  for (int64_t i = 0; i < c.rows; ++i)
    for (int64_t j = 0; j < c.columns; ++j) {
      double exact = 0;
      float chain = 0;
      for (int64_t k = 0; k < depth; ++k) {
        exact += double(a(i, k)) * b(k, j);
        chain = std::fma(a(i, k), b(k, j), chain);
      }
      ours += std::pow(c(i, j) - exact, 2);
      chained += std::pow(chain - exact, 2);
      size += exact * exact;
    }
  return {std::sqrt(ours / size), std::sqrt(chained / size)};
}

TEST_P(GemmTile, IsAtLeastAsAccurateAsAChain) {
  CompiledGemm gemm(specFor(Precision::F32));
  std::mt19937 rng(85);
  std::normal_distribution<float> normal;
  for (int64_t k : {256, 640, 2048})
    for (int kind = 0; kind < 3; ++kind) {
      auto a = Matrix<float>::random(20, k, 0, rng), b = Matrix<float>::random(k, 40, 0, rng);
      for (Matrix<float> *matrix : {&a, &b})
        for (int64_t i = 0; i < matrix->rows * matrix->columns; ++i) {
          float &number = matrix->data[i];
          if (kind == 1)
            number = normal(rng);
          if (kind == 2)
            number = std::ldexp(number, static_cast<int>(rng() % 41) - 20);
        }
      Errors e = errors(gemm(a, b), k, a, b);
      EXPECT_LE(e.ours, e.chained) << "K " << k << " kind " << kind;
      RecordProperty("K" + std::to_string(k) + "kind" + std::to_string(kind),
                     std::to_string(e.ours) + " " + std::to_string(e.chained));
    }
}

class GemmTileForm : public StoredGemm {};

TEST_P(GemmTileForm, EqualsItsDefinitionAndIsAccurate) {
  std::mt19937 rng(86);
  for (const CpuTarget *target : targetsWithTiles())
    for (int64_t k : {256, 1536}) {
      StoredMatrix b(GetParam(), 70, k, rng);
      GemmSpec spec = specFor(target, GemmPath::Bulk);
      CompiledGemm gemm(spec);
      auto a = Matrix<float>::random(45, k, 2, rng);
      auto weight = [&](int64_t step, int64_t j) {
        return b.values[static_cast<size_t>(j * k + step)];
      };
      Matrix<float> c = multiply(gemm, a, b);
      for (int64_t i = 0; i < a.rows; i += 7)
        for (int64_t j = 0; j < b.rows; j += 3) {
          TileSum sum(spec);
          for (int64_t step = 0; step < k; ++step)
            sum.add(a(i, step), weight(step, j));
          ASSERT_EQ(c(i, j), sum.value()) << "K " << k << " at [" << i << ", " << j << "]";
        }
      Errors e = errors(c, k, a, weight);
      EXPECT_LE(e.ours, e.chained) << "K " << k;
    }
}

TEST_P(GemmTileForm, CutsAndOtherRowsDoNotMatter) {
  std::mt19937 rng = rx::test::generator();
  for (const CpuTarget *target : targetsWithTiles()) {
    StoredMatrix b(GetParam(), 333, 512, rng);
    CompiledGemm gemm(specFor(target, GemmPath::Bulk));
    auto a = Matrix<float>::random(40, 512, 0, rng);
    a(15, 3) = INFINITY;
    checkCutsAndRows(gemm, a, b, rng);
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, GemmTileForm, testing::ValuesIn(runtime::test::panelElements()),
                         [](auto &info) { return std::string(rx_dtype_name(info.param)); });

/// On the target that has them, tiles stay in registers: of each group of steps every term is
/// loaded once, but for the one that comes twice, and nothing is configured inside the loop.
TEST(GemmTileAssembly, TilesStayInRegisters) {
  const CpuTarget *target = *findCpuTarget("amx");
  struct {
    Precision precision;
    rx_dtype form;
    size_t products, loads;
  } cases[] = {{Precision::F32, RX_F32, 6, 14},
               {Precision::F32, RX_F16, 5, 12},
               {Precision::F32, RX_BF16, 3, 8},
               {Precision::BF16, RX_Q8_0, 1, 4}};
  for (auto [precision, form, products, loads] : cases) {
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    GemmSpec spec;
    spec.target = target;
    spec.precision = precision;
    spec.transB = spec.packedB = true;
    spec.formB = form;
    auto module = buildGemm(context, spec);
    std::string assembly = llvm::cantFail(emitAssembly(*module, *target));
    size_t begin = assembly.find("\ntile_32x32:");
    ASSERT_NE(begin, std::string::npos);
    llvm::StringRef kernel =
        llvm::StringRef(assembly).slice(begin, assembly.find(".Lfunc_end", begin));
    size_t groups = kernel.count("tdpbf16ps") / (4 * products); // LLVM unrolls short loops
    EXPECT_GE(groups, 1u) << rx_dtype_name(form);
    EXPECT_EQ(kernel.count("tdpbf16ps"), 4 * products * groups) << rx_dtype_name(form);
    EXPECT_EQ(kernel.count("tileloadd"), 4 + loads * groups) << rx_dtype_name(form); // four of C
    EXPECT_EQ(kernel.count("tilestored"), 4u) << rx_dtype_name(form);
    EXPECT_EQ(kernel.count("ldtilecfg"), 1u) << rx_dtype_name(form);
    EXPECT_EQ(llvm::StringRef(assembly).count("ldtilecfg"), 1u) << rx_dtype_name(form);
  }
}

TEST(GemmTerms, ProductsShareTermsWithTheirNeighbours) {
  GemmSpec spec;
  std::string text;
  for (auto [a, b] : GemmTerms(spec).products())
    text += std::to_string(a) + std::to_string(b) + " ";
  EXPECT_EQ(text, "02 01 00 20 10 11 ");
}

} // namespace
} // namespace rx::compiler
