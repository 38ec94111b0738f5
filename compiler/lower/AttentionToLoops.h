// Kernels of kind `attention`.
#pragma once

#include "compiler/lower/SoftmaxPanels.h"

namespace rx::compiler {

/// Bytes of scratch that emitAttention needs.
int64_t attentionScratchBytes(Attention &attention, const GemmSpec &spec);

/// Emits the loops of `attention` for rows [begin, end) of the emitter, whose first result is the
/// kernel's. Register tiles become private functions of `module`. Products are as `spec`, dense,
/// has them. Queries, keys and values must lie in memory; everything else may be read through
/// windows.
void emitAttention(rxt::LoopEmitter &e, mlir::ModuleOp module, Attention &attention,
                   const GemmSpec &spec, ViewOf viewOf);

} // namespace rx::compiler
