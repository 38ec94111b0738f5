// Products with Precision::BF16: bit by bit as their definition says, on every target, in every
// cut, beside any other rows and in every form of B.
#include "compiler/target/EmitObject.h"
#include "tests/compiler/lower/gemm/StoredGemm.h"
#include "tests/compiler/lower/gemm/TileDefinition.h"

namespace rx::compiler {
namespace {

using rx::test::drawnSize;

GemmSpec specFor(const CpuTarget *target, bool transA = false, bool transB = false,
                 bool packedB = false) {
  GemmSpec spec;
  spec.target = target;
  spec.precision = Precision::BF16;
  spec.transA = transA;
  spec.transB = transB;
  spec.packedB = packedB;
  return spec;
}

/// All targets that have the instruction, and one of those that emulate it, another one for each
/// `which` of a run and for each run: TileMultiply emulates, and knows neither layouts nor forms.
std::vector<const CpuTarget *> withOneEmulation(size_t which) {
  std::vector<const CpuTarget *> targets, emulating;
  for (const CpuTarget *target : chainTargets())
    (target->computes(rxk::TileOrder::Pairs) ? targets : emulating).push_back(target);
  if (!emulating.empty())
    targets.push_back(emulating[(which + rx::test::seed()) % emulating.size()]);
  return targets;
}

std::vector<CompiledGemm> everywhere() {
  return productsOn(chainTargets(), [](const CpuTarget *target) { return specFor(target); });
}

float pairs(const GemmSpec &spec, const Matrix<float> &a, const Matrix<float> &b, int64_t i,
            int64_t j) {
  PairSum sum(gemmChain);
  for (int64_t k = 0; k < (spec.transA ? a.rows : a.columns); ++k)
    sum.add(spec.transA ? a(k, i) : a(i, k), spec.transB ? b(j, k) : b(k, j));
  return sum.value();
}

struct Layout {
  bool transA, transB, packedB;
};
constexpr Layout layouts[] = {{false, false, false}, {false, true, false}, {true, false, false},
                              {true, true, false},   {false, true, true},  {true, false, true}};

TEST(GemmBf16, EqualsItsDefinition) {
  for (auto [which, layout] : llvm::enumerate(layouts))
    for (const CpuTarget *target : withOneEmulation(which)) {
      auto [transA, transB, packedB] = layout;
      CompiledGemm gemm(specFor(target, transA, transB, packedB));
      std::mt19937 rng = rx::test::generator();
      struct {
        int64_t m, n, k;
      } shapes[] = {{1, 1, 1},
                    {1, 40, 2},
                    {2, 33, 3},
                    {5, 31, 17},
                    {14, 64, 33},
                    {15, 7, 64},
                    {9, 70, 31},
                    {29, 35, 90},
                    {85, 33, 257},
                    {3, 65, 1301},
                    {drawnSize(rng, 90), drawnSize(rng, 90), drawnSize(rng, 300)},
                    {drawnSize(rng, 90), drawnSize(rng, 90), drawnSize(rng, 300)}};
      for (auto [m, n, k] : shapes) {
        SCOPED_TRACE(testing::Message() << target->name.str() << " " << transA << transB << packedB
                                        << " M " << m << " N " << n << " K " << k);
        auto a = transA ? Matrix<float>::random(k, m, 3, rng) : Matrix<float>::random(m, k, 3, rng);
        auto b = transB ? Matrix<float>::random(n, k, 1, rng) : Matrix<float>::random(k, n, 1, rng);
        Matrix<float> c = gemm(a, b, {}, 2);
        for (int64_t i = 0; i < m; ++i)
          for (int64_t j = 0; j < n; ++j)
            ASSERT_EQ(c(i, j), pairs(gemm.spec, a, b, i, j)) << "at [" << i << ", " << j << "]";
      }
    }
}

TEST(GemmBf16, EmptyDepthGivesZeros) {
  for (CompiledGemm &gemm : everywhere()) {
    std::mt19937 rng = rx::test::generator();
    auto a = Matrix<float>::random(20, 0, 0, rng), b = Matrix<float>::random(0, 40, 0, rng);
    Matrix<float> c = gemm(a, b);
    for (int64_t i = 0; i < 20; ++i)
      for (int64_t j = 0; j < 40; ++j)
        EXPECT_EQ(c(i, j), 0);
  }
}

/// NaN, infinities, subnormal operands and results: as the definition, and only where they belong.
TEST(GemmBf16, SpecialValues) {
  for (CompiledGemm &gemm : everywhere()) {
    std::mt19937 rng = rx::test::generator();
    auto a = Matrix<float>::random(20, 37, 0, rng), b = Matrix<float>::random(37, 50, 0, rng);
    a(1, 3) = NAN;
    a(2, 36) = INFINITY;
    a(3, 4) = 3.4e38f; // rounds to infinity
    b(5, 49) = -INFINITY;
    b(6, 48) = std::nextafter(leastNormal, 0.0f); // would round up to a normal number
    for (int64_t k = 0; k < 37; ++k) {
      a(4, k) *= 0x1p-140f;
      a(5, k) *= 0x1p-125f;
    }
    Matrix<float> c = gemm(a, b);
    for (int64_t i = 0; i < 20; ++i)
      for (int64_t j = 0; j < 50; ++j) {
        EXPECT_TRUE(sameNumber(c(i, j), pairs(gemm.spec, a, b, i, j))) << i << " " << j;
        EXPECT_EQ(std::isfinite(c(i, j)), (i < 1 || i > 3) && j != 49) << i << " " << j;
      }
  }
}

/// Arithmetic around the product is as it was.
TEST(GemmBf16, LeavesSubnormalNumbersToOthers) {
  const CpuTarget *target = detectHost();
  if (!target)
    GTEST_SKIP() << "this CPU runs no target";
  CompiledGemm gemm(specFor(target));
  std::mt19937 rng = rx::test::generator();
  gemm(Matrix<float>::random(5, 6, 0, rng), Matrix<float>::random(6, 7, 0, rng));
  volatile float tiny = leastNormal;
  EXPECT_GT(tiny / 2, 0);
}

/// Each operand is off by a relative 2^-8 at most, and their chain by what f32 adds.
TEST(GemmBf16, ErrorBoundAgainstDouble) {
  for (CompiledGemm &gemm : everywhere()) {
    std::mt19937 rng(75);
    auto a = Matrix<float>::random(20, 1500, 0, rng), b = Matrix<float>::random(1500, 50, 0, rng);
    Matrix<float> c = gemm(a, b);
    double rms = 0, size = 0;
    for (int64_t i = 0; i < 20; ++i)
      for (int64_t j = 0; j < 50; ++j) {
        double exact = 0, magnitude = 0;
        for (int64_t k = 0; k < 1500; ++k) {
          exact += double(a(i, k)) * b(k, j);
          magnitude += std::fabs(double(a(i, k)) * b(k, j));
        }
        ASSERT_LE(std::fabs(c(i, j) - exact), (0x1.01p-8 + 1500 * 0x1p-24) * magnitude);
        rms += std::pow(c(i, j) - exact, 2), size += exact * exact;
      }
    EXPECT_LE(std::sqrt(rms / size), 0x1p-8);
    EXPECT_GE(std::sqrt(rms / size), 0x1p-12); // or nothing was rounded
  }
}

TEST(GemmBf16, PathStepDoesNotRound) {
  const CpuTarget *target = detectHost();
  if (!target)
    GTEST_SKIP() << "this CPU runs no target";
  GemmSpec spec = specFor(target), plain = spec;
  spec.path = plain.path = GemmPath::Step;
  plain.precision = Precision::F32;
  std::mt19937 rng = rx::test::generator();
  auto a = Matrix<float>::random(3, 100, 0, rng), b = Matrix<float>::random(100, 40, 0, rng);
  EXPECT_TRUE(sameBits(CompiledGemm(spec)(a, b), CompiledGemm(plain)(a, b)));
}

/// Every target assembles, also where it does not run.
TEST(GemmBf16Assembly, InstructionsWhereTheTargetHasThem) {
  for (const CpuTarget &target : cpuTargets()) {
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    auto module = buildGemm(context, specFor(&target));
    // What this machine runs is compiled as programs have it by other tests.
    EmitOptions options{hostRuns(target) ? 1u : 3u};
    std::string assembly = llvm::cantFail(emitAssembly(*module, target, options));
    bool hasTiles = target.bf16Order == rxk::TileOrder::Amx;
    for (const char *instruction : {hasTiles ? "tdpbf16ps" : "vdpbf16ps", "vcvtne2ps2bf16"})
      EXPECT_EQ(assembly.find(instruction) != std::string::npos, target.computes(target.bf16Order))
          << target.name.str() << " " << instruction;
  }
}

class GemmBf16Form : public StoredGemm {
protected:
  static GemmSpec specFor(const CpuTarget *target) {
    GemmSpec spec = StoredGemm::specFor(target, GemmPath::Bulk);
    spec.precision = Precision::BF16;
    return spec;
  }
  /// The last is the largest.
  static std::vector<int64_t> depths(std::mt19937 &rng) {
    int64_t block = rx_dtype_block_elements(GetParam());
    return block == 1
               ? std::vector<int64_t>{drawnSize(rng, 599), 1, 7, 33, 600}
               : std::vector<int64_t>{block * drawnSize(rng, 1535 / block), block, 3 * block, 1536};
  }
};

TEST_P(GemmBf16Form, EqualsItsDefinition) {
  for (CompiledGemm &gemm : productsOn(withOneEmulation(GetParam()), specFor)) {
    const CpuTarget *target = gemm.spec.target;
    std::mt19937 rng = rx::test::generator();
    for (int64_t k : depths(rng))
      for (int64_t m : {int64_t(1), int64_t(9), int64_t(90), drawnSize(rng, 90)}) {
        SCOPED_TRACE(testing::Message() << target->name.str() << " M " << m << " K " << k);
        auto a = Matrix<float>::random(m, k, 2, rng);
        StoredMatrix b(GetParam(), 1 + drawnSize(rng, 99), k, rng);
        Matrix<float> c = multiply(gemm, a, b);
        for (int64_t i = 0; i < m; i += 1 + m / 8)
          for (int64_t j = 0; j < b.rows; j += 3) {
            PairSum sum(gemmChain);
            for (int64_t step = 0; step < k; ++step)
              sum.add(a(i, step), b.values[static_cast<size_t>(j * k + step)]);
            ASSERT_EQ(c(i, j), sum.value()) << "at [" << i << ", " << j << "]";
          }
      }
  }
}

TEST_P(GemmBf16Form, CutsAndOtherRowsDoNotMatter) {
  for (CompiledGemm &gemm : productsOn(withOneEmulation(GetParam()), specFor)) {
    std::mt19937 rng = rx::test::generator();
    int64_t k = depths(rng).back();
    auto a = Matrix<float>::random(100, k, 0, rng);
    checkCutsAndRows(gemm, a, StoredMatrix(GetParam(), 333, k, rng), rng);
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, GemmBf16Form, testing::ValuesIn(runtime::test::panelElements()),
                         [](auto &info) { return std::string(rx_dtype_name(info.param)); });

} // namespace
} // namespace rx::compiler
