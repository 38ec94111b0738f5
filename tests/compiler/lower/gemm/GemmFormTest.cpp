// Products that decode panels of stored forms: the same bits as the product of the expanded values.
#include "compiler/lower/GemmBlocks.h"
#include "tests/compiler/lower/gemm/StoredGemm.h"

namespace rx::compiler {
namespace {

using rx::test::drawnSize;

class GemmForm : public StoredGemm {
protected:
  static GemmSpec specFor(const CpuTarget *target) {
    return StoredGemm::specFor(target, GemmPath::Bulk);
  }
  /// Those that decode; GemmBlocksTest is about the others.
  static std::vector<const CpuTarget *> targets() {
    std::vector<const CpuTarget *> all = chainTargets();
    llvm::erase_if(all, [](const CpuTarget *target) { return usesBlockProducts(specFor(target)); });
    return all;
  }

  /// K that a form allows: whole blocks.
  static std::vector<int64_t> depths() {
    switch (rx_dtype_block_elements(GetParam())) {
    case 1:
      return {0, 1, 7, 33, 640, 1500};
    case 32:
      return {0, 32, 96, 640, 1536};
    default:
      return {0, 256, 768, 2048};
    }
  }

  /// The definition over the expanded values, and close to the sum in f64.
  static void check(const Matrix<float> &a, const StoredMatrix &b, const Matrix<float> &c) {
    for (int64_t i = 0; i < a.rows; ++i)
      for (int64_t j = 0; j < b.rows; ++j) {
        bool sampled = (i * b.rows + j) % 17 == 0 || j > b.rows - 3;
        if (a.rows * b.rows > 200 && !sampled)
          continue;
        ChainSum<float> chains;
        double exact = 0, size = 0;
        for (int64_t k = 0; k < b.depth; ++k) {
          float weight = b.values[static_cast<size_t>(j * b.depth + k)];
          chains.add(a(i, k), weight);
          double term = double(a(i, k)) * weight;
          exact += term;
          size += std::abs(term);
        }
        ASSERT_EQ(c(i, j), chains.value()) << "at [" << i << ", " << j << "]";
        // Half an ulp per step of a chain and per chain, of partial sums that are at most `size`.
        int64_t steps = std::min(b.depth, gemmChain) + b.depth / gemmChain + 1;
        ASSERT_LE(std::abs(c(i, j) - exact), 0x1p-24 * double(steps) * size);
      }
  }
};

TEST_P(GemmForm, EqualsTheProductOfTheExpandedValues) {
  for (CompiledGemm &gemm : productsOn(targets(), specFor)) {
    const CpuTarget *target = gemm.spec.target;
    std::mt19937 rng = rx::test::generator();
    std::vector<int64_t> columns = {1, 31, 167, drawnSize(rng, 200)}, steps = depths();
    int64_t block = rx_dtype_block_elements(GetParam());
    steps.push_back(block * drawnSize(rng, 1500 / block));
    for (int64_t k : steps)
      for (int64_t n : columns)
        for (int64_t m : {1, 2, 3, 4, 5, 6, 7, 8, 9, 64, 65}) {
          SCOPED_TRACE(testing::Message()
                       << target->name.str() << " M " << m << " N " << n << " K " << k);
          auto a = Matrix<float>::random(m, k, 2, rng);
          StoredMatrix b(GetParam(), n, k, rng);
          ASSERT_NO_FATAL_FAILURE(check(a, b, multiply(gemm, a, b)));
        }
  }
}

TEST_P(GemmForm, CutsAndOtherRowsDoNotMatter) {
  for (CompiledGemm &gemm : productsOn(targets(), specFor)) {
    std::mt19937 rng = rx::test::generator();
    int64_t k = depths().back(), n = 333;
    auto a = Matrix<float>::random(70, k, 0, rng);
    StoredMatrix b(GetParam(), n, k, rng);
    checkCutsAndRows(gemm, a, b, rng);
  }
}

TEST_P(GemmForm, TargetsAgree) {
  std::vector<const CpuTarget *> targets = GemmForm::targets();
  if (targets.size() < 2)
    GTEST_SKIP() << "this CPU runs one target only";
  CompiledGemm first(specFor(targets[0])), second(specFor(targets[1]));
  std::mt19937 rng = rx::test::generator();
  for (int64_t m : {1, 8, 40}) {
    auto a = Matrix<float>::random(m, depths().back(), 0, rng);
    StoredMatrix b(GetParam(), 100, depths().back(), rng);
    EXPECT_TRUE(sameBits(multiply(first, a, b), multiply(second, a, b)));
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, GemmForm, testing::ValuesIn(runtime::test::panelElements()),
                         [](auto &info) { return std::string(rx_dtype_name(info.param)); });

} // namespace
} // namespace rx::compiler
