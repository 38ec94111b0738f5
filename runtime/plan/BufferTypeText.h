// Sizes and types as they stand in plan.json, read as hostile text.
#pragma once

#include "runtime/core/Status.h"
#include "runtime/plan/Plan.h"

#include <string_view>

namespace rx::runtime {

/// A polynomial in canonical text (`2*b*t + 1`). Texts whose coefficients could overflow while they
/// are read are refused: more than 15 digits, two numbers in one term, more than 1024 characters.
Expected<SizeExpr> readSize(std::string_view text);

/// `dense` or `panels<q8_0, 32>`.
Expected<PanelForm> readForm(std::string_view text);

/// `f32[b, 2*t + 1]`: a plain element type and at most RX_MAX_RANK sizes; for matrices of weights
/// also ` in panels<q8_0, 32>` or ` in any form`.
Expected<BufferType> readBufferType(std::string_view text);

} // namespace rx::runtime
