#include "compiler/lower/KernelToLoops.h"
#include "compiler/lower/AttentionStep.h"
#include "compiler/lower/AttentionToLoops.h"
#include "compiler/lower/ContractProducts.h"
#include "compiler/lower/ContractToGemm.h"
#include "compiler/lower/ExpandScalars.h"
#include "compiler/lower/GatherPanels.h"
#include "compiler/lower/Grain.h"
#include "compiler/lower/KernelBuilder.h"
#include "compiler/lower/LogSumExpToLoops.h"
#include "compiler/lower/PanelUses.h"
#include "compiler/lower/RowsToLoops.h"
#include "compiler/lower/SizeFree.h"
#include "compiler/lower/TileMultiply.h"
#include "dialects/rxk/Rxk.h"
#include "dialects/rxt/IterationSpace.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "runtime/abi/Kernel.h"

using namespace mlir;

namespace rx::compiler {
namespace {

/// The op whose loops the kernel is, or null with an error: it defines every result, in order, and
/// reads arguments or windows of them.
Operation *rootOf(KernelSource &kernel) {
  Operation *root = kernel.last();
  if (!root || !isa<rxt::LoopLowering>(root) || !llvm::equal(kernel.results(), root->getResults()))
    return kernel.function.emitError("a kernel returns the results of one op that has loops"),
           nullptr;
  for (Operation &op : kernel.body().without_terminator())
    if (&op != root && !readsThrough(&op))
      return op.emitError("only windows stand before the op whose loops a kernel is"), nullptr;
  return root;
}

/// Whether `op` computes nothing, and attention reads what is behind it.
bool isRead(Operation &op) {
  auto gather = dyn_cast<rxt::GatherOp>(op);
  return readsThrough(&op) || (gather && placesRows(gather));
}

/// Whether the kernel computes nothing but `ops`, of which it returns some of `results`.
bool isAllOf(KernelSource &kernel, ArrayRef<Operation *> ops, ArrayRef<Value> results) {
  return llvm::all_of(kernel.results(),
                      [&](Value value) { return llvm::is_contained(results, value); }) &&
         llvm::all_of(kernel.body().without_terminator(),
                      [&](Operation &op) { return isRead(op) || llvm::is_contained(ops, &op); }) &&
         llvm::all_of(ops, [&](Operation *op) { // queries, keys and values lie in memory
           return !isa<rxt::ContractOp>(op) ||
                  llvm::all_of(op->getOperands(), [](Value operand) { return isStrided(operand); });
         });
}

bool readsArguments(Operation *op) {
  return llvm::all_of(op->getOperands(), [](Value value) { return isa<BlockArgument>(value); });
}

/// Arguments that lie in panels can be read there.
LogicalResult checkForms(FunctionOpInterface kernel, const CpuTarget &target) {
  for (unsigned i = 0; i < kernel.getNumArguments(); ++i) {
    PanelForm form = formOfArgument(kernel, i);
    bool fits = form.columns == target.gemm.vectors * target.lanes(/*elementBits=*/32);
    if (!form.isDense() && (panelUse(kernel, i) == PanelUse::None || !fits))
      return kernel.emitError("argument ")
             << i << " cannot be read in the form " << form.str() << " on " << target.name;
  }
  return success();
}

/// The form of the argument that lies in panels; dense when there is none.
PanelForm formOfWeights(FunctionOpInterface kernel) {
  for (unsigned i = 0; i < kernel.getNumArguments(); ++i)
    if (PanelForm form = formOfArgument(kernel, i); !form.isDense())
      return form;
  return {};
}

void prepareBodies(Operation *op) {
  for (Region &region : op->getRegions())
    for (Block &block : region) {
      expandScalars(block);
      contractProducts(block);
    }
}

/// A kernel of several ops, which softmax rows begin.
LogicalResult lowerSoftmax(LoweredKernel &lowered, KernelSource &kernel, const CpuTarget &target,
                           SoftmaxRows &rows, int64_t unit, int64_t scratchBytes,
                           function_ref<void(rxt::LoopEmitter &, ViewOf viewOf)> emit) {
  lowered.extent = SoftmaxPanels::extent(rows);
  lowered.grain = lowered.unit = unit;
  lowered.scratchBytes = scratchBytes;
  prepareBodies(rows.x);
  LogicalResult built = KernelBuilder(**lowered.module, kernel, lowered.scratchBytes)
                            .build([&](rxt::LoopEmitter &e, ViewOf viewOf) {
                              emit(e, viewOf);
                              return success();
                            });
  lowerTileMultiplies(**lowered.module, target);
  return built;
}

/// The ops of the kernel as a group of rows, if it has several.
std::optional<RowGroup> rowGroupOf(KernelSource &kernel) {
  SmallVector<Operation *> ops;
  for (Operation &op : kernel.body().without_terminator())
    if (!readsThrough(&op))
      ops.push_back(&op);
  return ops.size() > 1 ? RowGroup::match(ops) : std::nullopt;
}

LogicalResult lowerRows(LoweredKernel &lowered, KernelSource &kernel, RowGroup &group) {
  auto formOf = [&](Value value) {
    auto argument = dyn_cast<BlockArgument>(value);
    return argument ? formOfArgument(kernel.function, argument.getArgNumber()) : PanelForm();
  };
  ModuleOp module = **lowered.module;
  SmallVector<SizeExpr> scratch = rowScratch(group, kernel.results(), formOf);
  lowered.extent = group.rows();
  lowered.grain = parallelGrain(group.ops(), lowered.extent);
  for (const SizeExpr &bytes : scratch)
    lowered.scratchBytes = lowered.scratchBytes + bytes + SizeExpr(RX_SCRATCH_ALIGNMENT - 1);
  for (Operation *op : group.ops())
    prepareBodies(op);
  return KernelBuilder(**lowered.module, kernel, scratch)
      .build([&](rxt::LoopEmitter &e, ViewOf viewOf) {
        return emitRows(e, module, group, kernel.results(), viewOf, formOf);
      });
}

/// Lowers a kernel of several ops; none if it is something else.
std::optional<LogicalResult> lowerGroup(LoweredKernel &lowered, KernelSource &kernel,
                                        const CpuTarget &target, Precision precision) {
  Operation *last = kernel.last();
  GemmSpec spec = specOfProduct(kernel.function, formOfWeights(kernel.function), target, precision);
  ModuleOp module = **lowered.module;
  auto map = dyn_cast_or_null<rxt::MapOp>(last);
  if (auto attention = map ? matchAttention(map) : std::nullopt;
      attention && isAllOf(kernel, attention->ops(), {map.getResult()})) {
    if (rxt::isOnStepPath(kernel.function) && canStep(*attention))
      return lowerSoftmax(lowered, kernel, target, attention->rows, /*unit=*/1,
                          attentionStepScratchBytes(*attention),
                          [&](rxt::LoopEmitter &e, ViewOf viewOf) {
                            emitAttentionStep(e, module, *attention, viewOf);
                          });
    return lowerSoftmax(lowered, kernel, target, attention->rows, PanelProducts::width,
                        attentionScratchBytes(*attention, spec),
                        [&](rxt::LoopEmitter &e, ViewOf viewOf) {
                          emitAttention(e, module, *attention, spec, viewOf);
                        });
  }
  if (auto group = last ? matchLogSumExp(last) : std::nullopt;
      group && isAllOf(kernel, group->ops(), group->results()))
    return lowerSoftmax(lowered, kernel, target, group->rows, PanelProducts::width,
                        logSumExpScratchBytes(*group, spec),
                        [&](rxt::LoopEmitter &e, ViewOf viewOf) {
                          emitLogSumExp(e, module, *group, kernel.results(), spec, viewOf);
                        });
  if (std::optional<RowGroup> group = rowGroupOf(kernel))
    return lowerRows(lowered, kernel, *group);
  return std::nullopt;
}

LogicalResult lowerOp(LoweredKernel &lowered, KernelSource &kernel, Operation *op,
                      const CpuTarget &target, Precision precision) {
  lowered.extent = cast<rxt::LoopLowering>(op).parallelRows();
  lowered.grain = parallelGrain({op}, lowered.extent);
  PanelForm form = formOfWeights(kernel.function);
  if (auto contraction = dyn_cast<rxt::ContractOp>(op); contraction && readsArguments(op))
    if (auto product = matchMatrixProduct(contraction)) {
      lowerToGemm(lowered, kernel.function, contraction, *product, form, target, precision);
      return success();
    }
  if (auto gather = dyn_cast<rxt::GatherOp>(op); gather && !form.isDense()) {
    lowerGatherOfPanels(lowered, kernel.function, gather, form);
    return success();
  }
  if (std::optional<unsigned> operand = cast<rxt::LoopLowering>(op).updatedOperand())
    lowered.updated = cast<BlockArgument>(op->getOperand(*operand)).getArgNumber();
  prepareBodies(op);
  return KernelBuilder(**lowered.module, kernel).build([&](rxt::LoopEmitter &e, ViewOf) {
    return cast<rxt::LoopLowering>(op).emitLoops(e);
  });
}

} // namespace

LogicalResult KernelLowering::lowerCopy(LoweredKernel &lowered, FunctionOpInterface copy) {
  KernelSource own(copy);
  if (failed(checkForms(own.function, target)))
    return failure();
  *lowered.module = ModuleOp::create(copy.getLoc());
  if (std::optional<LogicalResult> done = lowerGroup(lowered, own, target, precision))
    return *done;
  Operation *op = rootOf(own);
  return op ? lowerOp(lowered, own, op, target, precision) : failure();
}

FailureOr<LoweredKernel> KernelLowering::lowerWithSizes(FunctionOpInterface kernel) {
  LoweredKernel lowered;
  for (const std::string &symbol : rxt::sizeSymbols(kernel))
    lowered.sizes.push_back(SizeExpr::symbol(symbol));
  OwningOpRef<Operation *> copy = kernel->clone();
  if (failed(lowerCopy(lowered, cast<FunctionOpInterface>(*copy))))
    return failure();
  return lowered;
}

FailureOr<LoweredKernel> KernelLowering::lower(FunctionOpInterface kernel) {
  MLIRContext *context = kernel.getContext();
  context->loadDialect<arith::ArithDialect, func::FuncDialect, LLVM::LLVMDialect, math::MathDialect,
                       rxk::RxkDialect, scf::SCFDialect, vector::VectorDialect>();
  if (kernel.isExternal() || !llvm::hasSingleElement(kernel.getFunctionBody()))
    return kernel.emitError("a kernel has one block"), failure();
  std::optional<SizeFree> free = freeOfSizes(kernel);
  if (!free)
    return lowerWithSizes(kernel);
  std::string text = free->text();
  auto it = known.find(text);
  if (it == known.end()) {
    LoweredKernel code;
    if (failed(lowerCopy(code, cast<FunctionOpInterface>(*free->kernel))))
      return failure();
    it = known.try_emplace(text, std::move(code)).first;
  }
  LoweredKernel lowered = it->second; // the code is shared; what is known of this kernel is its own
  lowered.sizes = std::move(free->sizes);
  Operation *op = kernel.getFunctionBody().front().getTerminator()->getPrevNode();
  lowered.extent = cast<rxt::LoopLowering>(op).parallelRows();
  lowered.grain = parallelGrain({op}, lowered.extent);
  return lowered;
}

} // namespace rx::compiler
