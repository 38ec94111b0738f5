#include "runtime/device/ThreadPool.h"

#include "runtime/device/Cores.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>

using namespace rx::runtime;

TEST(ThreadPool, RunsEveryPartOnceInManyJobs) {
  ThreadPool pool(3);
  for (unsigned parts : {0u, 1u, 2u, 3u, 17u})
    for (int round = 0; round < 200; ++round) {
      std::vector<std::atomic<int>> calls(parts);
      pool.run(parts, [&](unsigned part, unsigned thread) {
        EXPECT_LT(thread, pool.size());
        ++calls[part];
      });
      for (auto &count : calls)
        EXPECT_EQ(count, 1);
    }
}

/// More threads than cores: most come late to a job, or after its end.
TEST(ThreadPool, LateThreadsTakeNoPartOfAnotherJob) {
  ThreadPool pool(16);
  int64_t sum = 0;
  for (int64_t round = 0; round < 3000; ++round) {
    std::array<int64_t, 3> written = {};
    pool.run(3, [&](unsigned part, unsigned) { written[part] += round; });
    sum += written[0] + written[1] + written[2] - 3 * round;
  }
  EXPECT_EQ(sum, 0);
}

TEST(ThreadPool, WakesWorkersThatFellAsleep) {
  ThreadPool pool(2);
  for (int round = 0; round < 3; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::atomic<int> calls = 0;
    pool.run(8, [&](unsigned, unsigned) { ++calls; });
    EXPECT_EQ(calls, 8);
  }
}

TEST(ThreadPool, OneThreadIsTheCaller) {
  ThreadPool pool(1);
  std::thread::id caller = std::this_thread::get_id();
  pool.run(4, [&](unsigned, unsigned) { EXPECT_EQ(std::this_thread::get_id(), caller); });
}

TEST(Cores, AtLeastOneAndNoMoreThanTheSystemPermits) {
  EXPECT_GE(usableCores(), 1u);
  EXPECT_LE(usableCores(), std::max(std::thread::hardware_concurrency(), 1u));
}

TEST(Cores, QuotasRoundUp) {
  EXPECT_EQ(cgroupCores("150000 100000\n"), 2u);
  EXPECT_EQ(cgroupCores("100000 100000\n"), 1u);
  EXPECT_EQ(cgroupCores("5000 100000\n"), 1u);
  EXPECT_EQ(cgroupCores("max 100000\n"), std::nullopt);
  EXPECT_EQ(cgroupCores(""), std::nullopt);
}
