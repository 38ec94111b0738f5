//===- Call.cpp - functions, constants, yields ---===//
#include "dialects/rxt/IterationSpace.h"

using namespace mlir;

namespace rx::rxt {

//===-- Verification ---===//

LogicalResult CallOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto callee = symbols.lookupNearestSymbolFrom<func::FuncOp>(*this, getCalleeAttr());
  if (!callee)
    return emitOpError() << "no function is called " << getCalleeAttr();
  auto actual = FunctionType::get(getContext(), getInputs().getTypes(), getResultTypes());
  if (callee.getFunctionType() != actual)
    return emitOpError() << getCalleeAttr() << " is " << callee.getFunctionType()
                         << ", but is called as " << actual;
  return success();
}

/// (C1) trip counts, then the entry's axes; nothing where a size is not constant.
static std::optional<SmallVector<int64_t>> constantShape(Type type) {
  SmallVector<int64_t> shape;
  auto tensor = dyn_cast<TensorType>(type);
  if (auto table = dyn_cast<TableType>(type)) {
    llvm::append_range(shape, table.getTrips());
    tensor = table.getEntry();
  }
  for (const SizeExpr &size : tensor.sizes()) {
    if (!size.isConstant())
      return std::nullopt;
    shape.push_back(size.constant());
  }
  return shape;
}

LogicalResult ConstantOp::verify() {
  Type type = getResult().getType();
  auto table = dyn_cast<TableType>(type);
  Type element = (table ? table.getEntry() : cast<TensorType>(type)).getElementType();
  std::optional<SmallVector<int64_t>> shape = constantShape(type);
  if (!shape || !llvm::equal(*shape, getValue().getShapedType().getShape()))
    return emitOpError() << "shapes differ: the value is " << getValue().getType()
                         << ", the result is " << type;
  if (getValue().getElementType() != element)
    return emitOpError() << "element types differ: the value has " << getValue().getElementType()
                         << ", the result " << element;
  return success();
}

LogicalResult SizeOp::verify() {
  if (!SizeExpr::parse(std::string_view(getSize())))
    return emitOpError() << "'" << getSize() << "' is not a size: expected a polynomial in size symbols";
  return success();
}

//===-- Reference evaluation ---===//

LogicalResult CallOp::evaluate(Evaluation &) { return emitOpError("has no definition yet"); }

LogicalResult ConstantOp::evaluate(Evaluation &) { return emitOpError("has no definition yet"); }

//===-- CPU loops ---===//

// Not part of a kernel: it becomes instructions of the plan.

} // namespace rx::rxt
