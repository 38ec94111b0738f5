// How little of a kernel is worth a thread.
#pragma once

#include "mlir/IR/Operation.h"
#include "runtime/abi/SizeExpr.h"

#include <cstdint>

namespace rx::compiler {

/// Steps of the parallel dimension of a kernel of `ops` (which have loops), `steps` in all, that
/// take about 10 us, the cost of waking a sleeping thread. Sizes are not known, so each symbol is
/// taken for 256: a matter of speed alone, and of a factor that the caller's number of threads
/// bounds.
int64_t parallelGrain(llvm::ArrayRef<mlir::Operation *> ops, const SizeExpr &steps);

/// The size when each symbol is 256; at least 1.
double guessedSize(const SizeExpr &size);

} // namespace rx::compiler
