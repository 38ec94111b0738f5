// Where and with what a run takes place, for its report.
#pragma once

#include "runtime/plan/Bundle.h"

#include <string>
#include <utility>
#include <vector>

namespace rx::runtime {

using Circumstances = std::vector<std::pair<std::string, std::string>>;

/// Versions, target, processor and threads, in the order in which they are shown.
Circumstances circumstancesOf(const Bundle &bundle, unsigned threads);

/// "0.1.0"
std::string rxcVersion();

} // namespace rx::runtime
