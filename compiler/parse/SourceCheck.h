//===- SourceCheck.h - Is this a text file at all? -------------------------===//
#pragma once

#include "compiler/diag/Diagnostic.h"

namespace rx::parse {

/// Reports what no program may contain: control characters, invalid UTF-8, more than 16 MB of text.
/// False if anything was reported.
bool checkSourceText(const diag::Source &source, diag::DiagnosticEngine &engine);

} // namespace rx::parse
