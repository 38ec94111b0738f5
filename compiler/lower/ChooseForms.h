// The form in which every buffer of weights lies in memory.
#pragma once

#include "compiler/target/CpuTarget.h"
#include "mlir/IR/BuiltinOps.h"

namespace rx::compiler {

/// Whether weights stay in the element form of their file, or are expanded when they are loaded.
enum class WeightForms { Stored, F32 };

/// For a module of kernels and launches. A matrix of weights that is only multiplied by, or of
/// which rows are gathered, gets the panels that products on `target` read, in the element form of
/// its file where products decode that (and `forms` does not say f32), else in f32; what anything
/// else reads stays dense. Says so
/// on the buffers (`rx.form`), gives every launch a kernel per form that its inputs may have, and
/// lists those beyond the first on the launch (`rx.variants`). A module whose buffers have forms is
/// left alone.
mlir::LogicalResult chooseForms(mlir::ModuleOp module, const CpuTarget &target,
                                WeightForms forms = WeightForms::Stored);

} // namespace rx::compiler
