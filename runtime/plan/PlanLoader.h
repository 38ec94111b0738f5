// plan.json to a Plan.
#pragma once

#include "runtime/plan/Plan.h"

#include <string>
#include <string_view>

namespace rx::runtime {

/// Reads the text of a plan. Every number, name and type is checked for itself (an index lies
/// inside its list, a size is a polynomial); whether the program makes sense is verifyPlan's
/// question. The error names `source`, the program, the instruction and the field.
Expected<Plan> readPlan(std::string_view text, const std::string &source);

} // namespace rx::runtime
