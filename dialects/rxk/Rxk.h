//===- Rxk.h - the kernel dialect --------------------------------*- C++ -*-===//
#pragma once

#include "dialects/rxk/TileOrder.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/rxk/RxkDialect.h.inc"

#define GET_OP_CLASSES
#include "dialects/rxk/RxkOps.h.inc"
