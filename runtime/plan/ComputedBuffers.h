// Weights that programs compute from other weights, as many side by side as the device has threads.
#pragma once

#include "runtime/core/Status.h"
#include "runtime/device/Device.h"
#include "runtime/plan/Bundle.h"
#include "runtime/plan/Interpreter.h"
#include "runtime/plan/ParameterStore.h"

#include <cstdint>
#include <functional>
#include <set>
#include <string>

namespace rx::runtime {

/// Told how many of the matrices that a program's weights need are decomposed, which takes all the
/// time: first 0, last all of them. One call at a time, from any thread; none if there are none.
using ComputeProgress = std::function<void(int64_t done, int64_t total)>;

struct ComputeOptions {
  ComputeProgress progress;
  Memo *memo = nullptr; ///< of decompositions; any thread may call it
  unsigned threads = 0; ///< at most; 0: as many as the device has
  Observer observer;    ///< sees the instructions of all programs, one call at a time
};

/// Gives `store` the values of those of `names` that programs compute and that it does not hold,
/// and of what those are computed from. Each program runs on one thread and gives the same bits
/// however many there are. What they read is loaded when its turn comes and released as the store
/// decides.
Status computeBuffers(const Bundle &bundle, const Device &device, ParameterStore &store,
                      const std::set<std::string> &names, const ComputeOptions &options);

} // namespace rx::runtime
