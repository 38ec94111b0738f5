// How little of a kernel is worth a thread.
#pragma once

#include "mlir/IR/Operation.h"

#include <cstdint>

namespace rx::compiler {

/// Steps of the parallel dimension of `op` (which has loops) that take about 10 us, the cost of
/// waking a sleeping thread. Sizes are not known, so each symbol is taken for 256: a matter of
/// speed alone, and of a factor that the caller's number of threads bounds.
int64_t parallelGrain(mlir::Operation *op);

} // namespace rx::compiler
