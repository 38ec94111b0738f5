// Products with weights in blocks: at least as accurate as a chain of fused multiply-adds, the same
// bits on every target of the same arithmetic, in every cut and beside any other rows.
#include "compiler/lower/GemmBlocks.h"
#include "compiler/lower/BlockSums.h"
#include "compiler/target/EmitObject.h"
#include "tests/compiler/lower/gemm/StoredGemm.h"

namespace rx::compiler {
namespace {

using rx::test::drawnSize;

/// Root mean squares over elements, relative to that of the exact ones: ours, of chains as products
/// of decoded weights have them, and of one chain of fused multiply-adds.
struct Errors {
  double ours, chains, chained;
};

class GemmBlocks : public StoredGemm {
protected:
  static GemmSpec specFor(const CpuTarget *target) {
    return StoredGemm::specFor(target, GemmPath::Step);
  }

  static bool isOf32() { return rx_dtype_block_elements(GetParam()) == 32; }
  static std::vector<int64_t> depths() {
    // 2304 is more than what is split at a time.
    return isOf32() ? std::vector<int64_t>{0, 32, 96, 640, 2304}
                    : std::vector<int64_t>{0, 256, 768, 2304};
  }

  static float weight(const StoredMatrix &b, int64_t j, int64_t k) {
    return b.values[static_cast<size_t>(j * b.depth + k)];
  }
  /// What products of decoded weights give.
  static float chains(const Matrix<float> &a, const StoredMatrix &b, int64_t i, int64_t j) {
    ChainSum<float> sum;
    for (int64_t k = 0; k < b.depth; ++k)
      sum.add(a(i, k), weight(b, j, k));
    return sum.value();
  }
  static float chain(const Matrix<float> &a, const StoredMatrix &b, int64_t i, int64_t j) {
    float sum = 0;
    for (int64_t k = 0; k < b.depth; ++k)
      sum = std::fma(a(i, k), weight(b, j, k), sum);
    return sum;
  }

  static Errors errors(const Matrix<float> &a, const StoredMatrix &b, const Matrix<float> &c) {
    double ours = 0, inChains = 0, chained = 0, size = 0;
    for (int64_t i = 0; i < a.rows; ++i)
      for (int64_t j = 0; j < b.rows; ++j) {
        double exact = 0;
        for (int64_t k = 0; k < b.depth; ++k)
          exact += double(a(i, k)) * weight(b, j, k);
        ours += std::pow(c(i, j) - exact, 2);
        inChains += std::pow(chains(a, b, i, j) - exact, 2);
        chained += std::pow(chain(a, b, i, j) - exact, 2);
        size += exact * exact;
      }
    return {std::sqrt(ours / size), std::sqrt(inChains / size), std::sqrt(chained / size)};
  }
};

/// Every element, against f64: within what rounding numbers to 2^-22 of the largest of a block, or
/// the roundings of a chain over it, and those per block can do.
TEST_P(GemmBlocks, IsCloseToTheExactSum) {
  for (CompiledGemm &gemm : productsOn(chainTargets(), specFor)) {
    const CpuTarget *target = gemm.spec.target;
    std::mt19937 rng = rx::test::generator();
    std::vector<int64_t> columns = {1, 31, 100, drawnSize(rng, 120)}, steps = depths();
    int64_t block = rx_dtype_block_elements(GetParam());
    steps.push_back(block * drawnSize(rng, 2300 / block));
    for (int64_t k : steps)
      for (int64_t n : columns)
        for (int64_t m : {1, 2, 3, 4, 5, 6, 7, 8, 17, 70}) {
          SCOPED_TRACE(testing::Message()
                       << target->name.str() << " M " << m << " N " << n << " K " << k);
          auto a = Matrix<float>::random(m, k, 2, rng);
          StoredMatrix b(GetParam(), n, k, rng);
          Matrix<float> c = multiply(gemm, a, b);
          for (int64_t i = 0; i < m; ++i)
            for (int64_t j = 0; j < n; ++j) {
              double exact = 0, size = 0, weights = 0;
              for (int64_t step = 0; step < k; ++step) {
                double term = double(a(i, step)) * weight(b, j, step);
                exact += term;
                size += std::abs(term);
                weights += std::abs(weight(b, j, step));
              }
              // 3 roundings of each block's value, and of partial sums that are at most `size`.
              double roundings = 4 + double(k) / 16 + (hasIntegerSums(*target) ? 0 : 32);
              double bound = 0x1p-22 * weights + 0x1p-24 * roundings * (size + weights);
              ASSERT_LE(std::abs(c(i, j) - exact), bound) << "at [" << i << ", " << j << "]";
            }
        }
  }
}

/// What rows of a model look like: alike, normal, with one number far above the others, with
/// blocks of very different sizes.
constexpr int kinds = 4, besideOutliers = 2;
Matrix<float> rowsOfKind(int kind, int64_t rows, int64_t depth, std::mt19937 &rng) {
  Matrix<float> a(rows, depth);
  std::normal_distribution<float> normal;
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t k = 0; k < depth; ++k) {
      a(i, k) = kind == 0 ? uniform(rng) : normal(rng);
      if (kind == 3)
        a(i, k) *= std::exp2(static_cast<float>((k / 32 * 7) % 23 - 12));
    }
    if (kind == besideOutliers)
      a(i, static_cast<int64_t>(rng() % depth)) = 1e4f;
  }
  return a;
}

