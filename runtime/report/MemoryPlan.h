//===- MemoryPlan.h - what a metric of a report will run -----------*- C++ -*-===//
#pragma once

#include "runtime/plan/Budget.h"

#include <nlohmann/json.hpp>

#include <vector>

namespace rx::runtime {

/// The two programs of a metric of the manifest, at its largest sizes: a step over batches of shape
/// `batch`, and the formula over its sums.
Expected<std::vector<PlannedRun>> runsOfMetric(const Bundle &bundle, const nlohmann::json &metric,
                                               const Shape &batch);

} // namespace rx::runtime
