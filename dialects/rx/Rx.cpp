#include "dialects/rx/Rx.h"

#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/OpImplementation.h"

#include "dialects/rx/RxDialect.cpp.inc"

#define GET_OP_CLASSES
#include "dialects/rx/RxOps.cpp.inc"

void rx::rxd::RxDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "dialects/rx/RxOps.cpp.inc"
      >();
}
