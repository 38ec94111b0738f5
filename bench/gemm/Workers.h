// A few threads that start work within a microsecond by spinning, and sleep when there is none.
#pragma once

#include <atomic>
#include <functional>
#include <pthread.h>
#include <sched.h>
#include <thread>
#include <vector>

namespace rx::bench {

class Workers {
public:
  explicit Workers(int count);
  ~Workers();
  int count() const { return static_cast<int>(threads.size()) + 1; }
  /// Calls work(0) ... work(count - 1) at the same time, work(0) on the calling thread, and waits.
  void run(const std::function<void(int)> &work);
  /// Worker i has a core of its own, the i-th that this process may use: woken after a sleep, a
  /// thread may otherwise share its waker's core for many milliseconds. The caller, worker 0, keeps
  /// to its core only between these two calls, so that the other contestant is not bound by it.
  void bindCaller() { bindThread(pthread_self(), 0); }
  void freeCaller();

private:
  void loop(int index);
  void bindThread(pthread_t thread, int index);
  cpu_set_t usable;
  std::vector<std::thread> threads;
  const std::function<void(int)> *work = nullptr;
  std::atomic<unsigned> generation = 0, done = 0;
  std::atomic<bool> stop = false;
};

} // namespace rx::bench
