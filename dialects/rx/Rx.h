//===- Rx.h - the experiment dialect -----------------------------*- C++ -*-===//
#pragma once

#include "dialects/rxt/Rxt.h"

#include "mlir/IR/SymbolTable.h"

#include "dialects/rx/RxDialect.h.inc"

#define GET_OP_CLASSES
#include "dialects/rx/RxOps.h.inc"
