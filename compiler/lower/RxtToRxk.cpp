#include "compiler/lower/RxtToRxk.h"

#include "compiler/lower/KernelGroup.h"
#include "compiler/lower/KernelToLoops.h"

#include "dialects/rxk/Rxk.h"
#include "dialects/rxt/Rxt.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"
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

  void outline(Operation *op) {
    Group group(op);
    rx::rxk::KernelOp kernel = kernelOf(group);
    OpBuilder builder(op);
    auto launch = rx::rxk::LaunchOp::create(builder, op->getLoc(), ValueRange(group.outputs).getTypes(), kernel.getSymName(), group.inputs);
    for (auto [output, result] : llvm::zip(group.outputs, launch.getResults()))
      output.replaceAllUsesWith(result);
    op->erase();
  }

private:
  /// The ops of one kernel, what they read from outside and what is read of them there. A value read
  /// twice is two inputs: each use reads its own.
  struct Group {
    explicit Group(Operation *root) : root(root), ops(rx::compiler::kernelGroup(root)) {
      for (Operation *op : ops) {
        for (Value operand : op->getOperands())
          if (!isInside(operand))
            inputs.push_back(operand);
        bool isRead = llvm::any_of(op->getUsers(), [&](Operation *user) { return !llvm::is_contained(ops, user); });
        if (op == root || (isRead && !isa<rx::rxt::WindowOp>(op)))
          llvm::append_range(outputs, op->getResults());
      }
    }

    /// Copies of the ops, which read `arguments` for the inputs. Returns the copies of the outputs.
    llvm::SmallVector<Value> clone(OpBuilder &builder, ValueRange arguments) const {
      IRMapping mapping;
      for (Operation *op : ops) {
        Operation *copy = builder.clone(*op, mapping);
        for (auto [index, operand] : llvm::enumerate(op->getOperands()))
          if (!isInside(operand)) {
            copy->setOperand(index, arguments.front());
            arguments = arguments.drop_front();
          }
      }
      return llvm::map_to_vector(outputs, [&](Value output) { return mapping.lookup(output); });
    }

    bool isInside(Value value) const { return llvm::is_contained(ops, value.getDefiningOp()); }

    Operation *root;
    llvm::SmallVector<Operation *> ops;
    llvm::SmallVector<Value> inputs, outputs;
  };

  rx::rxk::KernelOp kernelOf(const Group &group) {
    StringRef path = pathOfProgram(group.root);
    std::string body = canonical(group) + path.str();
    if (auto it = kernels.find(body); it != kernels.end())
      return it->second;
    Operation *op = group.root;
    auto builder = OpBuilder::atBlockEnd(module.getBody());
    auto type = builder.getFunctionType(ValueRange(group.inputs).getTypes(), ValueRange(group.outputs).getTypes());
    OperationState state(op->getLoc(), rx::rxk::KernelOp::getOperationName());
    state.addAttribute("sym_name", builder.getStringAttr(nameFor(op, path)));
    state.addAttribute("function_type", TypeAttr::get(type));
    state.addAttribute("kind", builder.getStringAttr(rx::compiler::kernelKind(op)));
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
  static StringRef pathOfProgram(Operation *root) {
    bool depends = isa<rx::rxt::ContractOp>(root) || rx::compiler::kernelKind(root) == "attention";
    auto path = root->getParentOfType<func::FuncOp>()->getAttrOfType<StringAttr>(rx::rxt::pathAttribute);
    return depends && path && path != rx::rxt::bulkPath ? path.getValue() : "";
  }

  std::string nameFor(Operation *op, StringRef computing) {
    StringRef path = pathOf(op->getLoc());
    std::string base = rx::compiler::kernelKind(op).str();
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

/// The ops that kernels are made of, and those that are inside of such a kernel.
static void findRoots(ArrayRef<Operation *> ops, llvm::SmallVector<Operation *> &roots,
                      llvm::SetVector<Operation *> &inside) {
  for (Operation *op : llvm::reverse(ops)) {
    if (inside.contains(op))
      continue;
    roots.push_back(op);
    llvm::SmallVector<Operation *> group = rx::compiler::kernelGroup(op);
    for (Operation *other : llvm::reverse(group))
      if (other != op && !isa<rx::rxt::WindowOp>(other))
        inside.insert(other);
  }
  std::reverse(roots.begin(), roots.end());
}

LogicalResult rx::compiler::rxtToRxk(ModuleOp module) {
  Outliner outliner(module);
  llvm::SmallVector<Operation *> work, windows, roots;
  llvm::SetVector<Operation *> inside;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (auto path = function->getAttrOfType<StringAttr>(rxt::pathAttribute); path && path != rxt::stepPath && path != rxt::bulkPath)
      return function.emitError("rx.path is step or bulk, not ") << path;
    function.walk([&](Operation *op) {
      if (isa<rxt::LoopLowering>(op))
        (isa<rxt::WindowOp>(op) ? windows : work).push_back(op);
    });
  }
  findRoots(work, roots, inside);
  for (Operation *op : roots)
    outliner.outline(op);
  for (Operation *op : inside) // readers first
    op->erase();
  // A window that others have taken into their kernels, all of them, is not needed any more.
  for (Operation *&window : llvm::reverse(windows))
    if (window->use_empty()) {
      window->erase();
      window = nullptr;
    }
  for (Operation *window : windows)
    if (window)
      outliner.outline(window);
  return success();
}
