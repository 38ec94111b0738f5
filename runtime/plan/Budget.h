// What a run needs in memory, told before it starts.
#pragma once

#include "runtime/core/Status.h"
#include "runtime/plan/BoundProgram.h"
#include "runtime/plan/Bundle.h"
#include "runtime/plan/ParameterStore.h"

#include <cstdint>
#include <string>

namespace rx::runtime {

/// What one run of a program holds in memory at its peak, in bytes.
struct MemoryReport {
  int64_t parameters = 0; ///< weights that the program reads, and all else that is loaded
  int64_t arena = 0;      ///< temporaries
  int64_t inputs = 0;     ///< inputs and outputs
  int64_t states = 0;     ///< states; their next values are outputs

  int64_t total() const { return parameters + arena + inputs + states; }
  /// "1.20 GB (weights 800 MB, temporaries 400 MB, inputs and outputs 2 MB, states 0 B)"
  std::string text() const;
};

/// "1.20 GB": three digits, powers of 1000.
std::string bytesText(int64_t bytes);

Expected<MemoryReport> planMemory(const Bundle &bundle, const ParameterStore &parameters,
                                  const Program &program, const Bindings &bindings);

/// Fails when the run needs more than `budget` bytes, with the numbers and the largest first axis
/// of the inputs (the batch) that would fit.
Status checkBudget(const Bundle &bundle, const ParameterStore &parameters, const Program &program,
                   const Bindings &bindings, int64_t budget);

/// Bytes that the system can give now: MemAvailable, and what the cgroup leaves; INT64_MAX where
/// neither is known.
int64_t availableMemory();

} // namespace rx::runtime
