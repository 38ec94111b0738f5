// What the machine can do at this moment, measured beside every benchmark.
#pragma once

#include "bench/gemm/Workers.h"

namespace rx::bench {

/// Gigaflops of independent f32 multiply-adds in registers, all workers at once, best of several.
double probeFma(Workers &workers);
/// GB/s (read + write) of a copy that misses every cache, all workers at once, best of several.
double probeCopy(Workers &workers);
/// GB/s of summing an array that misses every cache, all workers at once, best of several.
double probeRead(Workers &workers);

} // namespace rx::bench
