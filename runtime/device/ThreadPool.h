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
  /// take parts in order as they become free; a thread that gets no time takes none and holds up
  /// nobody. Called by one thread at a time, never from a job; parts < 65536.
  void run(unsigned parts, const Job &job);

private:
  /// The job that runs: what workers wait on, and where parts are taken from. One word, so that who
  /// takes a part knows that its job has not ended: it cannot, before that part has.
  struct State {
    uint32_t jobs = 0; ///< begun so far
    uint16_t parts = 0, taken = 0;
  };

  void workerMain(unsigned thread);
  void takeParts(unsigned thread);
  /// A state in which there are more jobs than `seen`.
  uint32_t awaitJob(uint32_t seen);

  const Job *job = nullptr; ///< Valid while parts of it are taken but not done.
  std::atomic<State> state;
  std::atomic<uint32_t> undone = 0; ///< parts
  std::atomic<uint32_t> jobs = 0;   ///< as in `state`; four bytes, which the system can wait on
  std::atomic<bool> stopping = false;
  std::vector<std::thread> workers;
};

} // namespace rx::runtime
