#include "runtime/device/ThreadPool.h"

#include <cassert>
#include <immintrin.h>

namespace rx::runtime {

namespace {
// About 20 microseconds: longer than the gap between kernels, shorter than a futex round trip
// twice.
constexpr int spins = 500;
} // namespace

ThreadPool::ThreadPool(unsigned threads) {
  for (unsigned i = 1; i < threads; ++i)
    workers.emplace_back([this, i] { workerMain(i); });
}

ThreadPool::~ThreadPool() {
  stopping = true;
  ++jobs;
  jobs.notify_all();
  for (std::thread &worker : workers)
    worker.join();
}

void ThreadPool::run(unsigned parts, const Job &work) {
  if (parts <= 1 || workers.empty()) {
    for (unsigned part = 0; part < parts; ++part)
      work(part, 0);
    return;
  }
  assert(parts <= UINT16_MAX);
  job = &work;
  undone = parts;
  State next{jobs.load() + 1, static_cast<uint16_t>(parts), 0};
  state = next;
  jobs = next.jobs;
  jobs.notify_all();
  takeParts(0);
  for (uint32_t left; (left = undone.load()) != 0;) {
    for (int i = 0; i < spins && undone.load() != 0; ++i)
      _mm_pause();
    if (undone.load() == left)
      undone.wait(left);
  }
}

void ThreadPool::takeParts(unsigned thread) {
  State now = state.load();
  while (now.taken < now.parts) {
    State after = now;
    ++after.taken;
    if (!state.compare_exchange_weak(now, after))
      continue;
    (*job)(now.taken, thread);
    if (--undone == 0)
      undone.notify_one();
    now = state.load();
  }
}

uint32_t ThreadPool::awaitJob(uint32_t seen) {
  for (int i = 0; i < spins; ++i) {
    if (uint32_t now = jobs.load(); now != seen)
      return now;
    _mm_pause();
  }
  jobs.wait(seen);
  return jobs.load();
}

void ThreadPool::workerMain(unsigned thread) {
  for (uint32_t seen = 0; !stopping;) {
    seen = awaitJob(seen);
    takeParts(thread);
  }
}

} // namespace rx::runtime
