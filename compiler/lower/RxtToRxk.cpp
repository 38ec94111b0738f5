#include "compiler/lower/RxtToRxk.h"

#include "compiler/lower/CutKernels.h"
#include "compiler/lower/KernelViews.h"

#include "dialects/rxk/Rxk.h"
#include "dialects/rxt/Rxt.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace {

/// The model path of a location, `layers.attention.q`, or "".
StringRef pathOf(Location location) {
  if (auto named = dyn_cast<NameLoc>(location))
    return named.getName();
  return "";
}

class Outliner {
public:
  explicit Outliner(ModuleOp module) : module(module), symbols(module) {}

  void outline(const rx::compiler::KernelCut &cut) {
    Group group(cut);
    rx::rxk::KernelOp kernel = kernelOf(group);
    OpBuilder builder(group.root);
    auto launch = rx::rxk::LaunchOp::create(builder, group.root->getLoc(), ValueRange(group.outputs).getTypes(), kernel.getSymName(), group.inputs);
    for (auto [output, result] : llvm::zip(group.outputs, launch.getResults()))
      output.replaceAllUsesWith(result);
    // Windows that others read too read what the launch gives from now on.
    for (Operation *op : group.ops)
      if (rx::compiler::readsThrough(op) && rx::compiler::behindWindows(op->getResult(0)).getDefiningOp() == launch)
        op->moveBefore(group.root);
    for (Operation *op : llvm::reverse(group.ops))
      if (!rx::compiler::readsThrough(op) || op->use_empty())
        op->erase();
  }

private:
  /// The ops of one kernel, what they read from outside and what is read of them there.
  struct Group {
    explicit Group(const rx::compiler::KernelCut &cut) : kind(cut.kind), root(cut.work.back()), ops(cut.ops()), schedule(cut.schedule()) {
      for (Operation *op : ops) {
        for (Value operand : op->getOperands())
          if (!isInside(operand))
            addInput(operand);
        if (op == ops.back() || (isRead(op) && !rx::compiler::readsThrough(op)))
          llvm::append_range(outputs, op->getResults());
      }
    }

    /// Copies of the ops, which read `arguments` for the inputs. Returns the copies of the outputs.
    llvm::SmallVector<Value> clone(OpBuilder &builder, ValueRange arguments) const {
      IRMapping mapping;
      ArrayRef<unsigned> next = slots;
      for (Operation *op : ops) {
        Operation *copy = builder.clone(*op, mapping);
        for (auto [index, operand] : llvm::enumerate(op->getOperands()))
          if (!isInside(operand)) {
            copy->setOperand(index, arguments[next.front()]);
            next = next.drop_front();
          }
      }
      return llvm::map_to_vector(outputs, [&](Value output) { return mapping.lookup(output); });
    }

    bool isInside(Value value) const { return llvm::is_contained(ops, value.getDefiningOp()); }

    StringRef kind;
    Operation *root;
    llvm::SmallVector<Operation *> ops;
    rx::compiler::KernelCut::Schedule schedule;
    llvm::SmallVector<Value> inputs, outputs;

  private:
    /// Rows read an input wherever they need it. In other kernels each use reads its own: a product of a
    /// matrix with itself is the kernel of all products.
    void addInput(Value value) {
      auto known = kind == "rows" ? llvm::find(inputs, value) : inputs.end();
      slots.push_back(known - inputs.begin());
      if (known == inputs.end())
        inputs.push_back(value);
    }

    /// Whether something outside reads a result of `op`, through windows that stay there.
    bool isRead(Operation *op) const {
      return llvm::any_of(op->getUsers(), [&](Operation *user) {
        bool staysBehind = user != ops.back() && rx::compiler::readsThrough(user);
        return !llvm::is_contained(ops, user) || (staysBehind && isRead(user));
      });
    }

    llvm::SmallVector<unsigned> slots; // by operand from outside: which input
  };

