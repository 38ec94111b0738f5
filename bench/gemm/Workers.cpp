#include "bench/gemm/Workers.h"
#include <immintrin.h>

namespace rx::bench {

Workers::Workers(int count) {
  for (int i = 1; i < count; ++i)
    threads.emplace_back([this, i] { loop(i); });
}

Workers::~Workers() {
  stop = true;
  ++generation;
  for (std::thread &thread : threads)
    thread.join();
}

/// Spins, then yields: a machine with fewer free cores than workers must still make progress.
static void waitUntil(const std::function<bool()> &ready) {
  for (unsigned spins = 0; !ready(); ++spins)
    if (spins < 20000)
      _mm_pause();
    else
      std::this_thread::yield();
}

void Workers::loop(int index) {
  for (unsigned seen = 0;; ++seen) {
    waitUntil([&] { return generation.load(std::memory_order_acquire) != seen; });
    if (stop)
      return;
    (*work)(index);
    done.fetch_add(1, std::memory_order_release);
  }
}

void Workers::run(const std::function<void(int)> &newWork) {
  work = &newWork;
  done = 0;
  generation.fetch_add(1, std::memory_order_release);
  newWork(0);
  waitUntil([&] { return done.load(std::memory_order_acquire) == threads.size(); });
}

} // namespace rx::bench
