// Which weights have to be computed from others, in what order, and in how much memory.
#pragma once

#include "runtime/plan/Bundle.h"

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace rx::runtime {

/// Whether a buffer of the manifest has a value already.
using Holds = std::function<bool(const std::string &name)>;

/// The buffers that a store holds once all of `names` have values: these, and what those that lack
/// one are computed from as far as it is computed itself. Tensors of files are read when their turn
/// comes and not kept.
std::set<std::string> buffersFor(const Bundle &bundle, const std::set<std::string> &names,
                                 const Holds &holds);

/// Computed buffers with the same inputs, one after another: what one program has found out about
/// them, the next need not find out again.
using ComputeJob = std::vector<const BufferSource *>;

/// What gives all of `names` values, by level: jobs of one level may run side by side.
std::vector<std::vector<ComputeJob>>
computeJobs(const Bundle &bundle, const std::set<std::string> &names, const Holds &holds);

/// Decompositions that a thread keeps for the other programs of a job.
inline constexpr int64_t recentDecompositions = 2;

/// Bytes that `threads` threads take for these jobs at their peak, beside the values that they
/// leave.
int64_t bytesToCompute(const Bundle &bundle, const std::vector<std::vector<ComputeJob>> &jobs,
                       unsigned threads);

} // namespace rx::runtime
