// rx-probe [THREADS ...]: what this machine can do right now, as one JSON object. THREADS are the
// thread counts to measure, by default 1 and all cores. A benchmark divides by these figures.
#include "bench/probe/Cpu.h"
#include "bench/probe/Fma.h"
#include "bench/probe/Memory.h"
#include "bench/probe/Together.h"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

using namespace rx::bench;

/// Past every cache that one virtual machine may hope to keep to itself.
constexpr size_t memoryBytes = size_t(512) << 20;

/// Nothing if an argument is no thread count.
static std::vector<int> threadCounts(int argc, char **argv) {
  std::vector<int> counts;
  for (int i = 1; i < argc; ++i) {
    int count = std::atoi(argv[i]);
    if (count < 1 || count > 1024)
      return {};
    counts.push_back(count);
  }
  if (counts.empty())
    counts = {1, usableCores()};
  std::sort(counts.begin(), counts.end());
  counts.erase(std::unique(counts.begin(), counts.end()), counts.end());
  return counts;
}

int main(int argc, char **argv) {
  std::vector<int> counts = threadCounts(argc, argv);
  if (counts.empty()) {
    std::cerr << "usage: rx-probe [THREADS ...], each 1 to 1024\n";
    return 2;
  }
  nlohmann::ordered_json result = {
      {"cpu", cpuName()}, {"features", cpuFeatures()}, {"cores", usableCores()}};
  for (int threads : counts)
    result["ceilings"][std::to_string(threads)] = {
        {"fma_gflops", fmaGigaflops(threads)},
        {"copy_gbs", copyBandwidth(threads, memoryBytes)},
        {"read_gbs", readBandwidth(threads, memoryBytes)}};
  std::cout << result.dump() << "\n";
}