TEST_P(GemmBlocks, IsAtLeastAsAccurateAsAChain) {
  const CpuTarget *target = detectHost();
  if (!target)
    GTEST_SKIP() << "this CPU runs no target";
  CompiledGemm gemm(specFor(target));
  std::mt19937 rng(42);
  for (int64_t k : {256, 768, 2048})
    for (int kind = 0; kind < kinds; ++kind) {
      Matrix<float> a = rowsOfKind(kind, 8, k, rng);
      StoredMatrix b(GetParam(), 192, k, rng);
      Errors e = errors(a, b, multiply(gemm, a, b));
      EXPECT_LE(e.ours, e.chained) << "K " << k << " kind " << kind;
      if (kind != besideOutliers) // where both are the same within a tenth
        EXPECT_LE(e.ours, e.chains) << "K " << k << " kind " << kind;
    }
}

TEST_P(GemmBlocks, CutsAndOtherRowsDoNotMatter) {
  for (CompiledGemm &gemm : productsOn(chainTargets(), specFor)) {
    std::mt19937 rng = rx::test::generator();
    int64_t k = depths().back(), n = 333;
    auto a = Matrix<float>::random(70, k, 0, rng);
    a(15, 3) = INFINITY;
    StoredMatrix b(GetParam(), n, k, rng);
    checkCutsAndRows(gemm, a, b, rng);
  }
}

TEST_P(GemmBlocks, TargetsAgree) {
  int compared = 0;
  for (bool ofIntegers : {false, true}) {
    std::vector<const CpuTarget *> targets = chainTargets();
    llvm::erase_if(targets, [&](auto *target) { return hasIntegerSums(*target) != ofIntegers; });
    if (targets.size() < 2)
      continue;
    compared += static_cast<int>(targets.size());
    std::mt19937 rng(44);
    for (int64_t m : {1, 8, 40})
      for (int kind = 0; kind < kinds; ++kind) {
        Matrix<float> a = rowsOfKind(kind, m, depths().back(), rng);
        StoredMatrix b(GetParam(), 100, depths().back(), rng);
        CompiledGemm first(specFor(targets[0]));
        Matrix<float> c = multiply(first, a, b);
        for (const CpuTarget *target : targets) {
          CompiledGemm other(specFor(target));
          EXPECT_TRUE(sameBits(c, multiply(other, a, b))) << target->name.str();
        }
      }
  }
  if (!compared)
    GTEST_SKIP() << "this CPU runs no two targets of the same arithmetic";
}

/// Powers of two beside a row change no bit while no number leaves the range of f32.
TEST_P(GemmBlocks, PowersOfTwoAreExact) {
  for (CompiledGemm &gemm : productsOn(chainTargets(), specFor)) {
    std::mt19937 rng = rx::test::generator();
    int64_t k = depths().back(), n = 40;
    StoredMatrix b(GetParam(), n, k, rng);
    auto a = Matrix<float>::random(5, k, 0, rng);
    Matrix<float> expected = multiply(gemm, a, b);
    for (float power : {0x1p-60f, 0x1p60f, 0x1p89f}) {
      Matrix<float> scaled(a.rows, k);
      for (int64_t i = 0; i < a.rows * k; ++i)
        scaled.data[i / k * scaled.stride + i % k] = power * a(i / k, i % k);
      Matrix<float> c = multiply(gemm, scaled, b);
      for (int64_t i = 0; i < a.rows; ++i)
        for (int64_t j = 0; j < n; ++j)
          ASSERT_EQ(c(i, j), power * expected(i, j)) << power << " at [" << i << ", " << j << "]";
    }
  }
}

