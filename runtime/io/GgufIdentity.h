// Recognises the header of a GGUF file without reading it again.
#pragma once

#include "runtime/core/Status.h"
#include "runtime/io/Gguf.h"

#include <string>
#include <string_view>

namespace rx::runtime {

/// "SIZE-HEADERBYTES-HASH": a text that changes whenever anything does that open() reads.
Expected<std::string> headerIdentity(const GgufFile &file);

/// Whether the file at `path` has this identity. Hashes the bytes and parses nothing: a header says
/// itself where it ends, so a file that begins with the bytes of a known one has the same header.
/// False too for what is no identity, and for files that cannot be read.
bool hasHeader(const std::string &path, std::string_view identity);

} // namespace rx::runtime
