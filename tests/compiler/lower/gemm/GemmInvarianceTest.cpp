// What must not change the bits: the cut into calls, the other rows, packing, the target.
#include "tests/compiler/lower/gemm/GemmHarness.h"

namespace rx::compiler {
namespace {

using rx::test::drawnSize;

GemmSpec specFor(const CpuTarget *target, bool transB = false, bool packedB = false) {
  GemmSpec spec;
  spec.target = target;
  spec.transB = transB;
  spec.packedB = packedB;
  return spec;
}

std::vector<CompiledGemm> everywhere(bool transB = false) {
  return productsOn(chainTargets(),
                    [=](const CpuTarget *target) { return specFor(target, transB); });
}

std::vector<Cut> randomCuts(int64_t extent, std::mt19937 &rng) {
  std::vector<int64_t> points = {0, extent};
  for (int i = 0; i < 4; ++i)
    points.push_back(static_cast<int64_t>(rng() % (extent + 1)));
  std::sort(points.begin(), points.end());
  std::vector<Cut> cuts;
  for (size_t i = 0; i + 1 < points.size(); ++i)
    cuts.push_back({points[i], points[i + 1]}); // some are empty
  std::shuffle(cuts.begin(), cuts.end(), rng);
  return cuts;
}

struct Shape {
  int64_t m, n, k;
};

/// Few rows, few columns, several blocks; two that are drawn.
std::vector<Shape> shapes(std::mt19937 &rng) {
  std::vector<Shape> all = {{1, 300, 700}, {3, 1000, 64},  {150, 40, 500}, {97, 333, 130},
                            {40, 97, 401}, {500, 64, 900}, {30, 2000, 20}};
  for (int i = 0; i < 2; ++i)
    all.push_back({drawnSize(rng, 300), drawnSize(rng, 1000), drawnSize(rng, 700)});
  return all;
}

TEST(GemmInvariance, CutsDoNotMatter) {
  for (bool transB : {false, true})
    for (CompiledGemm &gemm : everywhere(transB)) {
      std::mt19937 rng = rx::test::generator();
      for (auto [m, n, k] : shapes(rng)) {
        auto a = Matrix<float>::random(m, k, 0, rng);
        auto b = transB ? Matrix<float>::random(n, k, 0, rng) : Matrix<float>::random(k, n, 0, rng);
        Matrix<float> whole = gemm(a, b);
        for (int round = 0; round < 3; ++round)
          EXPECT_TRUE(sameBits(whole, gemm(a, b, randomCuts(gemm.extent(m, n), rng))));
      }
    }
}

TEST(GemmInvariance, EveryElementBelongsToOnePart) {
  for (const CpuTarget *target : chainTargets()) {
    GemmSpec spec = specFor(target);
    spec.batchRank = 1;
    CompiledGemm gemm(spec);
    std::mt19937 rng = rx::test::generator();
    int64_t batch = 3;
    for (auto [m, n, k] : shapes(rng)) {
      auto a = Matrix<float>::random(batch * m, k, 0, rng);
      auto b = Matrix<float>::random(batch * k, n, 0, rng);
      std::vector<int> writes(batch * m * n);
      for (Cut cut : randomCuts(gemmExtent(spec, batch, m, n), rng)) {
        Matrix<float> c(batch * m, n); // NaN until written
        gemm.launch(gemm.product,
                    {{a.data, {m * k, k, 1}}, {b.data, {k * n, n, 1}}, {c.data, {m * n, n, 1}}},
                    {batch, m, n, k}, {cut});
        for (int64_t i = 0; i < batch * m * n; ++i)
          writes[i] += !std::isnan(c.data[i]);
      }
      EXPECT_TRUE(std::all_of(writes.begin(), writes.end(), [](int count) { return count == 1; }))
          << m << " " << n << " " << k;
    }
  }
}

TEST(GemmInvariance, OtherRowsDoNotMatter) {
  for (bool transB : {false, true})
    for (CompiledGemm &gemm : everywhere(transB)) {
      std::mt19937 rng = rx::test::generator();
      int64_t n = 200, k = 800;
      auto b = transB ? Matrix<float>::random(n, k, 0, rng) : Matrix<float>::random(k, n, 0, rng);
      auto a = Matrix<float>::random(64, k, 0, rng);
      Matrix<float> whole = gemm(a, b);
      for (int64_t rows : {1, 2, 3, 4, 5, 8, 13, 33}) {
        int64_t first = static_cast<int64_t>(rng() % (65 - rows));
        Matrix<float> part(rows, k), expected(rows, n);
        for (int64_t i = 0; i < rows; ++i) {
          for (int64_t j = 0; j < k; ++j)
            part(i, j) = a(first + i, j);
          for (int64_t j = 0; j < n; ++j)
            expected(i, j) = whole(first + i, j);
        }
        EXPECT_TRUE(sameBits(gemm(part, b), expected)) << rows << " rows";
      }
    }
}

TEST(GemmInvariance, PackingDoesNotMatter) {
  for (const CpuTarget *target : chainTargets())
    for (bool transB : {false, true}) {
      CompiledGemm plain(specFor(target, transB)), packed(specFor(target, transB, true));
      std::mt19937 rng = rx::test::generator();
      for (auto [m, n, k] : shapes(rng)) {
        auto a = Matrix<float>::random(m, k, 0, rng);
        auto b = transB ? Matrix<float>::random(n, k, 0, rng) : Matrix<float>::random(k, n, 0, rng);
        Matrix<float> whole = plain(a, b);
        EXPECT_TRUE(sameBits(whole, packed(a, b)));
        EXPECT_TRUE(sameBits(whole, packed(a, b, randomCuts(packed.extent(m, n), rng))));
      }
    }
}

TEST(GemmInvariance, TargetsAgree) {
  std::vector<const CpuTarget *> targets = chainTargets();
  if (targets.size() < 2)
    GTEST_SKIP() << "this CPU runs one target only";
  CompiledGemm first(specFor(targets[0])), second(specFor(targets[1]));
  std::mt19937 rng = rx::test::generator();
  for (auto [m, n, k] : shapes(rng)) {
    auto a = Matrix<float>::random(m, k, 0, rng), b = Matrix<float>::random(k, n, 0, rng);
    EXPECT_TRUE(sameBits(first(a, b), second(a, b)));
  }
}

TEST(GemmInvariance, NotANumberStaysInItsRowAndColumn) {
  for (CompiledGemm &gemm : everywhere()) {
    std::mt19937 rng = rx::test::generator();
    auto a = Matrix<float>::random(20, 30, 0, rng), b = Matrix<float>::random(30, 50, 0, rng);
    a(7, 3) = NAN;
    b(5, 49) = INFINITY;
    Matrix<float> c = gemm(a, b);
    for (int64_t i = 0; i < 20; ++i)
      for (int64_t j = 0; j < 50; ++j)
        EXPECT_EQ(std::isfinite(c(i, j)), i != 7 && j != 49) << i << " " << j;
  }
}

} // namespace
} // namespace rx::compiler
