#include "dialects/rx/Rx.h"

#include "dialects/rxt/BufferNames.h"

#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/OpImplementation.h"

#include "dialects/rx/RxDialect.cpp.inc"

namespace rx::rxd {
using rxt::parseBufferNames;
using rxt::printBufferNames;
} // namespace rx::rxd

#define GET_OP_CLASSES
#include "dialects/rx/RxOps.cpp.inc"

void rx::rxd::RxDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "dialects/rx/RxOps.cpp.inc"
      >();
}