/// Where a target takes these products on path `bulk`, they are the same.
TEST_P(GemmBlocks, PathsAgree) {
  int compared = 0;
  for (const CpuTarget *target : chainTargets()) {
    GemmSpec spec = StoredGemm::specFor(target, GemmPath::Bulk);
    if (!usesBlockProducts(spec))
      continue;
    ++compared;
    CompiledGemm bulk(spec), step(specFor(target));
    std::mt19937 rng = rx::test::generator();
    auto a = Matrix<float>::random(70, depths().back(), 0, rng);
    StoredMatrix b(GetParam(), 100, depths().back(), rng);
    EXPECT_TRUE(sameBits(multiply(bulk, a, b), multiply(step, a, b))) << target->name.str();
  }
  if (!compared)
    GTEST_SKIP() << "this CPU runs no target that multiplies bytes";
}

/// Integers at the ends of their range: every code and number as large as can be.
TEST_P(GemmBlocks, ExtremesDoNotOverflow) {
  for (CompiledGemm &gemm : productsOn(chainTargets(), specFor)) {
    std::mt19937 rng(45);
    int64_t k = depths()[2];
    StoredMatrix b(GetParam(), 64, k, rng);
    for (float largest : {1.0f, 1.9843f, 1.98437f, 1.984376f, std::nextafter(2.0f, 0.0f)})
      for (int64_t j = 0; j < b.rows; ++j) {
        Matrix<float> a(2, k); // every term of column j has one sign
        for (int64_t i = 0; i < k; ++i)
          a(0, i) = -(a(1, i) = std::copysign(largest, weight(b, j, i)));
        Matrix<float> c = multiply(gemm, a, b);
        double exact = 0, most = 0, size = 0;
        for (int64_t i = 0; i < k; ++i) {
          exact += double(a(1, i)) * weight(b, j, i);
          most = std::max<double>(i % 32 ? most : 0, std::abs(weight(b, j, i)));
          size += i % 32 == 31 ? 32 * most * largest : 0;
        }
        // Codes of a block reach from end to end, so that scale * code and minimum are at most
        // two times and once the largest weight.
        EXPECT_LE(std::abs(c(1, j) - exact), (double(k) / 32 + 8) * 0x1p-24 * 3 * size) << largest;
        EXPECT_EQ(c(0, j), -c(1, j));
      }
  }
}

TEST_P(GemmBlocks, UnusualRowsAreChains) {
  for (CompiledGemm &gemm : productsOn(chainTargets(), specFor)) {
    std::mt19937 rng = rx::test::generator();
    int64_t k = depths().back(), n = 50;
    StoredMatrix b(GetParam(), n, k, rng);
    auto a = Matrix<float>::random(9, k, 0, rng);
    auto scale = [&](int64_t row, float by) {
      for (int64_t i = 0; i < k; ++i)
        a(row, i) *= by;
    };
    a(1, 5) = NAN;
    a(2, k - 1) = INFINITY;
    a(3, 0) = -INFINITY;
    a(4, 1) = INFINITY, a(4, 40) = -INFINITY;
    scale(5, 0x1p-101f);
    scale(6, 0x1p-149f);
    scale(7, 0x1p121f);
    scale(8, 0);
    Matrix<float> c = multiply(gemm, a, b);
    for (int64_t i = 1; i < a.rows; ++i)
      for (int64_t j = 0; j < n; ++j) {
        float expected = chains(a, b, i, j), got = c(i, j);
        if (std::isnan(expected))
          EXPECT_TRUE(std::isnan(got)) << i << " " << j;
        else
          EXPECT_EQ(std::memcmp(&got, &expected, sizeof got), 0) << i << " " << j;
      }
    for (int64_t j = 0; j < n; ++j)
      EXPECT_TRUE(std::isfinite(c(0, j)));
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, GemmBlocks,
                         testing::Values(RX_Q4_0, RX_Q5_0, RX_Q8_0, RX_Q4_K, RX_Q6_K),
                         [](auto &info) { return std::string(rx_dtype_name(info.param)); });

/// Every target assembles, also where it does not run, with the instruction it is there for.
TEST(GemmBlocksAssembly, EveryTargetAssembles) {
  for (const CpuTarget &target : cpuTargets()) {
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    GemmSpec spec;
    spec.target = &target;
    spec.transB = spec.packedB = true;
    spec.formB = RX_Q8_0;
    spec.path = GemmPath::Step;
    auto module = buildGemm(context, spec);
    // What this machine runs is compiled as programs have it by other tests.
    EmitOptions options{hostRuns(target) ? 1u : 3u};
    std::string assembly = llvm::cantFail(emitAssembly(*module, target, options));
    EXPECT_EQ(assembly.find("vpdpbusd") != std::string::npos, hasIntegerSums(target))
        << target.name.str();
    EXPECT_NE(assembly.find("vfmadd"), std::string::npos) << target.name.str();
  }
}

} // namespace
} // namespace rx::compiler
