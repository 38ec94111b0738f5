// The f32 multiply-add peak of this machine at this moment.
#pragma once

namespace rx::bench {

/// Gigaflops (a multiply-add counts 2) of independent chains in registers on `threads` cores, with
/// the widest vectors that are fastest here. 0 where the CPU has no FMA.
double fmaGigaflops(int threads);

} // namespace rx::bench
