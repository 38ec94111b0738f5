#include "compiler/lower/KernelToLoops.h"
#include "compiler/lower/AttentionStep.h"
#include "compiler/lower/AttentionToLoops.h"
#include "compiler/lower/ContractProducts.h"
#include "compiler/lower/ContractToGemm.h"
#include "compiler/lower/ExpandScalars.h"
#include "compiler/lower/GatherPanels.h"
#include "compiler/lower/Grain.h"
#include "compiler/lower/LaunchWords.h"
#include "compiler/lower/LogSumExpToLoops.h"
#include "compiler/lower/PanelUses.h"
#include "dialects/rxt/IterationSpace.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace rx::compiler {
namespace {

/// The op whose loops the kernel is, or null with an error: it defines every result, in order, and
/// reads arguments or windows of them.
Operation *rootOf(FunctionOpInterface kernel) {
  Block &block = kernel.getFunctionBody().front();
  Operation *end = block.getTerminator(), *root = end->getPrevNode();
  if (!root || !isa<rxt::LoopLowering>(root) ||
      !llvm::equal(end->getOperands(), root->getResults()))
    return kernel.emitError("a kernel returns the results of one op that has loops"), nullptr;
  for (Operation &op : block)
    if (&op != root && &op != end && !isa<rxt::WindowOp>(op))
      return op.emitError("only windows stand before the op whose loops a kernel is"), nullptr;
  return root;
}

/// Whether the kernel computes nothing but `ops`, of which it returns some of `results`.
bool isAllOf(FunctionOpInterface kernel, ArrayRef<Operation *> ops, ArrayRef<Value> results) {
  Block &block = kernel.getFunctionBody().front();
  return llvm::all_of(block.getTerminator()->getOperands(),
                      [&](Value value) { return llvm::is_contained(results, value); }) &&
         llvm::all_of(block.without_terminator(),
                      [&](Operation &op) {
                        return isa<rxt::WindowOp>(op) || llvm::is_contained(ops, &op);
                      }) &&
         llvm::all_of(ops, [&](Operation *op) { // queries, keys and values lie in memory
           return !isa<rxt::ContractOp>(op) || llvm::none_of(op->getOperands(), [](Value operand) {
             return operand.getDefiningOp<rxt::WindowOp>();
           });
         });
}

bool readsArguments(Operation *op) {
  return llvm::all_of(op->getOperands(), [](Value value) { return isa<BlockArgument>(value); });
}

/// What a kernel computes: emits it for the kernel's operands, whose views `viewOf` gives.
using EmitBody = llvm::function_ref<LogicalResult(rxt::LoopEmitter &, ViewOf viewOf)>;

/// The form of the argument that lies in panels; dense when there is none.
FailureOr<PanelForm> formOfWeights(FunctionOpInterface kernel, const CpuTarget &target) {
  PanelForm found;
  for (unsigned i = 0; i < kernel.getNumArguments(); ++i) {
    PanelForm form = formOfArgument(kernel, i);
    if (form.isDense())
      continue;
    bool fits = form.columns == target.gemm.vectors * target.lanes(/*elementBits=*/32);
    if (panelUse(kernel, i) == PanelUse::None || !found.isDense() || !fits)
      return kernel.emitError("argument ")
             << i << " cannot be read in the form " << form.str() << " on " << target.name;
    found = form;
  }
  return found;
}

/// Emits the two functions of a kernel: the entry unpacks rx_launch, the inner one has the loops.
/// That the operands do not overlap can be said of a function's arguments only, hence two.
class KernelBuilder {
public:
  KernelBuilder(ModuleOp module, FunctionOpInterface kernel, bool usesScratch)
      : builder(module.getBodyRegion()), loc(kernel.getLoc()), kernel(kernel),
        usesScratch(usesScratch), pointer(LLVM::LLVMPointerType::get(module.getContext())),
        i64(builder.getI64Type()), sizes(rxt::sizeSymbols(kernel)) {
    llvm::append_range(operands, kernel.getArgumentTypes());
    llvm::append_range(operands, kernel.getResultTypes());
  }

