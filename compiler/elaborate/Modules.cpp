//===- Modules.cpp - files, names and `use` ----------------------*- C++ -*-===//
#include "compiler/elaborate/Elaborator.h"
#include "compiler/elaborate/Trainings.h"
#include "compiler/parse/Parse.h"
#include "dialects/rx/Rx.h"
#include "dialects/rxt/Rxt.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <limits>

using namespace rx;
using namespace rx::elaborate;
using ast::Item;

namespace {

Value builtin(const std::string &name) {
  Value v;
  v.kind = Value::Builtin;
  v.text = name;
  return v;
}

} // namespace

Elaborator::Elaborator(mlir::MLIRContext &context, resolve::Resolver &resolver, diag::DiagnosticEngine &diagnostics, Options options)
    : context(context), resolver(resolver), diagnostics(diagnostics), options(std::move(options)) {
  builtins = std::make_shared<Scope>();
  for (auto *name : {"load", "package", "path", "text", "tokenize", "pack", "split", "take", "skip", "batches", "prompt", "table", "params", "bytes", "plot", "falls", "most_likely", "generate", "svd", "normal", "uniform", "fresh"})
    builtins->names[name] = builtin(name);
  builtins->names["inf"] = Value::real(std::numeric_limits<double>::infinity());
}

void Elaborator::define(const Item &item, const std::shared_ptr<Scope> &scope) {
  if (item.name.empty())
    return;
  if (scope->names.count(item.name))
    fail("duplicate-name", "`" + item.name + "` is defined twice", item.nameRange ? item.nameRange : item.range, "rename one of them");
  Value value;
  value.kind = item.kind == Item::Fn ? Value::Func : Value::Class;
  value.function = {&item, scope};
  value.origin = {item.nameRange ? item.nameRange : item.range, ""};
  scope->names[item.name] = value;
}

std::shared_ptr<Scope> Elaborator::loadModule(const std::string &dotted, const diag::SourceRange &range) {
  if (auto it = modules.find(dotted); it != modules.end())
    return it->second;
  if (loading.count(dotted))
    fail("unknown-name", "module `" + dotted + "` uses itself", range, "move what both need into a third module");
  auto text = resolver.module(dotted);
  if (!text) {
    std::string meant = diag::didYouMean(dotted, resolver.libraryModules());
    fail("unknown-name", "there is no module `" + dotted + "`", range, meant.empty() ? "library modules begin with `std.`; your own are files beside this one" : meant);
  }
  loading.insert(dotted);
  sources.push_back(std::make_unique<diag::Source>(text->first, text->second));
  auto file = parse::parseFile(*sources.back(), diagnostics);
  if (!file)
    throw Error{diagnostics.diagnostics().back()};
  files.push_back(std::move(file));
  auto scope = loadFile(*files.back());
  loading.erase(dotted);
  return modules[dotted] = scope;
}

std::string Elaborator::helpWithName(const std::string &name, const std::vector<std::string> &candidates) {
  for (const std::string &module : resolver.libraryModules()) {
    auto text = resolver.module(module);
    if (!text)
      continue;
    diag::Source source(text->first, text->second);
    diag::DiagnosticEngine unheard;
    auto file = parse::parseFile(source, unheard);
    if (file && llvm::any_of(file->items, [&](auto &item) { return item->name == name; }))
      return "`use " + module + " { " + name + " }` brings it";
  }
  return diag::didYouMean(name, candidates);
}

void Elaborator::use(const Item &item, const std::shared_ptr<Scope> &scope) {
  auto module = loadModule(item.text, item.range);
  std::vector<std::string> names;
  for (auto &[name, value] : module->names)
    names.push_back(name);
  for (auto &name : item.names) {
    auto found = module->names.find(name);
    if (found == module->names.end())
      fail("unknown-name", "module `" + item.text + "` has no `" + name + "`", item.range, diag::didYouMean(name, names));
    scope->names[name] = found->second;
  }
  if (item.names.empty())
    for (auto &[name, value] : module->names)
      scope->names[name] = value;
}

std::shared_ptr<Scope> Elaborator::loadFile(const ast::File &file) {
  auto scope = std::make_shared<Scope>(builtins);
  for (auto &item : file.items)
    if (item->kind == Item::Use)
      use(*item, scope);
  for (auto &item : file.items) {
    switch (item->kind) {
    case Item::Use:
    case Item::Test:
      break;
    case Item::Names:
      namesBlocks.push_back({item.get(), scope});
      break;
    case Item::Fn:
    case Item::Block:
      define(*item, scope);
      break;
    case Item::Equation: {
      Frame frame;
      frame.scope = scope;
      equation(*item, frame);
      break;
    }
    default:
      failMisplaced(*item, "at the top of a file");
    }
  }
  return scope;
}

static const Item *trainingNamed(const std::string &name, const Scope &scope) {
  const Value *found = scope.find(name);
  return found && found->kind == Value::Class && found->function.item->text == "train" ? found->function.item : nullptr;
}

/// For readers: what is run, the models that it runs, their equations, how their weights begin, and where those come from.
static void arrange(mlir::ModuleOp module) {
  auto rank = [](mlir::Operation &op) { return llvm::isa<rxd::ProgramOp>(op) ? 0 : llvm::isa<rxd::ModelOp>(op) ? 1 : llvm::isa<rxd::EquationsOp>(op) ? 2 : llvm::isa<mlir::func::FuncOp>(op) ? 3 : 4; };
  std::vector<mlir::Operation *> ops;
  for (mlir::Operation &op : *module.getBody())
    ops.push_back(&op);
  llvm::stable_sort(ops, [&](mlir::Operation *a, mlir::Operation *b) { return rank(*a) < rank(*b); });
  for (mlir::Operation *op : ops)
    op->moveBefore(module.getBody(), module.getBody()->end());
}

mlir::OwningOpRef<mlir::ModuleOp> Elaborator::run(const ast::File &file) {
  mlir::Builder builder(&context);
  module = mlir::ModuleOp::create(location({file.source, 0, 0}));
  try {
    auto scope = loadFile(file);
    for (auto &item : file.items)
      if (item->kind == Item::Block && item->text == "experiment") {
        checkTrainings(*item, [&](const std::string &name) { return trainingNamed(name, *scope); }, diagnostics);
        if (diagnostics.hasErrors())
          return nullptr;
        experiment(*item, scope);
      }
  } catch (Error &error) {
    bool reported = diagnostics.hasErrors() && diagnostics.diagnostics().back().message == error.diagnostic.message;
    if (!reported)
      diagnostics.report(std::move(error.diagnostic));
    return nullptr;
  }
  arrange(*module);
  return std::move(module);
}
