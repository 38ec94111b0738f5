#include "compiler/lower/KernelBuilder.h"
#include "compiler/lower/LaunchWords.h"
#include "dialects/rxt/IterationSpace.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace rx::compiler {

KernelSource::KernelSource(FunctionOpInterface copy) : function(copy) {
  for (OpOperand &operand : body().getTerminator()->getOpOperands()) {
    merges.emplace_back();
    auto window = operand.get().getDefiningOp<rxt::WindowOp>();
    if (std::optional<Merge> merge = window ? Merge::afterLoops(window) : std::nullopt) {
      merges.back() = merge;
      operand.set(window.getInput());
      window.erase();
    }
  }
}

static rxt::TensorType tensor(Type type) { return cast<rxt::TensorType>(type); }
static int64_t outerAxes(Type type) { return std::max<int64_t>(tensor(type).rank() - 1, 0); }

KernelBuilder::KernelBuilder(ModuleOp module, KernelSource &kernel, ArrayRef<SizeExpr> scratch)
    : builder(module.getBodyRegion()), loc(kernel.function.getLoc()), kernel(kernel),
      scratch(scratch), pointer(LLVM::LLVMPointerType::get(module.getContext())),
      i64(builder.getI64Type()), sizes(rxt::sizeSymbols(kernel.function)) {
  llvm::append_range(operands, kernel.function.getArgumentTypes());
  llvm::append_range(operands, kernel.function.getResultTypes());
}

LogicalResult KernelBuilder::build(EmitBody emit) {
  func::FuncOp rows = makeFunction("__rows", innerTypes());
  rows.setPrivate();
  for (auto [index, type] : llvm::enumerate(rows.getArgumentTypes()))
    if (type == pointer)
      rows.setArgAttr(index, LLVM::LLVMDialect::getNoAliasAttrName(), builder.getUnitAttr());
  if (failed(buildRows(rows, emit)))
    return failure();
  buildEntry(rows);
  return success();
}

func::FuncOp KernelBuilder::makeFunction(StringRef name, ArrayRef<Type> types) {
  OpBuilder::InsertionGuard guard(builder);
  auto function = func::FuncOp::create(builder, loc, name, builder.getFunctionType(types, {}));
  builder.setInsertionPointToStart(function.addEntryBlock());
  func::ReturnOp::create(builder, loc);
  return function;
}

/// Per operand its address and the strides of all axes but the last; sizes; begin; end; the parts
/// of scratch.
SmallVector<Type> KernelBuilder::innerTypes() {
  SmallVector<Type> types;
  for (Type type : operands) {
    types.push_back(pointer);
    types.append(outerAxes(type), i64);
  }
  types.append(sizes.size() + 2, i64);
  types.append(scratch.size(), pointer);
  return types;
}

LogicalResult KernelBuilder::buildRows(func::FuncOp rows, EmitBody emit) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(rows.getBody().front().getTerminator());
  ValueRange arguments = rows.getArguments();
  auto take = [&] {
    Value value = arguments.front();
    arguments = arguments.drop_front();
    return value;
  };
  SmallVector<rxt::View> views;
  for (Type type : operands) {
    rxt::View view;
    view.type = tensor(type);
    view.pointer = take();
    for (int64_t axis = 0; axis < outerAxes(type); ++axis)
      view.strides.push_back(take());
    if (view.type.rank() > 0)
      view.strides.push_back(arith::ConstantIntOp::create(builder, loc, 1, 64));
    views.push_back(view);
  }
  rxt::KernelFrame frame;
  for (const std::string &name : sizes)
    frame.sizes[name] = take();
  frame.begin = take();
  frame.end = take();
  for (size_t part = 0; part < scratch.size(); ++part)
    frame.scratch.push_back(take());
  rxt::LoopEmitter reader(builder, loc, frame);
  KernelViews viewOf(reader, views);
  addOperands(frame, views, viewOf);
  auto streams = llvm::map_to_vector(frame.results, [](auto &view) { return view.streams; });
  rxt::LoopEmitter emitter(builder, loc, std::move(frame));
  LogicalResult done = emit(emitter, viewOf);
  for (Value any : streams)
    emitter.orderStreams(any);
  return done;
}

void KernelBuilder::addOperands(rxt::KernelFrame &frame, ArrayRef<rxt::View> views,
                                const KernelViews &viewOf) {
  unsigned arguments = kernel.function.getNumArguments();
  rxt::LoopEmitter e(builder, loc, frame);
  frame.inputs = operandsOf(viewOf);
  for (auto [view, merge] : llvm::zip(views.drop_front(arguments), kernel.merges))
    frame.results.push_back(merge ? merge->inputIn(e, view) : view);
  bool isUpdate = isa<rxt::UpdateOp>(kernel.last()); // which writes a few rows of its result
  for (rxt::View &result : frame.results)
    result.streams = isUpdate ? Value() : e.streams(result);
  for (unsigned i = 0; i < arguments; ++i)
    if (auto name = kernel.function.getArgAttrOfType<StringAttr>(i, "rx.name"))
      frame.presences[name.str()] = views[i];
}

/// The operands of the last op as it reads them, unless earlier ops compute some.
SmallVector<rxt::View> KernelBuilder::operandsOf(const KernelViews &viewOf) {
  ValueRange values = kernel.last()->getOperands();
  bool isWhole = llvm::all_of(
      values, [](Value operand) { return isa<BlockArgument>(behindWindows(operand)); });
  SmallVector<rxt::View> operands;
  for (Value operand : isWhole ? values : ValueRange())
    operands.push_back(viewOf(operand));
  return operands;
}

void KernelBuilder::buildEntry(func::FuncOp rows) {
  func::FuncOp entry = makeFunction(kernel.function.getName(), {pointer});
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(entry.getBody().front().getTerminator());
  LaunchWords words(builder, loc);
  Value launch = entry.getArgument(0), table = words.loadPointer(launch, LaunchWords::operands);
  SmallVector<Value> arguments;
  for (auto [index, type] : llvm::enumerate(operands)) {
    int64_t at = index * LaunchWords::perOperand;
    arguments.push_back(words.loadPointer(table, at));
    for (int64_t axis = 0; axis < outerAxes(type); ++axis)
      arguments.push_back(words.loadInteger(table, at + 1 + axis));
  }
  rxt::KernelFrame frame;
  frame.sizes = words.readSizes(launch, sizes);
  for (auto &[name, value] : frame.sizes) // sorted, as `sizes`
    arguments.push_back(value);
  arguments.push_back(words.loadInteger(launch, LaunchWords::begin));
  arguments.push_back(words.loadInteger(launch, LaunchWords::end));
  if (!scratch.empty())
    addScratch(words.loadPointer(launch, LaunchWords::scratch),
               rxt::LoopEmitter(builder, loc, frame), arguments);
  func::CallOp::create(builder, loc, rows, arguments);
}

/// Parts begin at multiples of a cache line.
void KernelBuilder::addScratch(Value memory, rxt::LoopEmitter e, SmallVector<Value> &arguments) {
  Value offset = e.constant(0), line = e.constant(RX_SCRATCH_ALIGNMENT);
  for (const SizeExpr &bytes : scratch) {
    arguments.push_back(LLVM::GEPOp::create(builder, loc, pointer, builder.getI8Type(), memory,
                                            ValueRange(offset)));
    Value lines = e.div(e.size(bytes + SizeExpr(RX_SCRATCH_ALIGNMENT - 1)), line);
    offset = e.add(offset, e.mul(lines, line));
  }
}

} // namespace rx::compiler
