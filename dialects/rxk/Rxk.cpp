#include "dialects/rxk/Rxk.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Interfaces/FunctionImplementation.h"

using namespace mlir;
using namespace rx::rxk;

#include "dialects/rxk/RxkDialect.cpp.inc"
#include "dialects/rxk/RxkEnums.cpp.inc"

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

LogicalResult TileMultiplyOp::verify() {
  auto a = cast<VectorType>(getA().getType()), b = cast<VectorType>(getB().getType());
  auto sums = cast<VectorType>(getSums().getType());
  bool isChain = getOrder() == TileOrder::Chain;
  Type element = a.getElementType(), sum = sums.getElementType();
  if (b.getElementType() != element || (isChain ? sum != element || !(sum.isF32() || sum.isF64()) : !element.isBF16() || !sum.isF32()))
    return emitOpError() << "`" << stringifyTileOrder(getOrder()) << "` multiplies "
                         << (isChain ? "f32 or f64 and adds up the same" : "bf16 and adds up f32");
  if (a.getRank() != 2 || sums.getRank() != 2)
    return emitOpError("a is [M, K] and sums are [M, N]");
  int64_t m = a.getDimSize(0), k = a.getDimSize(1), n = sums.getDimSize(1);
  SmallVector<int64_t> shape = isChain ? SmallVector<int64_t>{k, n} : SmallVector<int64_t>{k / 2, n, 2};
  if (sums.getDimSize(0) != m || b.getShape() != ArrayRef(shape) || (!isChain && k % 2 != 0))
    return emitOpError("b is ") << (isChain ? "[K, N]" : "[K / 2, N, 2]") << " where a is [M, K] and sums are [M, N]";
  if (getOrder() == TileOrder::Amx && (m > 16 || n > 16 || k > 32))
    return emitOpError("a tile register holds no more than [16, 32] bf16 or [16, 16] f32");
  return success();
}

static LogicalResult verifyTile(Operation *op, Type tile) {
  auto type = cast<VectorType>(tile);
  int64_t rows = type.getDimSize(0), bytes = type.getNumElements() / rows * type.getElementTypeBitWidth() / 8;
  if (type.getRank() < 2 || rows > 16 || bytes > 64)
    return op->emitOpError("a tile register holds at most 16 rows of at most 64 bytes, not ") << type;
  return success();
}

LogicalResult TileLoadOp::verify() { return verifyTile(*this, getTile().getType()); }
LogicalResult TileStoreOp::verify() { return verifyTile(*this, getTile().getType()); }