  rx::rxk::KernelOp kernelOf(const Group &group) {
    StringRef path = pathOfProgram(group);
    std::string body = canonical(group) + path.str();
    if (auto it = kernels.find(body); it != kernels.end())
      return it->second;
    Operation *op = group.root;
    auto builder = OpBuilder::atBlockEnd(module.getBody());
    auto type = builder.getFunctionType(ValueRange(group.inputs).getTypes(), ValueRange(group.outputs).getTypes());
    OperationState state(op->getLoc(), rx::rxk::KernelOp::getOperationName());
    state.addAttribute("sym_name", builder.getStringAttr(nameFor(group, path)));
    state.addAttribute("function_type", TypeAttr::get(type));
    state.addAttribute("kind", builder.getStringAttr(group.kind));
    llvm::SmallVector<NamedAttribute> schedule{{builder.getStringAttr("parallel"), builder.getStringAttr(group.schedule.parallel.str())}};
    if (group.schedule.tile != 0)
      schedule.emplace_back(builder.getStringAttr("tile"), builder.getI64IntegerAttr(group.schedule.tile));
    state.addAttribute("schedule", builder.getDictionaryAttr(schedule));
    if (!path.empty())
      state.addAttribute(rx::rxt::pathAttribute, builder.getStringAttr(path));
    state.addRegion();
    auto kernel = cast<rx::rxk::KernelOp>(builder.create(state));
    Block &block = kernel.getBody().emplaceBlock();
    for (Value input : group.inputs)
      block.addArgument(input.getType(), input.getLoc());
    auto inside = OpBuilder::atBlockEnd(&block);
    rx::rxk::ReturnOp::create(inside, op->getLoc(), group.clone(inside, block.getArguments()));
    symbols.insert(kernel);
    return kernels[body] = kernel;
  }

  /// The ops' text with their inputs renamed in order: equal text is an equal kernel.
  static std::string canonical(const Group &group) {
    MLIRContext *context = group.root->getContext();
    OwningOpRef<ModuleOp> scratch = ModuleOp::create(UnknownLoc::get(context));
    auto builder = OpBuilder::atBlockEnd(scratch->getBody());
    auto type = builder.getFunctionType(ValueRange(group.inputs).getTypes(), ValueRange(group.outputs).getTypes());
    auto function = func::FuncOp::create(builder, scratch->getLoc(), "k", type);
    Block *block = function.addEntryBlock();
    auto inside = OpBuilder::atBlockEnd(block);
    func::ReturnOp::create(inside, scratch->getLoc(), group.clone(inside, block->getArguments()));
    std::string text;
    llvm::raw_string_ostream stream(text);
    function->print(stream, OpPrintingFlags().useLocalScope());
    return text;
  }

  /// What distinguishes kernels of contractions and attention in programs on another path than bulk, or "".
  static StringRef pathOfProgram(const Group &group) {
    bool depends = group.kind == "contract" || group.kind == "attention";
    auto path = group.root->getParentOfType<func::FuncOp>()->getAttrOfType<StringAttr>(rx::rxt::pathAttribute);
    return depends && path && path != rx::rxt::bulkPath ? path.getValue() : "";
  }

  std::string nameFor(const Group &group, StringRef computing) {
    StringRef path = pathOf(group.root->getLoc());
    std::string base = group.kind.str();
    if (!path.empty())
      base += "_" + (path.contains('.') ? path.rsplit('.').second : path).str();
    if (!computing.empty())
      base += "_" + computing.str();
    std::string name = base;
    for (int n = 2; symbols.lookup(name); ++n)
      name = base + "_" + std::to_string(n);
    return name;
  }

  ModuleOp module;
  SymbolTable symbols;
  std::map<std::string, rx::rxk::KernelOp> kernels;
};

} // namespace

std::string rx::compiler::placeOf(Location location) {
  StringRef path = pathOf(location);
  if (auto named = dyn_cast<NameLoc>(location))
    location = named.getChildLoc();
  std::string text = path.str();
  if (auto file = dyn_cast<FileLineColLoc>(location)) {
    std::string line = file.getFilename().str() + ":" + std::to_string(file.getLine());
    text = text.empty() ? line : text + " (" + line + ")";
  }
  return text;
}

LogicalResult rx::compiler::rxtToRxk(ModuleOp module) {
  Outliner outliner(module);
  llvm::SmallVector<Block *> blocks;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (auto path = function->getAttrOfType<StringAttr>(rxt::pathAttribute); path && path != rxt::stepPath && path != rxt::bulkPath)
      return function.emitError("rx.path is step or bulk, not ") << path;
    function.walk([&](Block *block) {
      if (!isa<rxt::LoopLowering>(block->getParentOp()))
        blocks.push_back(block);
    });
  }
  for (Block *block : blocks)
    for (const KernelCut &cut : cutKernels(*block))
      outliner.outline(cut);
  for (Block *block : blocks) // windows that no kernel has taken, or not all of their readers
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(*block)))
      if (readsThrough(&op) && op.use_empty())
        op.erase();
  for (Block *block : blocks)
    for (Operation &op : llvm::make_early_inc_range(*block))
      if (readsThrough(&op))
        outliner.outline({op.getName().stripDialect(), {&op}});
  return success();
}
