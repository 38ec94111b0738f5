// Attention of few rows: the loops for programs that read a text step by step.
#pragma once

#include "compiler/lower/SoftmaxPanels.h"

namespace rx::compiler {

/// Whether emitAttentionStep has loops for it: elements of queries, keys and values lie side by
/// side, in whole strips of lanes.
bool canStep(Attention &attention);
int64_t attentionStepScratchBytes(Attention &attention);
/// Attention where a panel of 32 rows would be mostly empty. Lanes run along the elements of a key,
/// so that one row costs as much as it has to. As in SoftmaxPanels, keys go by in blocks of 128
/// that begin at multiples of 128, sums over them are compensated, and bits depend neither on the
/// part of the rows that a call computes nor on other batch elements nor on the target.
void emitAttentionStep(rxt::LoopEmitter &e, mlir::ModuleOp module, Attention &attention,
                       ViewOf viewOf);

} // namespace rx::compiler
