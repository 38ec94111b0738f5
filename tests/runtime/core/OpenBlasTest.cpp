#include "runtime/core/OpenBlas.h"

#include <gtest/gtest.h>

using rx::runtime::OpenBlas;

/// Releases older than the CPU's model fall back on those.
TEST(OpenBlas, KernelsAreNotThoseOfSse3WhereTheCpuHasAvx2) {
  const OpenBlas &library = OpenBlas::instance();
  ASSERT_EQ(library.error(), "");
  if (!__builtin_cpu_supports("avx2"))
    GTEST_SKIP() << "this CPU has no AVX2";
  EXPECT_EQ(library.description().find("Prescott"), std::string::npos) << library.description();
}

TEST(OpenBlas, FindsFunctionsByName) {
  const OpenBlas &library = OpenBlas::instance();
  auto *ddot = library.find<double(int, const double *, int, const double *, int)>("cblas_ddot");
  ASSERT_NE(ddot, nullptr);
  const double x[] = {1, 2, 3}, y[] = {4, 5, 6};
  EXPECT_EQ(ddot(3, x, 1, y, 1), 32);
  EXPECT_EQ(library.find<void()>("no_such_function"), nullptr);
}
