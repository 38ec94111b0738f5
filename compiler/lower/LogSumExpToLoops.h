// Kernels of kind `logsumexp`.
#pragma once

#include "compiler/lower/SoftmaxPanels.h"

namespace rx::compiler {

/// Bytes of scratch that emitLogSumExp needs.
int64_t logSumExpScratchBytes(LogSumExp &group, const GemmSpec &spec);

/// Emits the loops of `group` for rows [begin, end) of the emitter; `returned` says which of its
/// results the emitter's results are, in order. Register tiles become private functions of `module`.
/// Scores are the product `spec`: the keys must lie in memory, dense or as weights in its panels;
/// everything else may be read through windows. The chosen element of a row whose key does not exist is NaN.
void emitLogSumExp(rxt::LoopEmitter &e, mlir::ModuleOp module, LogSumExp &group,
                   mlir::ValueRange returned, const GemmSpec &spec, ViewOf viewOf);

} // namespace rx::compiler
