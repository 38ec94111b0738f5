// Elements are chosen before they are computed.
#pragma once

#include "mlir/IR/PatternMatch.h"

namespace rx::compiler {

/// A gather of what a map computes becomes a map of what the gather reads of the map's inputs: of a
/// whole softmax over a vocabulary, one element per row is computed. Only where the gather has fewer
/// axes than the map, so that what other readers of the map need is computed again for few elements.
void populateGatherBeforeMap(mlir::RewritePatternSet &patterns);

} // namespace rx::compiler
