// What a step of a metric takes, known from its program and the shapes of a batch alone.
#pragma once

#include "runtime/plan/BoundProgram.h"
#include "runtime/plan/Budget.h"
#include "runtime/plan/Bundle.h"

#include <cstdint>
#include <map>
#include <string>

namespace rx::runtime {

/// Elements of the distinct buffers of weights that a program reads.
int64_t parametersRead(const Bundle &bundle, const Program &program);

/// Bytes of the operands of every launch, as often as it runs: what one run of the program moves if
/// no kernel finds anything in a cache. Both sides of a branch count.
Expected<int64_t> bytesMoved(const Bundle &bundle, const Program &program,
                             const std::map<std::string, Shape> &inputs);

/// The same of a run whose sizes are known.
Expected<int64_t> bytesMoved(const Bundle &bundle, const PlannedRun &run);

} // namespace rx::runtime
