#include "runtime/device/ThreadPool.h"

#include <cassert>
#include <chrono>
#include <immintrin.h>

namespace rx::runtime {

namespace {
/// How long a thread looks before it sleeps. Longer than a kernel that one thread runs alone
/// between two that all run: waking a worker costs tens of microseconds, as much as a product of a
/// step.
constexpr std::chrono::microseconds patience(100);

/// Waits until `done` or out of patience; tells which.
template <typename Done> bool spinUntil(Done done) {
  auto start = std::chrono::steady_clock::now();
  do
    for (int i = 0; i < 16; ++i) { // reading the clock costs about as much
      if (done())
        return true;
      _mm_pause();
    }
  while (std::chrono::steady_clock::now() - start < patience);
  return false;
}
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
    if (!spinUntil([&] { return undone.load() == 0; }) && undone.load() == left)
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
  if (!spinUntil([&] { return jobs.load() != seen; }))
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
