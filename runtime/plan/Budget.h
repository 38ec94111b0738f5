// What a run needs in memory, told before it starts.
#pragma once

#include "runtime/core/Status.h"
#include "runtime/plan/BoundProgram.h"
#include "runtime/plan/Bundle.h"
#include "runtime/plan/ParameterStore.h"

#include <cstdint>
#include <cstdio>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace rx::runtime {

/// A program and the sizes it runs with.
struct PlannedRun {
  const Program *program = nullptr;
  Bindings bindings;
  /// Runs of one stage take turns. When a stage is over, what no run of a later one needs is
  /// released: Executor::keepWeightsFor.
  int stage = 0;
};

/// The run of `program` whose inputs and states have these shapes, by name; those without symbols
/// may be left out.
Expected<PlannedRun> planRun(const Program &program, const std::map<std::string, Shape> &shapes);

/// Where runs find their programs and weights, and the threads that may compute weights.
struct RunPlace {
  const Bundle &bundle;
  const ParameterStore &parameters;
  unsigned threads = 1;
};

/// What runs hold in memory at their peak, in bytes.
struct MemoryReport {
  int64_t parameters = 0; ///< weights at once, and all else that is loaded
  int64_t computing = 0;  ///< what weights are computed with, decompositions above all
  int64_t arena = 0;      ///< temporaries
  int64_t inputs = 0;     ///< inputs and outputs
  int64_t states = 0;     ///< states; their next values are outputs
  int64_t tokenizers = 0; ///< vocabularies; known to the caller alone
  unsigned threads = 1;   ///< that compute weights

  int64_t total() const { return parameters + computing + arena + inputs + states + tokenizers; }
  /// "1.20 GB (weights 800 MB, temporaries 400 MB, inputs and outputs 2 MB, states 0 B)"; what
  /// weights are computed with and a tokenizer are named only where there are some.
  std::string text() const;
};

/// "1.20 GB": three digits, powers of 1000.
std::string bytesText(int64_t bytes);
/// The number in a text such as "1.4 GB", "100MB" or "4096"; the error says what is expected.
Expected<int64_t> parseBytes(std::string_view text);

/// The peak of runs one after the other: weights of the stage that needs most, with what it shares
/// with others; states of all of them stay; the rest is that of the largest.
Expected<MemoryReport> planMemory(const RunPlace &place, std::span<const PlannedRun> runs);

/// What runs may use, and what the planner does not know.
struct MemoryLimit {
  int64_t bytes = 0;             ///< 0: what the system has available
  int64_t tokenizers = 0;        ///< held by the caller already
  std::FILE *announce = nullptr; ///< where the plan is said, in one line; null: nowhere
};

/// Before the first of the runs: the plan with as many threads to compute weights as fit. Fails
/// where one does not fit, with the numbers and the largest value of a size of the inputs (the
/// batch, else another axis) that would. `what` opens the message.
Expected<MemoryReport> admitRuns(const RunPlace &place, std::span<const PlannedRun> runs,
                                 std::string_view what, const MemoryLimit &limit);

/// `bytes`; where that is 0, what the system can give now (MemAvailable, and what the cgroup
/// leaves) and `held`, which this process holds already. INT64_MAX where neither is known.
int64_t memoryBudget(int64_t bytes, int64_t held);

/// The most memory that this process has held so far, with its code; 0 where the system does not
/// tell.
int64_t peakMemory();
/// After runs, in one line: what they took, beside what was planned.
void sayPeak(std::FILE *out, int64_t planned);

} // namespace rx::runtime
