#include "bench/gemm/Workers.h"
#include <immintrin.h>

namespace rx::bench {

Workers::Workers(int count) {
  sched_getaffinity(0, sizeof(usable), &usable);
  for (int i = 1; i < count; ++i) {
    threads.emplace_back([this, i] { loop(i); });
    bindThread(threads.back().native_handle(), i);
  }
}

void Workers::bindThread(pthread_t thread, int index) {
  int position = 0, wanted = index % CPU_COUNT(&usable);
  for (int core = 0; core < CPU_SETSIZE; ++core)
    if (CPU_ISSET(core, &usable) && position++ == wanted) {
      cpu_set_t one;
      CPU_ZERO(&one);
      CPU_SET(core, &one);
      pthread_setaffinity_np(thread, sizeof(one), &one);
    }
}

void Workers::freeCaller() { pthread_setaffinity_np(pthread_self(), sizeof(usable), &usable); }

Workers::~Workers() {
  stop = true;
  ++generation;
  generation.notify_all();
  for (std::thread &thread : threads)
    thread.join();
}

/// Returns once `value` is no longer `seen`: spins for some microseconds, then sleeps, so that an
/// idle pool leaves its cores to the other contestant.
static void waitForChange(const std::atomic<unsigned> &value, unsigned seen) {
  for (int spins = 0; spins < 2000; ++spins) {
    if (value.load(std::memory_order_acquire) != seen)
      return;
    _mm_pause();
  }
  value.wait(seen, std::memory_order_acquire);
}

void Workers::loop(int index) {
  for (unsigned seen = 0;; ++seen) {
    waitForChange(generation, seen);
    if (stop)
      return;
    (*work)(index);
    done.fetch_add(1, std::memory_order_release);
    done.notify_one();
  }
}

void Workers::run(const std::function<void(int)> &newWork) {
  work = &newWork;
  done = 0;
  generation.fetch_add(1, std::memory_order_release);
  generation.notify_all();
  newWork(0);
  for (unsigned finished; (finished = done.load(std::memory_order_acquire)) < threads.size();)
    waitForChange(done, finished);
}

} // namespace rx::bench
