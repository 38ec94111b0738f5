// Products against the definition, bit by bit, and against f64.
#include "tests/compiler/lower/gemm/GemmHarness.h"

namespace rx::compiler {
namespace {

struct Layout {
  bool transA, transB, packedB;
};

std::string nameOf(const Layout &layout) {
  return std::string(layout.transA ? "T" : "N") + (layout.transB ? "T" : "N") +
         (layout.packedB ? "packed" : "");
}

class GemmTest : public testing::TestWithParam<Layout> {
protected:
  static GemmSpec specFor(const CpuTarget *target, unsigned bits = 32) {
    GemmSpec spec;
    spec.target = target;
    spec.elementBits = bits;
    spec.transA = GetParam().transA;
    spec.transB = GetParam().transB;
    spec.packedB = GetParam().packedB;
    return spec;
  }

  static std::vector<CompiledGemm> everywhere(unsigned bits = 32) {
    return productsOn(chainTargets(),
                      [=](const CpuTarget *target) { return specFor(target, bits); });
  }

  template <typename T>
  static void check(CompiledGemm &gemm, int64_t m, int64_t n, int64_t k, int64_t gap,
                    std::mt19937 &rng, int64_t samples = -1) {
    SCOPED_TRACE(testing::Message() << "M " << m << " N " << n << " K " << k << " gap " << gap);
    auto stored = [&](bool transposed, int64_t rows, int64_t columns) {
      return transposed ? Matrix<T>::random(columns, rows, gap, rng)
                        : Matrix<T>::random(rows, columns, gap, rng);
    };
    Matrix<T> a = stored(gemm.spec.transA, m, k), b = stored(gemm.spec.transB, k, n);
    Matrix<T> c = gemm(a, b, {}, gap);
    auto checkElement = [&](int64_t i, int64_t j) {
      ASSERT_EQ(c(i, j), definition(gemm.spec, a, b, i, j)) << "at [" << i << ", " << j << "]";
    };
    if (samples < 0) {
      for (int64_t i = 0; i < m; ++i)
        for (int64_t j = 0; j < n; ++j)
          ASSERT_NO_FATAL_FAILURE(checkElement(i, j));
      return;
    }
    for (int64_t s = 0; s < samples; ++s)
      ASSERT_NO_FATAL_FAILURE(checkElement(rng() % m, rng() % n));
    checkElement(0, 0), checkElement(m - 1, n - 1), checkElement(0, n - 1), checkElement(m - 1, 0);
  }
};

TEST_P(GemmTest, EveryHeightOfTheRegisterTile) {
  for (CompiledGemm &gemm : everywhere()) {
    const CpuTarget *target = gemm.spec.target;
    std::mt19937 rng = rx::test::generator();
    for (int64_t m = 1; m <= 2 * target->gemm.rows + 1; ++m)
      check<float>(gemm, m, gemmPanelColumns(gemm.spec) * 5 + 3, 19, 0, rng);
  }
}

TEST_P(GemmTest, RaggedShapes) {
  for (CompiledGemm &gemm : everywhere()) {
    std::mt19937 rng = rx::test::generator();
    for (int64_t size : {1, 2, 3, 5, 8, 15, 16, 17, 31, 32, 33, 63, 65, 97})
      for (int64_t other : {1, 7, 16, 33, 70}) {
        check<float>(gemm, size, other, 13, 0, rng);
        check<float>(gemm, other, size, 5, 3, rng);
        check<float>(gemm, other, 9, size, 1, rng);
      }
  }
}

TEST_P(GemmTest, RandomShapes) {
  for (CompiledGemm &gemm : everywhere()) {
    std::mt19937 rng = rx::test::generator();
    for (int round = 0; round < 60; ++round)
      check<float>(gemm, 1 + rng() % 120, 1 + rng() % 300, 1 + rng() % 200, rng() % 20, rng);
  }
}

TEST_P(GemmTest, SeveralBlocksOfEveryKind) {
  for (CompiledGemm &gemm : everywhere()) {
    const CpuTarget *target = gemm.spec.target;
    std::mt19937 rng = rx::test::generator();
    const GemmTiling &tiling = target->gemm;
    check<float>(gemm, 2 * tiling.rowBlock + 5, tiling.columnBlock + 100, tiling.depthBlock * 2 + 7,
                 0, rng, 2000);
    check<float>(gemm, 1, tiling.directColumns * 2 + 5, tiling.depthBlock + 1, 0, rng, 2000);
    check<float>(gemm, tiling.directRows, tiling.directColumns + 37, 50, 11, rng, 2000);
    for (int64_t rows = 1; rows <= tiling.directRows; ++rows)
      for (int64_t depth : {1, 7, 8, 23})
        check<float>(gemm, rows, 150, depth, 5, rng);
  }
}

TEST_P(GemmTest, EmptyDepthGivesZeros) {
  for (CompiledGemm &gemm : everywhere()) {
    std::mt19937 rng = rx::test::generator();
    for (int64_t m : {1, 5, 40})
      check<float>(gemm, m, 70, 0, 0, rng);
  }
}

TEST_P(GemmTest, EmptyResultTouchesNothing) {
  for (CompiledGemm &gemm : everywhere()) {
    std::mt19937 rng = rx::test::generator();
    check<float>(gemm, 0, 70, 9, 0, rng);
    check<float>(gemm, 5, 0, 9, 0, rng);
    check<float>(gemm, 0, 0, 0, 0, rng);
  }
}

TEST_P(GemmTest, DoublePrecision) {
  for (CompiledGemm &gemm : everywhere(64)) {
    std::mt19937 rng = rx::test::generator();
    for (int round = 0; round < 30; ++round)
      check<double>(gemm, 1 + rng() % 60, 1 + rng() % 100, rng() % 80, rng() % 3, rng);
  }
}

/// |computed - exact| <= gamma_K sum |a| |b|, gamma_K = K u / (1 - K u), u = 2^-24 (Higham,
/// "Accuracy and Stability of Numerical Algorithms", section 3.1). The f64 reference is off by
/// 2^-29 of that.
TEST_P(GemmTest, ErrorBoundAgainstDouble) {
  for (CompiledGemm &gemm : everywhere()) {
    std::mt19937 rng = rx::test::generator();
    int64_t m = 20, n = 50, k = 1500;
    const GemmSpec &spec = gemm.spec;
    auto a =
        spec.transA ? Matrix<float>::random(k, m, 0, rng) : Matrix<float>::random(m, k, 0, rng);
    auto b =
        spec.transB ? Matrix<float>::random(n, k, 0, rng) : Matrix<float>::random(k, n, 0, rng);
    Matrix<float> c = gemm(a, b);
    double ku = static_cast<double>(k) * 0x1p-24, gamma = ku / (1 - ku);
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < n; ++j) {
        double exact = 0, magnitude = 0;
        for (int64_t s = 0; s < k; ++s) {
          double product =
              double(spec.transA ? a(s, i) : a(i, s)) * (spec.transB ? b(j, s) : b(s, j));
          exact += product, magnitude += std::fabs(product);
        }
        ASSERT_LE(std::fabs(c(i, j) - exact), gamma * magnitude) << i << " " << j;
      }
  }
}

INSTANTIATE_TEST_SUITE_P(Layouts, GemmTest,
                         testing::Values(Layout{false, false, false}, Layout{false, true, false},
                                         Layout{true, false, false}, Layout{true, true, false},
                                         Layout{false, false, true}, Layout{false, true, true},
                                         Layout{true, false, true}),
                         [](const auto &info) { return nameOf(info.param); });

} // namespace
} // namespace rx::compiler
