//===- Param.cpp - buffers and the parameters that name them ---===//
#include "dialects/rxt/Evaluation.h"

using namespace mlir;

namespace rx::rxt {

//===-- Verification ---===//

LogicalResult BufferOp::verify() {
  if (!isa<TensorType>(getType()))
    return emitOpError() << "a buffer is a tensor, not " << getType();
  if (getFile().has_value() != getTensor().has_value())
    return emitOpError() << "a file and the name of a tensor in it come together";
  if (!getFile() && !getVia())
    return emitOpError() << "a buffer comes from a file or through a function (`via`)";
  return success();
}

static SmallVector<int64_t> tripsOf(Type type) {
  if (auto table = dyn_cast<TableType>(type))
    return SmallVector<int64_t>(table.getTrips());
  return {};
}

static TensorType entryOf(Type type) {
  if (auto table = dyn_cast<TableType>(type))
    return table.getEntry();
  return cast<TensorType>(type);
}

LogicalResult ParamOp::verifySymbolUses(SymbolTableCollection &symbols) {
  int64_t entries = 1;
  for (int64_t trips : tripsOf(getResult().getType()))
    entries *= trips;
  if (static_cast<int64_t>(getBuffers().size()) != entries)
    return emitOpError() << "parameter '" << getPath() << "' has " << entries << " entries, but "
                         << getBuffers().size() << " buffers";
  TensorType entry = entryOf(getResult().getType());
  for (auto name : getBuffers().getAsRange<FlatSymbolRefAttr>()) {
    auto buffer = symbols.lookupNearestSymbolFrom<BufferOp>(*this, name);
    if (!buffer)
      return emitOpError() << "no buffer is called " << name;
    if (buffer.getType() != entry)
      return emitOpError() << "buffer " << name << " is " << buffer.getType()
                           << ", the entries of parameter '" << getPath() << "' are " << entry;
  }
  return success();
}

//===-- Reference evaluation ---===//

LogicalResult ParamOp::evaluate(Evaluation &evaluation) {
  ReferenceValue value;
  llvm::append_range(value.trips, tripsOf(getResult().getType()));
  for (auto name : getBuffers().getAsRange<FlatSymbolRefAttr>()) {
    auto buffer = SymbolTable::lookupNearestSymbolFrom<BufferOp>(*this, name);
    value.entries.push_back(evaluation.buffer(buffer, *this));
    if (!value.entries.back())
      return failure();
  }
  evaluation.set(getResult(), std::move(value));
  return success();
}

//===-- CPU loops ---===//

// Not part of a kernel: it becomes instructions of the plan.

} // namespace rx::rxt
