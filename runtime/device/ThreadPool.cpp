#include "runtime/device/ThreadPool.h"

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
  ++generation;
  generation.notify_all();
  for (std::thread &worker : workers)
    worker.join();
}

void ThreadPool::run(unsigned partCount, const Job &work) {
  if (partCount <= 1 || workers.empty()) {
    for (unsigned part = 0; part < partCount; ++part)
      work(part, 0);
    return;
  }
  job = &work;
  parts = partCount;
  nextPart = 0;
  busyWorkers = static_cast<unsigned>(workers.size());
  ++generation;
  generation.notify_all();
  takeParts(work, partCount, 0);
  // Every worker must have left this job before its fields may be written again.
  for (unsigned busy; (busy = busyWorkers.load()) != 0;) {
    for (int i = 0; i < spins && busyWorkers.load() != 0; ++i)
      _mm_pause();
    if (busyWorkers.load() == busy)
      busyWorkers.wait(busy);
  }
}

void ThreadPool::takeParts(const Job &work, unsigned partCount, unsigned thread) {
  for (unsigned part; (part = nextPart++) < partCount;)
    work(part, thread);
}

uint32_t ThreadPool::awaitGeneration(uint32_t seen) {
  for (int i = 0; i < spins; ++i) {
    if (uint32_t now = generation.load(); now != seen)
      return now;
    _mm_pause();
  }
  generation.wait(seen);
  return generation.load();
}

void ThreadPool::workerMain(unsigned thread) {
  uint32_t seen = 0;
  while (true) {
    seen = awaitGeneration(seen);
    if (stopping)
      return;
    takeParts(*job, parts, thread);
    if (--busyWorkers == 0)
      busyWorkers.notify_one();
  }
}

} // namespace rx::runtime
