//===- LoopEmitter.h - builds the loops of a kernel -------------*- C++ -*-===//
#pragma once

namespace rx::rxt {

/// What an op's `emitLoops` needs to write its loops over strided buffers.
class LoopEmitter;

} // namespace rx::rxt
