//===- Trainings.h - what can be said of trainings before they run -----------===//
#pragma once

#include "compiler/ast/Ast.h"
#include "compiler/diag/Diagnostic.h"

#include <functional>

namespace rx::elaborate {

/// The definition of a `train F(m, ..) { .. }` by its name; null if there is none.
using FindTraining = std::function<const ast::Item *(const std::string &)>;

/// Reports what an experiment does to its models by name: `stale-model` where a model is read after
/// a training of it, `frozen` where a training is to change what does not change, `leak` where one
/// reads data held out for the test. By names alone: it needs no types, so it holds for programs
/// that cannot run yet.
void checkTrainings(const ast::Item &experiment, const FindTraining &find,
                    diag::DiagnosticEngine &diagnostics);

} // namespace rx::elaborate
