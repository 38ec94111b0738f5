// Tensors as .npy files, one array each: the way to and from NumPy.
//
// Format: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays", versions 1 to 3 of
// the header.
#pragma once

#include "runtime/core/HostTensor.h"
#include "runtime/core/Status.h"

#include <string>

namespace rx::runtime {

/// Little-endian f2, f4, f8, i4, i8, u1 and bool, in C order. Errors name the file, what stands
/// there and the NumPy call that makes it readable.
Expected<HostTensor> readNpy(const std::string &path);

/// Replaces `path`. bf16 has no name in the format and is refused, as block forms are.
Status writeNpy(const std::string &path, const HostTensor &tensor);

} // namespace rx::runtime
