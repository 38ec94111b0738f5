// Weights as files store them to the panels that matrix products read (runtime/abi/PanelForm.h).
#pragma once

#include "runtime/abi/PanelForm.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace rx::runtime {

/// Writes rows [firstRow, firstRow + rows.size() / bytes of a row) of a matrix with `depth`
/// elements per row, whole blocks of form.element, to their places in `panels`, which has
/// form.bytes(n, depth) bytes. firstRow is a multiple of form.columns; a last panel that the rows
/// do not fill is filled up with zeros. No bit is lost or changed.
void packPanels(const PanelForm &form, int64_t depth, int64_t firstRow,
                std::span<const std::byte> rows, std::span<std::byte> panels);

} // namespace rx::runtime
