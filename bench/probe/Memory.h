// The memory bandwidth of this machine at this moment.
//
// What a core gets depends on how it asks: four streams per thread over huge pages read 15-30 %
// more than one stream over small ones. A ceiling is the best way found, so both are used here.
#pragma once

#include <cstddef>

namespace rx::bench {

/// GB/s of reading `bytes` in all, split over `threads` cores.
double readBandwidth(int threads, size_t bytes);
/// GB/s (read + write) of copying bytes / 2 to another bytes / 2.
double copyBandwidth(int threads, size_t bytes);

} // namespace rx::bench
