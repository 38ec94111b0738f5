// Runs one function on several cores at once and times the whole.
#pragma once

#include <functional>

namespace rx::bench {

/// Cores that this process may use.
int usableCores();

/// Calls work(0) … work(threads - 1) at the same time, each on a core of its own, `rounds` times.
/// Returns the seconds of the quickest round, from the common start to the last one's end.
/// `prepare(i)` runs once on the thread of work(i) before the first round: memory that it touches
/// is local to that thread.
double secondsTogether(int threads, int rounds, const std::function<void(int)> &prepare,
                       const std::function<void(int)> &work);

} // namespace rx::bench
