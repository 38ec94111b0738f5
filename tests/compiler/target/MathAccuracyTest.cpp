// The polynomials that kernels use for f32 math, against libm in f64. The bounds are in units of
// the last place of the f32 result; they state what generated programs may rely on.
#include "tests/compiler/target/KernelFixture.h"
#include <bit>
#include <cmath>

namespace rx::compiler {
namespace {

struct MathCase {
  const char *op;
  double (*reference)(double);
  float low, high;
  double ulps;
};

void PrintTo(const MathCase &c, std::ostream *out) { *out << c.op; }

class MathAccuracyTest : public KernelFixture, public testing::WithParamInterface<MathCase> {};

double unitInLastPlace(double value) {
  float magnitude = std::max(std::fabs(static_cast<float>(value)), 0x1p-126f);
  return static_cast<double>(std::nextafter(magnitude, HUGE_VALF)) - magnitude;
}

TEST_P(MathAccuracyTest, StaysWithinUlps) {
  const MathCase &c = GetParam();
  for (const CpuTarget &target : cpuTargets()) {
    if (!hostRuns(target)) {
      std::cout << "skipping " << target.name.str() << ": this CPU does not run it\n";
      continue;
    }
    ObjectCache cache(folder);
    auto module = parse(elementwiseKernel("f", "%y = math." + std::string(c.op) + " %x : f32"));
    KernelObject object = expect(cache.get(*module, target));
    LoadedKernels kernels = expect(LoadedKernels::load(object));
    constexpr int count = 200'000;
    std::vector<float> input(count);
    for (int i = 0; i < count; ++i)
      input[i] = c.low + (c.high - c.low) * (static_cast<float>(i) / count);
    std::vector<float> output = runElementwise(kernels.find(object.symbol), input);
    double worst = 0;
    float at = 0;
    for (int i = 0; i < count; ++i) {
      double wanted = c.reference(input[i]);
      double error = std::fabs(output[i] - wanted) / unitInLastPlace(wanted);
      if (!(error <= worst))
        worst = error, at = input[i];
    }
    EXPECT_LE(worst, c.ulps) << "at x = " << at << " on " << target.name.str();
  }
}

INSTANTIATE_TEST_SUITE_P(All, MathAccuracyTest,
                         testing::Values(MathCase{"exp", std::exp, -87.3365f, 88.7228f, 1},
                                         MathCase{"expm1", std::expm1, -10, 80, 4},
                                         MathCase{"log", std::log, 1e-30f, 1e6f, 2},
                                         MathCase{"log1p", std::log1p, -0.99f, 100, 4},
                                         MathCase{"log2", std::log2, 1e-30f, 1e6f, 4},
                                         MathCase{"tanh", std::tanh, -10, 10, 5},
                                         MathCase{"erf", std::erf, -5, 5, 5},
                                         MathCase{"atan", std::atan, -100, 100, 1},
                                         MathCase{"sin", std::sin, -40000, 40000, 1},
                                         MathCase{"cos", std::cos, -40000, 40000, 1}),
                         [](const auto &info) { return std::string(info.param.op); });

TEST_F(MathAccuracyTest, DoublePrecisionCallsLibm) {
  const CpuTarget *host = detectHost();
  if (!host)
    GTEST_SKIP() << "this CPU has no AVX2 and FMA";
  auto module =
      parse(elementwiseKernel("f", "%e = math.exp %x : f64\n%y = math.erf %e : f64", "f64"));
  ObjectCache cache(folder);
  KernelObject object = expect(cache.get(*module, *host));
  LoadedKernels kernels = expect(LoadedKernels::load(object));
  std::vector<double> input = {-3, 0, 0.25, 1};
  std::vector<double> output = runElementwise(kernels.find(object.symbol), input);
  for (size_t i = 0; i < input.size(); ++i)
    EXPECT_EQ(output[i], std::erf(std::exp(input[i])));
}

TEST_F(MathAccuracyTest, SpecialValues) {
  const CpuTarget *host = detectHost();
  if (!host)
    GTEST_SKIP() << "this CPU has no AVX2 and FMA";
  auto module = parse(elementwiseKernel("f", "%y = math.exp %x : f32"));
  ObjectCache cache(folder);
  KernelObject object = expect(cache.get(*module, *host));
  LoadedKernels kernels = expect(LoadedKernels::load(object));
  float silent = std::bit_cast<float>(0xFFFFFFFFu), signalling = std::bit_cast<float>(0x7F800001u);
  std::vector<float> output =
      runElementwise<float>(kernels.find(object.symbol),
                            {-INFINITY, INFINITY, NAN, 0, -1000, 1000, silent, signalling,
                             88.72283f, 88.72284f, -87.33654f, -87.33655f, -0.0f, 0x1p-149f});
  EXPECT_EQ(output[0], 0);
  EXPECT_EQ(output[1], INFINITY);
  EXPECT_TRUE(std::isnan(output[2]));
  EXPECT_EQ(output[3], 1);
  EXPECT_EQ(output[4], 0);
  EXPECT_EQ(output[5], INFINITY);
  EXPECT_TRUE(std::isnan(output[6]));
  EXPECT_TRUE(std::isnan(output[7]));
  EXPECT_TRUE(std::isfinite(output[8])); // the largest that is
  EXPECT_EQ(output[9], INFINITY);
  EXPECT_GE(output[10], 0x1p-126f); // the least that is no subnormal
  EXPECT_EQ(output[11], 0);
  EXPECT_EQ(output[12], 1);
  EXPECT_EQ(output[13], 1);
}

} // namespace
} // namespace rx::compiler
