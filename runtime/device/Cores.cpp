#include "runtime/device/Cores.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace rx::runtime {

namespace {

using Clock = std::chrono::steady_clock;

unsigned permittedCores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0)
    return static_cast<unsigned>(std::max(CPU_COUNT(&set), 1));
  return std::max(std::thread::hardware_concurrency(), 1u);
}

/// Steps of a chain of dependent multiplications done by `count` threads in `time`, all started
/// together.
uint64_t stepsSideBySide(unsigned count, Clock::duration time) {
  std::atomic<unsigned> ready = 0;
  std::vector<uint64_t> steps(count);
  auto work = [&](unsigned self) {
    ++ready;
    while (ready < count)
      std::this_thread::yield();
    uint64_t value = self, done = 0;
    for (auto end = Clock::now() + time; Clock::now() < end; done += 1024)
      for (int i = 0; i < 1024; ++i) {
        value = value * 6364136223846793005u + 1;
        asm volatile("" : "+r"(value)); // keeps the chain
      }
    steps[self] = done;
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < count; ++i)
    others.emplace_back(work, i);
  work(0);
  for (std::thread &thread : others)
    thread.join();
  uint64_t sum = 0;
  for (uint64_t part : steps)
    sum += part;
  return sum;
}

/// How many of `count` threads ran at the same time: all their work over the work of one alone.
/// The best of three, because other programs can only make it look smaller.
unsigned measuredCores(unsigned count) {
  constexpr auto time = std::chrono::milliseconds(1);
  uint64_t alone = 1, together = 0;
  for (int round = 0; round < 3; ++round) {
    alone = std::max(alone, stepsSideBySide(1, time));
    together = std::max(together, stepsSideBySide(count, time));
  }
  double parallel = static_cast<double>(together) / static_cast<double>(alone);
  return std::clamp(static_cast<unsigned>(std::lround(parallel)), 1u, count);
}

unsigned countCores() {
  unsigned cores = permittedCores();
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (std::optional<unsigned> quota = cgroupCores(text))
    cores = std::min(cores, *quota);
  return cores == 1 ? 1 : measuredCores(cores);
}

} // namespace

std::optional<unsigned> cgroupCores(std::string_view cpuMax) {
  std::istringstream text{std::string(cpuMax)};
  int64_t quota = 0, period = 0;
  if (!(text >> quota >> period) || quota <= 0 || period <= 0)
    return std::nullopt;
  return static_cast<unsigned>(std::clamp<int64_t>((quota - 1) / period + 1, 1, 65536));
}

unsigned usableCores() {
  static const unsigned cores = countCores();
  return cores;
}

} // namespace rx::runtime
