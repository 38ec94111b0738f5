#include "runtime/device/Cpu.h"

#include "runtime/core/HostTensor.h"

#include <gtest/gtest.h>

#include <numeric>

using namespace rx::runtime;

namespace {

/// RXC_TEST_KERNELS: the shared object of TestKernels.c.
KernelHandle loadKernel(Cpu &cpu, const std::string &symbol) {
  Status loaded = cpu.load(RXC_TEST_KERNELS);
  EXPECT_TRUE(loaded) << loaded.message();
  auto kernel = cpu.findKernel(symbol);
  EXPECT_TRUE(kernel) << kernel.message();
  return kernel ? *kernel : nullptr;
}

std::vector<int64_t> cutOf(Cpu &cpu, int64_t rows, int64_t unit, int64_t grain = 1) {
  std::vector<int64_t> begins(static_cast<size_t>(rows), -1);
  rx_operand operand = {begins.data(), {1}};
  LaunchShape shape;
  shape.grid.x = rows;
  shape.block = {unit, grain};
  KernelCall call = {loadKernel(cpu, "test_cut"), shape, {{&operand, 1}, {&rows, 1}}};
  Status status = cpu.launch({&call, 1}, {});
  EXPECT_TRUE(status) << status.message();
  return begins;
}

} // namespace

TEST(Cpu, CutsEveryRowOnceAndAtMultiplesOfTheUnit) {
  for (unsigned threads : {1u, 2u, 3u, 7u}) {
    Cpu cpu(threads);
    for (int64_t rows : {0, 1, 2, 5, 8, 31, 100})
      for (int64_t unit : {1, 4, 16}) {
        std::vector<int64_t> begins = cutOf(cpu, rows, unit);
        EXPECT_TRUE(std::is_sorted(begins.begin(), begins.end()));
        for (int64_t begin : begins)
          EXPECT_TRUE(begin >= 0 && begin % unit == 0) << rows << " rows by " << unit;
      }
  }
}

TEST(Cpu, UsesAllThreadsWhenThereAreRows) {
  Cpu cpu(3);
  EXPECT_EQ(cutOf(cpu, 7, 1), (std::vector<int64_t>{0, 0, 0, 3, 3, 5, 5}));
}

TEST(Cpu, PartsAreEvenHoweverManyRowsAreWorthAThread) {
  Cpu cpu(2);
  EXPECT_EQ(cutOf(cpu, 5, 1, 2), (std::vector<int64_t>{0, 0, 0, 3, 3}));
  EXPECT_EQ(cutOf(cpu, 3, 1, 3), (std::vector<int64_t>{0, 0, 0}));
  EXPECT_EQ(cutOf(cpu, 6, 4, 3), (std::vector<int64_t>{0, 0, 0, 0, 4, 4}));
}

TEST(Cpu, SameBitsForEveryNumberOfThreads) {
  constexpr int64_t rows = 37, columns = 19;
  std::vector<float> x(rows * columns);
  for (size_t i = 0; i < x.size(); ++i)
    x[i] = 1.0f / static_cast<float>(i + 1);
  std::vector<std::vector<float>> sums;
  for (unsigned threads : {1u, 2u, 5u}) {
    Cpu cpu(threads);
    std::vector<float> &sum = sums.emplace_back(rows);
    rx_operand operands[] = {{x.data(), {columns, 1}}, {sum.data(), {1}}};
    int64_t sizes[] = {columns, rows};
    LaunchShape shape;
    shape.grid.x = rows;
    shape.smem = columns * 4;
    KernelCall call = {loadKernel(cpu, "test_row_sum"), shape, {operands, sizes}};
    ASSERT_TRUE(cpu.launch({&call, 1}, {}));
  }
  EXPECT_EQ(sums[0], sums[1]);
  EXPECT_EQ(sums[0], sums[2]);
  EXPECT_NE(sums[0][36], 0);
}

TEST(Cpu, CallsOfOneLaunchAreCutEachByItself) {
  for (unsigned threads : {1u, 2u, 5u}) {
    Cpu cpu(threads);
    KernelHandle cut = loadKernel(cpu, "test_cut");
    std::vector<std::vector<int64_t>> alone, together;
    std::vector<rx_operand> operands;
    std::vector<KernelCall> calls;
    for (int64_t rows : {7, 0, 1, 40}) {
      alone.push_back(cutOf(cpu, rows, 1));
      together.emplace_back(static_cast<size_t>(rows), -1);
      operands.push_back({together.back().data(), {1}});
    }
    for (size_t i = 0; i < operands.size(); ++i) {
      LaunchShape shape;
      shape.grid.x = static_cast<int64_t>(together[i].size());
      calls.push_back({cut, shape, {{&operands[i], 1}, {}}});
    }
    ASSERT_TRUE(cpu.launch(calls, {}));
    EXPECT_EQ(together, alone) << threads << " threads";
  }
}

TEST(Cpu, NamesTheMissingFileAndTheMissingKernel) {
  Cpu cpu(1);
  EXPECT_NE(cpu.load("/nowhere/kernels.so").message().find("/nowhere/kernels.so"),
            std::string::npos);
  EXPECT_EQ(cpu.findKernel("rxk_gone").message(), "no loaded object has the kernel rxk_gone");
}

TEST(Cpu, RegisteredFunctionsAreKernels) {
  Cpu cpu(1);
  cpu.registerKernel("here", [](const rx_launch *call) {
    *static_cast<float *>(call->operands[0].data) = 5;
  });
  float out = 0;
  rx_operand operand = {&out, {}};
  KernelCall call = {*cpu.findKernel("here"), {}, {{&operand, 1}, {}}};
  ASSERT_TRUE(cpu.launch({&call, 1}, {}));
  EXPECT_EQ(out, 5);
}

TEST(Cpu, ItsSiblingsHaveItsKernelsAndOneThread) {
  Cpu cpu(3);
  cpu.registerKernel("own", [](const rx_launch *) {});
  auto loaded = loadKernel(cpu, "test_row_sum");
  auto sibling = cpu.sibling();
  ASSERT_TRUE(sibling) << sibling.message();
  EXPECT_EQ((*sibling)->threads(), 1u);
  EXPECT_TRUE((*sibling)->findKernel("own"));
  auto found = (*sibling)->findKernel("test_row_sum");
  ASSERT_TRUE(found) << found.message();
  EXPECT_EQ(*found, loaded);
}

TEST(Cpu, SaysThatItHasNoGraphs) {
  Cpu cpu(1);
  EXPECT_FALSE(cpu.beginCapture({}));
  EXPECT_NE(cpu.replay(0, {}).message().find("no graphs"), std::string::npos);
}

TEST(CpuFeatures, UnknownOnesAreMissing) {
  EXPECT_EQ(missingCpuFeatures("+quantum,-avx2"), std::vector<std::string>{"quantum"});
  EXPECT_TRUE(missingCpuFeatures("").empty());
}
