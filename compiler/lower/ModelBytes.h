// What the parameters of a model take in memory, known once every buffer of weights has its form.
#pragma once

#include "mlir/IR/BuiltinOps.h"

#include <nlohmann/json.hpp>

namespace rx::compiler {

/// `rx.sized` stands on models and parts of which a report shows the bytes, and names them there.
/// When structure is inlined, their buffers go to `rx.model_buffers` of the module: a dictionary by
/// these names.
inline constexpr llvm::StringLiteral sizedAttribute = "rx.sized",
                                     modelBuffersAttribute = "rx.model_buffers";

void noteModelBuffers(mlir::ModuleOp module);

/// Replaces every `{"bytes_of": NAME}` below `experiment` by a number: the bytes of the distinct
/// buffers of that model. A buffer that nothing reads counts as its file stores it. Columns that fill
/// up the last panel of a matrix do not count: how many there are depends on the CPU.
void resolveModelBytes(mlir::ModuleOp module, nlohmann::json &experiment);

} // namespace rx::compiler
