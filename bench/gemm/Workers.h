// A few threads that start work within a microsecond by spinning, and sleep when there is none.
#pragma once

#include <atomic>
#include <functional>
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

private:
  void loop(int index);
  std::vector<std::thread> threads;
  const std::function<void(int)> *work = nullptr;
  std::atomic<unsigned> generation = 0, done = 0;
  std::atomic<bool> stop = false;
};

} // namespace rx::bench
