//===- Call.cpp - functions, constants, yields ---===//
#include "dialects/rxt/Evaluation.h"

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
    return emitOpError() << "'" << getSize()
                         << "' is not a size: expected a polynomial in size symbols";
  return success();
}

//===-- Reference evaluation ---===//

LogicalResult CallOp::evaluate(Evaluation &evaluation) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(*this, getCalleeAttr());
  std::vector<ReferenceValue> arguments, results;
  for (Value input : getInputs())
    arguments.push_back(evaluation.value(input));
  if (failed(evaluation.call(callee, arguments, results)))
    return failure();
  for (auto [result, value] : llvm::zip_equal(getResults(), results))
    evaluation.set(result, value);
  return success();
}

/// The elements of a constant, or false if the attribute cannot list them.
static bool readElements(const Evaluation &evaluation, ElementsAttr attr, ReferenceTensor &tensor) {
  int64_t at = 0;
  if (isFloat(tensor.kind)) {
    auto range = attr.tryGetValues<APFloat>();
    if (!range)
      return false;
    for (const APFloat &value : *range) {
      bool losesInfo;
      APFloat wide = value;
      wide.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &losesInfo);
      tensor.values[at++].real = evaluation.round(tensor.kind, wide.convertToDouble());
    }
    return true;
  }
  auto range = attr.tryGetValues<APInt>();
  if (!range)
    return false;
  for (const APInt &value : *range)
    tensor.values[at++].integer = wrapTo(tensor.kind, value.getSExtValue());
  return true;
}

LogicalResult ConstantOp::evaluate(Evaluation &evaluation) {
  ShapedType shaped = getValue().getShapedType();
  std::optional<ElementKind> kind = elementKindOf(shaped.getElementType());
  if (!kind)
    return emitOpError() << "the reference has no elements of " << shaped.getElementType();
  ReferenceTensor all = ReferenceTensor::zeros(shaped.getShape().vec(), *kind);
  if (!readElements(evaluation, getValue(), all))
    return emitOpError() << "the reference cannot read the elements of this attribute";
  auto table = dyn_cast<TableType>(getResult().getType());
  if (!table) {
    evaluation.set(getResult(), std::move(all));
    return success();
  }
  std::vector<ReferenceValue> rows{std::move(all)};
  for (int64_t trips : table.getTrips()) {
    std::vector<ReferenceValue> inner;
    for (const ReferenceValue &row : rows)
      for (int64_t trip = 0; trip < trips; ++trip)
        inner.push_back(row.row(trip));
    rows = std::move(inner);
  }
  ReferenceValue value;
  llvm::append_range(value.trips, table.getTrips());
  for (const ReferenceValue &row : rows)
    value.entries.push_back(row.entries.front());
  evaluation.set(getResult(), std::move(value));
  return success();
}

//===-- CPU loops ---===//

// Not part of a kernel: it becomes instructions of the plan.

} // namespace rx::rxt
