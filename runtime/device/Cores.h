// How many threads this process can really run at once.
#pragma once

#include <optional>
#include <string_view>

namespace rx::runtime {

/// Threads that run at the same time, at least 1: the processors that the process may use
/// (sched_getaffinity), at most the cgroup's quota, at most what a measurement of a few
/// milliseconds shows to run side by side (virtual machines promise processors that they share).
/// Measured once per process.
unsigned usableCores();

/// Processors' worth of time in the text of a cgroup-v2 `cpu.max` ("150000 100000" is 2, rounded
/// up), or nothing when it sets no limit or is not such a text.
std::optional<unsigned> cgroupCores(std::string_view cpuMax);

} // namespace rx::runtime
