// Divisions by one number are products and sums (ExpandDivision), with the bits of divisions.
#include "compiler/target/EmitObject.h"
#include "tests/compiler/target/KernelFixture.h"
#include "tests/tools/Seed.h"
#include <array>
#include <bit>
#include <cmath>

namespace rx::compiler {
namespace {

/// Dividends, of which the last is the divisor of all.
struct alignas(64) Lanes : std::array<float, 16> {};

class DivisionTest : public KernelFixture {
protected:
  std::string text() {
    return elementwiseKernel("f", R"(
      %b = vector.extract %x[15] : f32 from vector<16xf32>
      %all = vector.broadcast %b : f32 to vector<16xf32>
      %y = arith.divf %x, %all : vector<16xf32>)",
                             "vector<16xf32>");
  }

  void compare(const std::vector<Lanes> &input) {
    for (const CpuTarget &target : cpuTargets()) {
      if (!hostRuns(target))
        continue;
      ObjectCache cache(folder);
      KernelObject object = expect(cache.get(*parse(text()), target));
      LoadedKernels kernels = expect(LoadedKernels::load(object));
      std::vector<Lanes> output = runElementwise(kernels.find(object.symbol), input);
      int wrong = 0;
      for (size_t i = 0; i < input.size(); ++i)
        for (int lane = 0; lane < 16; ++lane) {
          float wanted = input[i][lane] / input[i][15], got = output[i][lane];
          bool isSame = std::bit_cast<uint32_t>(wanted) == std::bit_cast<uint32_t>(got) ||
                        (std::isnan(wanted) && std::isnan(got));
          if (!isSame && ++wrong < 10)
            ADD_FAILURE() << std::hexfloat << input[i][lane] << " / " << input[i][15] << " gives "
                          << got << " instead of " << wanted << " on " << target.name.str();
        }
      EXPECT_EQ(wrong, 0) << target.name.str();
    }
  }

  /// A mantissa that is drawn, or one where rounding is hardest: near a power of two.
  float drawn(int leastPower, int mostPower) {
    auto mantissa = static_cast<uint32_t>(random());
    uint32_t kind = mantissa >> 29;
    if (kind < 2)
      mantissa = kind == 0 ? mantissa & 3 : ~(mantissa & 3);
    int power = std::uniform_int_distribution(leastPower, mostPower)(random);
    return std::ldexp(std::bit_cast<float>((mantissa & 0x7FFFFF) | 0x3F800000), power);
  }

  std::mt19937 random = test::generator();
};

TEST_F(DivisionTest, HasTheBitsOfDivisions) {
  std::vector<Lanes> input(1 << 18);
  for (Lanes &lanes : input) {
    for (float &number : lanes)
      number = drawn(-78, 79);
    lanes[15] = drawn(-40, 39);
  }
  compare(input);
}

TEST_F(DivisionTest, DividesWhatIsUnusual) {
  const float unusual[] = {0,         -0.0f,    INFINITY, -INFINITY, NAN,      0x1p-149f,
                           0x1p-126f, 0x1p-79f, 0x1p80f,  0x1p127f,  0x1p-41f, 0x1p40f};
  std::vector<Lanes> input(1 << 14);
  for (Lanes &lanes : input) {
    for (float &number : lanes)
      number = random() % 8 ? drawn(-149, 127) : unusual[random() % std::size(unusual)];
    if (random() % 2)
      lanes[15] = drawn(-40, 39);
  }
  compare(input);
}

TEST_F(DivisionTest, IsMadeOfProducts) {
  for (const CpuTarget &target : cpuTargets()) {
    std::string assembly = expect(emitAssembly(*parse(text()), target, EmitOptions{}));
    EXPECT_NE(assembly.find("vfmadd"), std::string::npos) << target.name.str();
  }
}

} // namespace
} // namespace rx::compiler
