#include "bench/probe/Together.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <sched.h>
#include <thread>
#include <vector>

namespace rx::bench {

using Clock = std::chrono::steady_clock;

static cpu_set_t allowedCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  return set;
}

int usableCores() {
  cpu_set_t set = allowedCores();
  return std::max(1, CPU_COUNT(&set));
}

/// Binds the calling thread to the index-th core of `allowed`.
static void pin(int index, const cpu_set_t &allowed) {
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (!CPU_ISSET(core, &allowed) || index-- > 0)
      continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    sched_setaffinity(0, sizeof one, &one);
    return;
  }
}

namespace {
/// Lets every thread leave at the same moment. It spins, because a sleeping thread wakes tens of
/// microseconds late, and yields, because there may be fewer free cores than threads.
class StartLine {
public:
  explicit StartLine(int threads) : threads(threads) {}
  /// The `round`-th call of this thread, counted from 0; returns when all threads made theirs.
  void wait(int round) {
    ++arrivals;
    while (arrivals < (round + 1) * threads)
      std::this_thread::yield();
  }

private:
  const int threads;
  std::atomic<int> arrivals = 0;
};
} // namespace

double secondsTogether(int threads, int rounds, const std::function<void(int)> &prepare,
                       const std::function<void(int)> &work) {
  cpu_set_t allowed = allowedCores();
  std::vector<std::vector<Clock::time_point>> starts(rounds,
                                                     std::vector<Clock::time_point>(threads));
  auto ends = starts;
  StartLine line(threads);
  auto runOne = [&](int index) {
    pin(index, allowed);
    prepare(index);
    for (int round = 0; round < rounds; ++round) {
      line.wait(round);
      starts[round][index] = Clock::now();
      work(index);
      ends[round][index] = Clock::now();
    }
  };
  std::vector<std::thread> others;
  for (int i = 0; i < threads; ++i)
    others.emplace_back(runOne, i);
  for (std::thread &thread : others)
    thread.join();

  double best = 1e30;
  for (int round = 0; round < rounds; ++round) {
    auto first = *std::min_element(starts[round].begin(), starts[round].end());
    auto last = *std::max_element(ends[round].begin(), ends[round].end());
    best = std::min(best, std::chrono::duration<double>(last - first).count());
  }
  return best;
}

} // namespace rx::bench
