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
  if (!getInputs().empty() && !getVia())
    return emitOpError() << "a buffer that takes others passes them through a function (`via`)";
  return success();
}

/// (C2) The type of the tensor of the file is known here by the function's first argument alone.
static LogicalResult verifyVia(BufferOp op, func::FuncOp via, SymbolTableCollection &symbols) {
  ArrayRef<Type> types = via.getArgumentTypes();
  size_t expected = op.getInputs().size() + op.getFile().has_value();
  if (types.size() != expected)
    return op.emitOpError() << "@" << via.getName() << " takes " << types.size()
                            << " arguments, the buffer gives it " << expected;
  if (via.getResultTypes() != ArrayRef<Type>(op.getType()))
    return op.emitOpError() << "the buffer is " << op.getType() << ", @" << via.getName() << " is "
                            << via.getFunctionType();
  ArrayRef<Type> ofInputs = types.take_back(op.getInputs().size());
  for (auto [name, type] :
       llvm::zip_equal(op.getInputs().getAsRange<FlatSymbolRefAttr>(), ofInputs)) {
    auto input = symbols.lookupNearestSymbolFrom<BufferOp>(op, name);
    if (!input)
      return op.emitOpError() << "no buffer is called " << name;
    if (input.getType() != type)
      return op.emitOpError() << "buffer " << name << " is " << input.getType() << ", @"
                              << via.getName() << " takes " << type;
  }
  return success();
}

/// What a buffer holds: a tensor or other buffers, through a function. Null where it begins from
/// nothing.
static Attribute contentOf(BufferOp op) {
  if (!op.getFile() && op.getInputs().empty())
    return {};
  Builder builder(op.getContext());
  auto orUnit = [&](Attribute part) { return part ? part : builder.getUnitAttr(); };
  return builder.getArrayAttr({orUnit(op.getFileAttr()), orUnit(op.getTensorAttr()),
                               orUnit(op.getViaAttr()), op.getInputs()});
}

static bool isFirstBuffer(Operation *op) {
  while ((op = op->getPrevNode()))
    if (isa<BufferOp>(op))
      return false;
  return true;
}

/// (C4) Of all buffers of the module at once, told by the first of them.
static LogicalResult verifyNoCopies(BufferOp first) {
  DenseMap<Attribute, BufferOp> known;
  for (Operation *op = first; op; op = op->getNextNode()) {
    auto buffer = dyn_cast<BufferOp>(op);
    Attribute content = buffer ? contentOf(buffer) : Attribute();
    if (!content)
      continue;
    auto [same, isNew] = known.try_emplace(content, buffer);
    if (!isNew)
      return buffer.emitOpError() << "is a copy of @" << same->second.getName()
                                  << "; what is shared is one buffer, which parameters name";
  }
  return success();
}

LogicalResult BufferOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (isFirstBuffer(*this) && failed(verifyNoCopies(*this)))
    return failure();
  if (!getVia())
    return success();
  auto via = symbols.lookupNearestSymbolFrom<func::FuncOp>(*this, getViaAttr());
  if (!via)
    return emitOpError() << "no function is called " << getViaAttr();
  if (failed(verifyVia(*this, via, symbols)))
    return failure();
  bool readsWeights = via.walk([](ParamOp) { return WalkResult::interrupt(); }).wasInterrupted();
  if (readsWeights)
    return emitOpError() << getViaAttr() << " reads weights that are not among its inputs";
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
