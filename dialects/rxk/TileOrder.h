//===- TileOrder.h - how a tile multiply adds its products up ----*- C++ -*-===//
#pragma once

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/OpImplementation.h"

#include "dialects/rxk/RxkEnums.h.inc"
