#include "dialects/rxk/Rxk.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Interfaces/FunctionImplementation.h"

using namespace mlir;
using namespace rx::rxk;

#include "dialects/rxk/RxkDialect.cpp.inc"

#define GET_OP_CLASSES
#include "dialects/rxk/RxkOps.cpp.inc"

void RxkDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "dialects/rxk/RxkOps.cpp.inc"
      >();
}

ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &result) {
  auto type = [](Builder &b, ArrayRef<Type> inputs, ArrayRef<Type> outputs, function_interface_impl::VariadicFlag, std::string &) {
    return b.getFunctionType(inputs, outputs);
  };
  return function_interface_impl::parseFunctionOp(parser, result, false, getFunctionTypeAttrName(result.name), type, getArgAttrsAttrName(result.name),
                                                  getResAttrsAttrName(result.name));
}

void KernelOp::print(OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(printer, *this, false, getFunctionTypeAttrName(), getArgAttrsAttrName(), getResAttrsAttrName());
}

LogicalResult KernelOp::verify() {
  if (getBody().empty() || !llvm::hasSingleElement(getBody()))
    return emitOpError("has one block");
  auto terminator = dyn_cast<ReturnOp>(getBody().front().getTerminator());
  if (!terminator)
    return emitOpError("ends in rxk.return");
  if (terminator.getValues().getTypes() != TypeRange(getResultTypes()))
    return emitOpError("returns other types than it declares");
  return success();
}

LogicalResult LaunchOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto kernel = symbols.lookupNearestSymbolFrom<KernelOp>(*this, getKernelAttr());
  if (!kernel)
    return emitOpError("there is no kernel @") << getKernel();
  if (TypeRange(kernel.getArgumentTypes()) != getInputs().getTypes() || TypeRange(kernel.getResultTypes()) != getResults().getTypes())
    return emitOpError("operands or results do not fit the kernel @") << getKernel();
  return success();
}
