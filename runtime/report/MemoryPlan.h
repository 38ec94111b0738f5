//===- MemoryPlan.h - what the reports of an experiment will run --*- C++ -*-===//
#pragma once

#include "runtime/plan/Budget.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <optional>
#include <vector>

namespace rx::runtime {

/// Every run of a bundle's reports at its largest sizes: two programs for each metric, however
/// often it is shown. `batchShape` gives the shape of a metric's first batch, which is the largest;
/// nothing for one that will not be run.
Expected<std::vector<PlannedRun>> runsOfReports(
    const Bundle &bundle,
    const std::function<Expected<std::optional<Shape>>(const nlohmann::json &metric)> &batchShape);

} // namespace rx::runtime
