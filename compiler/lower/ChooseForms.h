// The form in which every buffer of weights lies in memory.
#pragma once

#include "compiler/target/CpuTarget.h"
#include "mlir/IR/BuiltinOps.h"

namespace rx::compiler {

/// For a module of kernels and launches. A matrix of weights that is only multiplied by, or of
/// which rows are gathered, gets the panels that products on `target` read, in the element form of
/// its file where products decode that, else in f32; what anything else reads stays dense. Says so
/// on the buffers (`rx.form`), gives every launch a kernel per form that its inputs may have, and
/// lists those beyond the first on the launch (`rx.variants`). A module whose buffers have forms is
/// left alone.
mlir::LogicalResult chooseForms(mlir::ModuleOp module, const CpuTarget &target);

} // namespace rx::compiler
