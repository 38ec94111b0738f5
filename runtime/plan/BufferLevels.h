// In which order weights can be computed from each other.
#pragma once

#include "runtime/core/Status.h"
#include "runtime/plan/Bundle.h"

#include <vector>

namespace rx::runtime {

/// Sets the level of every buffer. Fails where a value depends on itself, naming the buffers in a
/// circle. The sources are sorted by name, and all their inputs are there.
Status setLevels(std::vector<BufferSource> &sources);

} // namespace rx::runtime
