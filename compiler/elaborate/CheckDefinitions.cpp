//===- CheckDefinitions.cpp - definitions by themselves ----------------------===//
//
// A model or function that nothing uses is elaborated with symbols for its sizes, in a module that
// is thrown away. A `..` is one axis. What symbols do not decide ends the check of that definition,
// and is told.
//
//===----------------------------------------------------------------------===//
#include "compiler/elaborate/CheckDefinitions.h"

#include "dialects/rx/Rx.h"

#include <algorithm>

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;
using ast::Item;

CheckSummary Elaborator::check(const ast::File &file) {
  CheckSummary summary;
  tests(file);
  module = mlir::ModuleOp::create(location({file.source, 0, 0}));
  DefinitionCheck(*this, summary).run(file);
  return summary;
}

void DefinitionCheck::run(const ast::File &file) {
  std::shared_ptr<Scope> scope;
  try {
    scope = e.loadFile(file);
  } catch (Error &error) {
    return e.reportOnce(std::move(error.diagnostic));
  }
  for (auto &item : file.items) {
    bool isBlock = item->kind == Item::Block;
    summary.tests += item->kind == Item::Test;
    summary.functions += item->kind == Item::Fn;
    summary.models += isBlock && item->text == "model";
    summary.metrics += isBlock && item->text == "metric";
    summary.conversions += isBlock && item->text == "convert";
    if (item->kind == Item::Fn || (isBlock && (item->text == "model" || item->text == "metric")))
      check(*item, scope);
    for (auto &inner : item->body)
      if (inner->kind == Item::Test)
        summary.open.push_back(
            {inner->range,
             "the test \"" + inner->text + "\" is not run: tests stand at the top of a file"});
  }
}

void Elaborator::reportOnce(diag::Diagnostic diagnostic) {
  for (auto &known : diagnostics.diagnostics())
    if (known.at.source == diagnostic.at.source && known.at.begin == diagnostic.at.begin &&
        known.kind == diagnostic.kind)
      return; // another definition led to the same place
  diagnostics.report(std::move(diagnostic));
}

/// Again after every `require` that says more of the symbols; each says something of one symbol, so
/// this ends.
void DefinitionCheck::check(const Item &item, const std::shared_ptr<Scope> &scope) {
  e.symbols = std::make_unique<SymbolicSizes>();
  for (bool again = true; again;) {
    again = false;
    try {
      checkOnce(item, scope);
    } catch (Learned &) {
      again = true;
    } catch (Undecided &undecided) {
      summary.open.push_back(
          {undecided.at, "`" + item.name + "` is checked where it is used: " + undecided.why});
    } catch (Error &error) {
      diag::Diagnostic &d = error.diagnostic;
      if (d.help.empty() && (d.kind == "dim-mismatch" || d.kind == "index-range"))
        d.help = "if they are the same in every use, say so: `require a == b`";
      e.reportOnce(std::move(d));
    }
  }
  e.symbols = nullptr;
}

void DefinitionCheck::checkOnce(const Item &item, const std::shared_ptr<Scope> &scope) {
  auto atEnd = mlir::OpBuilder::atBlockEnd(e.module->getBody());
  auto empty = stringArray(atEnd, {});
  auto program =
      rxd::ProgramOp::create(atEnd, e.location(item.range), "check", empty, empty, empty);
  arguments = &program.getBody().emplaceBlock();
  if (item.kind == Item::Fn)
    checkFunction(item, scope);
  else if (item.text == "model")
    checkModel(item, scope);
  else
    checkNames(item, scope);
}

//===----------------------------------------------------------------------===//
// Values that stand for any
//===----------------------------------------------------------------------===//

Value DefinitionCheck::unknownNumber(const diag::SourceRange &range) {
  TermPtr term =
      Term::literal(1, false); // as a term it is folded nowhere, so nothing is decided by its value
  term->range = range;
  return Value::tensor(term);
}

/// A tensor of the declared type; names of axes that are not in scope become sizes there.
Value DefinitionCheck::tensorFor(const ast::Type &type, const std::shared_ptr<Scope> &scope) {
  static const std::map<std::string, Element> elements = {
      {"f64", Element::F64},   {"f32", Element::F32}, {"i32", Element::I32},
      {"bool", Element::Bool}, {"id", Element::I32},  {"num", Element::F32}};
  auto element = elements.find(type.text);
  if (element == elements.end())
    throw Undecided{type.range, "tensors of `" + type.text + "` are not supported yet"};
  Tensor tensor;
  tensor.element = element->second;
  Frame frame;
  frame.scope = std::make_shared<Scope>(scope);
  for (auto &axis : type.axes) {
    if (axis.kind == ast::Subscript::Pack) {
      tensor.axes.push_back({"..", SizeExpr::symbol(".."), {axis.range, ""}});
      continue;
    }
    const Expr &sizeExpr = axis.rangeEnd ? *axis.rangeEnd : *axis.expr;
    if (sizeExpr.kind == Expr::Name && !frame.scope->find(sizeExpr.text)) {
      Value size = Value::of(e.symbols->symbol(sizeExpr.text));
      size.origin = {axis.range, ""};
      scope->names[sizeExpr.text] = size;
    }
    tensor.axes.push_back(e.axisOf(axis, frame));
  }
  auto builder = mlir::OpBuilder::atBlockEnd(arguments);
  tensor.value = arguments->addArgument(
      TermEmitter(builder).tensorType(tensor.element, tensor.axes), e.location(type.range));
  return Value::tensor(Term::read(tensor));
}

