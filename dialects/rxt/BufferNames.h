//===- BufferNames.h - how tables of buffers are written --------*- C++ -*-===//
//
// The entries of a table are the layers of a file or the results of one function, whose names
// differ by a number. Such a series is written by its ends:
//
//   [@blk.0.attn_q.weight ... @blk.17.attn_q.weight]          by one
//   [@blk.0.attn_q.weight ... @blk.16.attn_q.weight by 2]
//
//===----------------------------------------------------------------------===//
#pragma once

#include "mlir/IR/OpImplementation.h"

namespace rx::rxt {

mlir::ParseResult parseBufferNames(mlir::OpAsmParser &parser, mlir::ArrayAttr &names);
void printBufferNames(mlir::OpAsmPrinter &printer, mlir::Operation *op, mlir::ArrayAttr names);

} // namespace rx::rxt
