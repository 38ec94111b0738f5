// Elements are chosen before they are computed.
#pragma once

#include "mlir/IR/PatternMatch.h"

namespace rx::compiler {

/// A gather of what a map computes becomes a map of what the gather reads of the map's inputs: of a
/// whole softmax over a vocabulary, one element per row is computed. Only where nothing else reads
/// the map, and the gather has fewer axes.
void populateGatherBeforeMap(mlir::RewritePatternSet &patterns);

} // namespace rx::compiler
