// The memory bandwidth of this machine at this moment.
//
// What a core gets depends on how it asks, and the best way differs from CPU to CPU: one stream or
// four, narrow loads or wide ones, stores past the caches or memcpy. A ceiling is the best way
// found, so all of them are tried, on huge pages.
#pragma once

#include <cstddef>

namespace rx::bench {

/// GB/s of reading `bytes` in all, split over `threads` cores.
double readBandwidth(int threads, size_t bytes);
/// GB/s (read + write) of copying bytes / 2 to another bytes / 2.
double copyBandwidth(int threads, size_t bytes);

} // namespace rx::bench