  LogicalResult build(EmitBody emit) {
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

private:
  func::FuncOp makeFunction(StringRef name, ArrayRef<Type> types) {
    OpBuilder::InsertionGuard guard(builder);
    auto function = func::FuncOp::create(builder, loc, name, builder.getFunctionType(types, {}));
    builder.setInsertionPointToStart(function.addEntryBlock());
    func::ReturnOp::create(builder, loc);
    return function;
  }

  static int64_t outerAxes(Type type) { return std::max<int64_t>(tensor(type).rank() - 1, 0); }
  static rxt::TensorType tensor(Type type) { return cast<rxt::TensorType>(type); }

  /// Per operand its address and the strides of all axes but the last; sizes; begin; end; scratch.
  SmallVector<Type> innerTypes() {
    SmallVector<Type> types;
    for (Type type : operands) {
      types.push_back(pointer);
      types.append(outerAxes(type), i64);
    }
    types.append(sizes.size() + 2, i64);
    if (usesScratch)
      types.push_back(pointer);
    return types;
  }

  LogicalResult buildRows(func::FuncOp rows, EmitBody emit) {
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
    rxt::KernelFrame frame = frameOf(views);
    for (const std::string &name : sizes)
      frame.sizes[name] = take();
    frame.begin = take();
    frame.end = take();
    if (usesScratch)
      frame.scratch = take();
    rxt::LoopEmitter emitter(builder, loc, std::move(frame));
    return emit(emitter, [&](Value value) { return viewOf(value, views); });
  }

  static rxt::View viewOf(Value value, ArrayRef<rxt::View> arguments) {
    if (auto argument = dyn_cast<BlockArgument>(value))
      return arguments[argument.getArgNumber()];
    auto window = value.getDefiningOp<rxt::WindowOp>();
    return rxt::View::through(window, viewOf(window.getInput(), arguments));
  }

  rxt::KernelFrame frameOf(ArrayRef<rxt::View> views) {
    rxt::KernelFrame frame;
    unsigned arguments = kernel.getNumArguments();
    frame.inputs = operandsOf(views);
    frame.results.append(views.begin() + arguments, views.end());
    for (unsigned i = 0; i < arguments; ++i)
      if (auto name = kernel.getArgAttrOfType<StringAttr>(i, "rx.name"))
        frame.presences[name.str()] = views[i];
    return frame;
  }

  /// The operands of the last op as it reads them, unless earlier ops compute some.
  SmallVector<rxt::View> operandsOf(ArrayRef<rxt::View> views) {
    Operation *last = kernel.getFunctionBody().front().getTerminator()->getPrevNode();
    bool isWhole = llvm::all_of(last->getOperands(), [](Value operand) {
      return isa<BlockArgument>(operand) || operand.getDefiningOp<rxt::WindowOp>();
    });
    SmallVector<rxt::View> operands;
    for (Value operand : isWhole ? ValueRange(last->getOperands()) : ValueRange())
      operands.push_back(viewOf(operand, views));
    return operands;
  }

  void buildEntry(func::FuncOp rows) {
    func::FuncOp entry = makeFunction(kernel.getName(), {pointer});
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
    for (auto &[name, value] : words.readSizes(launch, sizes)) // sorted, as `sizes`
      arguments.push_back(value);
    arguments.push_back(words.loadInteger(launch, LaunchWords::begin));
    arguments.push_back(words.loadInteger(launch, LaunchWords::end));
    if (usesScratch)
      arguments.push_back(words.loadPointer(launch, LaunchWords::scratch));
    func::CallOp::create(builder, loc, rows, arguments);
  }

  OpBuilder builder;
  Location loc;
  FunctionOpInterface kernel;
  bool usesScratch;
  Type pointer, i64;
  std::vector<std::string> sizes;
  SmallVector<Type> operands; ///< inputs, then outputs
};

void prepareBodies(Operation *op) {
  for (Region &region : op->getRegions())
    for (Block &block : region) {
      expandScalars(block);
      contractProducts(block);
    }
}

/// A kernel of several ops, which softmax rows begin.
LogicalResult lowerRows(LoweredKernel &lowered, FunctionOpInterface kernel, SoftmaxRows &rows,
                        int64_t scratchBytes,
                        function_ref<void(rxt::LoopEmitter &, ViewOf viewOf)> emit) {
  lowered.extent = SoftmaxPanels::extent(rows);
  lowered.scratchBytes = scratchBytes;
  prepareBodies(rows.x);
  return KernelBuilder(*lowered.module, kernel, /*usesScratch=*/true)
      .build([&](rxt::LoopEmitter &e, ViewOf viewOf) {
        emit(e, viewOf);
        return success();
      });
}

/// Lowers a kernel of several ops; none if it is something else.
std::optional<LogicalResult> lowerGroup(LoweredKernel &lowered, FunctionOpInterface kernel,
                                        const CpuTarget &target) {
  Operation *end = kernel.getFunctionBody().front().getTerminator(), *last = end->getPrevNode();
  ModuleOp module = *lowered.module;
  auto map = dyn_cast_or_null<rxt::MapOp>(last);
  lowered.grain = PanelProducts::width;
  if (auto attention = map ? matchAttention(map) : std::nullopt;
      attention && isAllOf(kernel, attention->ops(), {map.getResult()})) {
    auto path = kernel->getAttrOfType<StringAttr>(rxt::pathAttribute);
    if (path && path == rxt::stepPath && canStep(*attention)) {
      lowered.grain = 1;
      return lowerRows(lowered, kernel, attention->rows, attentionStepScratchBytes(*attention),
                       [&](rxt::LoopEmitter &e, ViewOf viewOf) {
                         emitAttentionStep(e, module, *attention, viewOf);
                       });
    }
    return lowerRows(lowered, kernel, attention->rows, attentionScratchBytes(*attention),
                     [&](rxt::LoopEmitter &e, ViewOf viewOf) {
                       emitAttention(e, module, *attention, target, viewOf);
                     });
  }
  if (auto group = last ? matchLogSumExp(last) : std::nullopt;
      group && isAllOf(kernel, group->ops(), group->results())) {
    FailureOr<PanelForm> form = formOfWeights(kernel, target);
    if (failed(form))
      return failure();
    return lowerRows(lowered, kernel, group->rows, logSumExpScratchBytes(*group, *form),
                     [&](rxt::LoopEmitter &e, ViewOf viewOf) {
                       emitLogSumExp(e, module, *group, end->getOperands(), *form, target, viewOf);
                     });
  }
  return std::nullopt;
}

LogicalResult lowerOp(LoweredKernel &lowered, FunctionOpInterface kernel, Operation *op,
                      const CpuTarget &target) {
  lowered.extent = cast<rxt::LoopLowering>(op).parallelRows();
  lowered.grain = parallelGrain(op);
  FailureOr<PanelForm> form = formOfWeights(kernel, target);
  if (failed(form))
    return failure();
  if (auto contraction = dyn_cast<rxt::ContractOp>(op); contraction && readsArguments(op))
    if (auto product = matchMatrixProduct(contraction)) {
      lowerToGemm(lowered, kernel, contraction, *product, *form, target);
      return success();
    }
  if (auto gather = dyn_cast<rxt::GatherOp>(op); gather && !form->isDense()) {
    lowerGatherOfPanels(lowered, kernel, gather, *form);
    return success();
  }
  lowered.updated = cast<rxt::LoopLowering>(op).updatedOperand();
  prepareBodies(op);
  return KernelBuilder(*lowered.module, kernel, /*usesScratch=*/false)
      .build([&](rxt::LoopEmitter &e, ViewOf) { return cast<rxt::LoopLowering>(op).emitLoops(e); });
}

} // namespace

FailureOr<LoweredKernel> lowerKernel(FunctionOpInterface kernel, const CpuTarget &target) {
  MLIRContext *context = kernel.getContext();
  context->loadDialect<arith::ArithDialect, func::FuncDialect, LLVM::LLVMDialect, math::MathDialect,
                       scf::SCFDialect, vector::VectorDialect>();
  if (kernel.isExternal() || !llvm::hasSingleElement(kernel.getFunctionBody()))
    return kernel.emitError("a kernel has one block"), failure();
  OwningOpRef<Operation *> copy = kernel->clone();
  auto own = cast<FunctionOpInterface>(*copy);
  LoweredKernel lowered;
  lowered.module = ModuleOp::create(kernel.getLoc());
  lowered.sizes = rxt::sizeSymbols(own);
  std::optional<LogicalResult> done = lowerGroup(lowered, own, target);
  if (!done) {
    Operation *op = rootOf(own);
    done = op ? lowerOp(lowered, own, op, target) : failure();
  }
  if (failed(*done))
    return failure();
  return lowered;
}

} // namespace rx::compiler
