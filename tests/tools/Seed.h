// Random numbers of tests: others in every run, the same again on request.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

namespace rx::test {

/// Says how to repeat a test that failed.
class SeedPrinter : public testing::EmptyTestEventListener {
public:
  explicit SeedPrinter(uint32_t seed) : seed(seed) {}

private:
  void OnTestEnd(const testing::TestInfo &test) override {
    if (test.result()->Failed())
      std::cout << "repeat with RXC_TEST_SEED=" << seed
                << " and --gtest_filter=" << test.test_suite_name() << "." << test.name()
                << std::endl;
  }

  uint32_t seed;
};

/// $RXC_TEST_SEED, or a new number in every run. Printed at once, because a kernel that goes wrong
/// may end the process, and with every failure.
inline uint32_t seed() {
  static const uint32_t number = [] {
    const char *given = std::getenv("RXC_TEST_SEED");
    auto seed = given ? static_cast<uint32_t>(std::strtoul(given, nullptr, 10))
                      : static_cast<uint32_t>(std::random_device()());
    std::cout << "RXC_TEST_SEED=" << seed << std::endl;
    testing::UnitTest::GetInstance()->listeners().Append(new SeedPrinter(seed)); // takes it over
    return seed;
  }();
  return number;
}

/// Numbers of the running test, by its name: which other tests run does not matter.
inline std::mt19937 generator() {
  const testing::TestInfo *test = testing::UnitTest::GetInstance()->current_test_info();
  std::string name = std::string(test->test_suite_name()) + "." + test->name();
  std::vector<uint32_t> words(name.begin(), name.end());
  words.push_back(seed());
  std::seed_seq sequence(words.begin(), words.end());
  return std::mt19937(sequence);
}

/// From 1 to `most`, small sizes as often as large ones.
inline int64_t drawnSize(std::mt19937 &rng, int64_t most) {
  std::uniform_real_distribution<double> magnitude(0, std::log2(static_cast<double>(most) + 1));
  return std::min(static_cast<int64_t>(std::exp2(magnitude(rng))), most);
}

} // namespace rx::test
