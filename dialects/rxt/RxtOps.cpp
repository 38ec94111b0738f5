//===- RxtOps.cpp - what ODS generates for the ops -------------------------===//
//
// Compiled once; what people write about an op is in ops/.
//
//===----------------------------------------------------------------------===//
#include "dialects/rxt/BufferNames.h"
#include "dialects/rxt/Rxt.h"

#define GET_OP_CLASSES
#include "dialects/rxt/RxtOps.cpp.inc"
