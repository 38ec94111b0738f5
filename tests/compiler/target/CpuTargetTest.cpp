#include "compiler/target/CpuTarget.h"
#include "runtime/device/Cpu.h"
#include <gtest/gtest.h>

using namespace rx::compiler;

TEST(CpuTarget, FindsByName) {
  for (const CpuTarget &target : cpuTargets()) {
    auto found = findCpuTarget(target.name);
    ASSERT_TRUE(static_cast<bool>(found));
    EXPECT_EQ(*found, &target);
  }
}

TEST(CpuTarget, UnknownNameListsTheChoices) {
  auto found = findCpuTarget("avx9");
  ASSERT_FALSE(static_cast<bool>(found));
  EXPECT_EQ(llvm::toString(found.takeError()),
            "no CPU target is called 'avx9'; choose one of: host, avx2, avxvnni, "
            "avx512, avx512vnni, avx512bf16, amx");
}

TEST(CpuTarget, HostIsTheMostCapableTargetThatPays) {
  const CpuTarget *host = detectHost();
  if (!host)
    GTEST_SKIP() << "this CPU has no AVX2 and FMA";
  EXPECT_TRUE(hostRuns(*host));
  for (const CpuTarget *better = host + 1; better != cpuTargets().end(); ++better)
    EXPECT_FALSE(hostRuns(*better) && better->name != "avx512bf16") << better->name.str();
#if defined(__x86_64__)
  EXPECT_EQ(hostRuns(*host), __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"));
#endif
}

/// What the compiler takes for this machine's code, the runtime loads.
TEST(CpuTarget, TheRuntimeAgreesOnWhatRuns) {
  for (const CpuTarget &target : cpuTargets())
    EXPECT_EQ(rx::runtime::missingCpuFeatures(target.features.str()).empty(), hostRuns(target))
        << target.name.str();
}

TEST(CpuTarget, RegisterTileFitsTheRegisterFile) {
  for (const CpuTarget &target : cpuTargets()) {
    int64_t registers = target.vectorBits == 512 ? 32 : 16;
    const GemmTiling &tile = target.gemm;
    EXPECT_LE(tile.rows * tile.vectors + tile.vectors + 1, registers) << target.name.str();
    EXPECT_EQ(tile.rowBlock % tile.rows, 0) << target.name.str();
    EXPECT_EQ(tile.columnBlock % tile.columnGroup, 0) << target.name.str();
    EXPECT_EQ(tile.columnGroup % (tile.vectors * target.lanes(32)), 0) << target.name.str();
  }
}