Value DefinitionCheck::valueFor(const ast::Parameter &parameter,
                                const std::shared_ptr<Scope> &scope, const std::string &prefix) {
  const ast::Type *type = parameter.type.get();
  if (type && type->kind == ast::Type::Path) {
    if (type->text == "dim" || type->text == "int") {
      Value size = Value::of(e.symbols->symbol(prefix + parameter.name));
      size.label = parameter.name;
      return size;
    }
    if (type->text == "float")
      return unknownNumber(parameter.range);
    const Value *named = scope->find(type->text);
    if (named && named->kind == Value::Class && named->function.item->text == "model")
      return Value::model(
          instanceOf(*named->function.item, named->function.scope, prefix + parameter.name + "."));
  }
  if (type && type->kind == ast::Type::Tensor) {
    if (type->hasAxes)
      return tensorFor(*type, scope);
    Value number = unknownNumber(parameter.range);
    if (type->text == "bool")
      number.term->element = Element::Bool;
    return number;
  }
  throw Undecided{parameter.range,
                  type ? "`" + std::string(type->range.text()) + "` stands for no one value"
                       : "`" + parameter.name + "` has no type"};
}

/// Values by name for the parameters that must be given; sizes are symbols even where they have a
/// default.
std::vector<std::pair<std::string, Value>>
DefinitionCheck::argumentsFor(const std::vector<ast::Parameter> &parameters,
                              const std::shared_ptr<Scope> &scope, const std::string &prefix) {
  auto sizes = std::make_shared<Scope>(scope);
  std::vector<std::pair<std::string, Value>> values;
  for (auto &parameter : parameters) {
    bool isSize =
        parameter.type && parameter.type->kind == ast::Type::Path && parameter.type->text == "dim";
    if (parameter.defaultValue && !isSize)
      continue;
    Value value = valueFor(parameter, sizes, prefix);
    value.origin = {parameter.range, ""};
    values.push_back({parameter.name, value});
  }
  return values;
}

NodePtr DefinitionCheck::instanceOf(const Item &model, const std::shared_ptr<Scope> &scope,
                                    const std::string &prefix) {
  Instance instance{&model, scope, argumentsFor(model.parameters, scope, prefix),
                    model.nameRange ? model.nameRange : model.range};
  NodePtr node = e.build(instance, model.name);
  node->setPaths("");
  return node;
}

//===----------------------------------------------------------------------===//
// Definitions
//===----------------------------------------------------------------------===//

void DefinitionCheck::checkModel(const Item &item, const std::shared_ptr<Scope> &scope) {
  NodePtr node = instanceOf(item, scope, "");
  checkInitialValues(*node);
  for (auto &member : item.body) {
    if (member->kind == Item::Forward)
      checkForward(*node, *member, "forward");
    if (member->kind == Item::Fn)
      checkForward(*node, *member, member->name);
  }
}

void DefinitionCheck::checkInitialValues(Node &node) {
  for (auto &param : node.params)
    if (param.initial)
      e.declaredInitial(node, param, "initial_" + param.name, Draw{param.name, 0, 0}, {}, nullptr);
}

void DefinitionCheck::checkForward(Node &node, const Item &method, const std::string &name) {
  std::vector<Value> values;
  auto scope = std::make_shared<Scope>(node.scope);
  for (auto &parameter : method.parameters) {
    if (parameter.defaultValue)
      continue;
    if (!parameter.type || parameter.type->kind != ast::Type::Tensor)
      throw Undecided{parameter.range, "`" + parameter.name + "` is no tensor"};
    Value value = tensorFor(*parameter.type, scope);
    value.origin = {parameter.range, ""};
    values.push_back(value);
  }
  e.forward(node, name, values, method.range);
}

void DefinitionCheck::checkFunction(const Item &item, const std::shared_ptr<Scope> &scope) {
  if (item.isExtern)
    throw Undecided{item.range, "`extern fn` is not supported yet"};
  Emission emission{mlir::OpBuilder::atBlockEnd(arguments), nullptr, nullptr, {}};
  Frame frame;
  frame.scope = scope;
  frame.emission = &emission;
  Expr call(Expr::Call, item.nameRange ? item.nameRange : item.range);
  e.callFunction({&item, scope}, item.indices, argumentsFor(item.parameters, scope, ""), call,
                 frame);
}
