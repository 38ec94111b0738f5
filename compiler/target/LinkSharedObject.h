// Kernel objects to the shared object of a bundle.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace rx::compiler {

/// Links `objectPaths` (duplicates allowed) into the shared object `out`, which appears whole or
/// not at all. It exports the kernel entries and nothing else, names no library it depends on, and
/// is refused when it needs a symbol that is neither defined in it nor part of libm or mem*: rx-run
/// always has those loaded, and a bundle must not depend on anything else.
/// The linker is $RXC_LLD, else ld.lld of the LLVM that rxc was built with, else ld.lld from PATH.
llvm::Error linkSharedObject(llvm::ArrayRef<std::string> objectPaths, llvm::StringRef out);

} // namespace rx::compiler
