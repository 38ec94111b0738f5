// Threads that wait between kernels: awake for a moment, then asleep.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace rx::runtime {

/// Runs one job at a time on a fixed set of threads, the caller's among them. Kernels follow each
/// other within microseconds, so that a worker spins for a while before it sleeps; spinning longer
/// than waking costs would only take time from other programs.
class ThreadPool {
public:
  /// A job: called once per part, on the thread `thread` < size().
  using Job = std::function<void(unsigned part, unsigned thread)>;

  explicit ThreadPool(unsigned threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  unsigned size() const { return static_cast<unsigned>(workers.size()) + 1; }

  /// Calls job(part, thread) for every part < parts and returns when all have returned. Threads
  /// take parts in order as they become free. Called by one thread at a time, never from a job.
  void run(unsigned parts, const Job &job);

private:
  void workerMain(unsigned thread);
  void takeParts(const Job &work, unsigned partCount, unsigned thread);
  uint32_t awaitGeneration(uint32_t seen);

  // One job. Written by run() before `generation` is raised, read by workers afterwards.
  const Job *job = nullptr;
  unsigned parts = 0;
  std::atomic<unsigned> nextPart = 0;
  std::atomic<unsigned> busyWorkers = 0;

  std::atomic<uint32_t> generation = 0; ///< Jobs begun; what workers wait on.
  std::atomic<bool> stopping = false;
  std::vector<std::thread> workers;
};

} // namespace rx::runtime
