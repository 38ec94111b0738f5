// What the stages of a data pipeline take. The compiler says so where it stands in the program, the
// runtime where a compiled program is read.
#pragma once

#include <cstdint>

namespace rx {

/// Integers from `least` to `most`, both included.
struct StageLimits {
  int64_t least, most;

  constexpr bool hold(int64_t value) const { return least <= value && value <= most; }
};

constexpr int64_t mostStageRows = int64_t(1) << 40;

constexpr StageLimits packTime{1, 1 << 24}; ///< tokens of a row
constexpr StageLimits takenRows{1, mostStageRows};
constexpr StageLimits skippedRows{0, mostStageRows};
constexpr StageLimits batchRows{1, mostStageRows};

} // namespace rx
