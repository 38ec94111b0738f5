#include "compiler/lower/RxtToRxk.h"

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

  void outline(Operation *op) {
    rx::rxk::KernelOp kernel = kernelOf(op);
    OpBuilder builder(op);
    auto launch = rx::rxk::LaunchOp::create(builder, op->getLoc(), op->getResultTypes(), kernel.getSymName(), op->getOperands());
    op->replaceAllUsesWith(launch.getResults());
    op->erase();
  }

private:
  rx::rxk::KernelOp kernelOf(Operation *op) {
    std::string body = canonical(op);
    if (auto it = kernels.find(body); it != kernels.end())
      return it->second;
    auto builder = OpBuilder::atBlockEnd(module.getBody());
    auto type = builder.getFunctionType(op->getOperandTypes(), op->getResultTypes());
    OperationState state(op->getLoc(), rx::rxk::KernelOp::getOperationName());
    state.addAttribute("sym_name", builder.getStringAttr(nameFor(op)));
    state.addAttribute("function_type", TypeAttr::get(type));
    state.addRegion();
    auto kernel = cast<rx::rxk::KernelOp>(builder.create(state));
    Block &block = kernel.getBody().emplaceBlock();
    IRMapping mapping;
    for (Value operand : op->getOperands()) {
      Value argument = block.addArgument(operand.getType(), operand.getLoc());
      if (!mapping.contains(operand))
        mapping.map(operand, argument);
    }
    auto inside = OpBuilder::atBlockEnd(&block);
    Operation *copy = inside.clone(*op, mapping);
    // An operand given twice is two arguments: each use reads its own.
    for (auto [index, argument] : llvm::enumerate(block.getArguments()))
      copy->setOperand(index, argument);
    rx::rxk::ReturnOp::create(inside, op->getLoc(), copy->getResults());
    symbols.insert(kernel);
    return kernels[body] = kernel;
  }

  /// The op's text with its own operands and results renamed in order: equal text is an equal kernel.
  static std::string canonical(Operation *op) {
    OwningOpRef<ModuleOp> scratch = ModuleOp::create(UnknownLoc::get(op->getContext()));
    auto builder = OpBuilder::atBlockEnd(scratch->getBody());
    auto function = func::FuncOp::create(builder, scratch->getLoc(), "k", builder.getFunctionType(op->getOperandTypes(), {}));
    Block *block = function.addEntryBlock();
    auto inside = OpBuilder::atBlockEnd(block);
    IRMapping mapping;
    mapping.map(op->getOperands(), block->getArguments());
    Operation *copy = inside.clone(*op, mapping);
    for (auto [index, argument] : llvm::enumerate(block->getArguments()))
      copy->setOperand(index, argument);
    std::string text;
    llvm::raw_string_ostream stream(text);
    function->print(stream, OpPrintingFlags().useLocalScope());
    return text;
  }

  std::string nameFor(Operation *op) {
    StringRef path = pathOf(op->getLoc());
    std::string base = op->getName().stripDialect().str();
    if (!path.empty())
      base += "_" + (path.contains('.') ? path.rsplit('.').second : path).str();
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
  llvm::SmallVector<Operation *> work;
  for (auto function : module.getOps<func::FuncOp>())
    function.walk([&](Operation *op) {
      if (isa<rxt::LoopLowering>(op))
        work.push_back(op);
    });
  for (Operation *op : work)
    outliner.outline(op);
  return success();
}
