//===- EmitRx.cpp - nodes as rx ops ------------------------------*- C++ -*-===//
#include "compiler/elaborate/Elaborator.h"

#include "dialects/rx/Rx.h"

using namespace rx;
using namespace rx::elaborate;

namespace {

mlir::Type withTrips(mlir::Type entry, const std::vector<int64_t> &trips) {
  return trips.empty() ? entry : rxt::TableType::get(entry.getContext(), trips, mlir::cast<rxt::TensorType>(entry));
}

/// "[b, t, d = 8]": labels, and the sizes that are numbers.
std::string sizesText(const std::vector<Axis> &axes) {
  std::string text;
  for (auto &axis : axes)
    text += (text.empty() ? "" : ", ") + axis.label + (axis.size.isConstant() ? " = " + axis.size.str() : "");
  return "[" + text + "]";
}

} // namespace

/// The op of a node; a root is created with everything below it on first use.
mlir::Operation *Elaborator::opOf(Node &node) {
  if (auto it = nodeOps.find(&node); it != nodeOps.end())
    return it->second;
  auto create = [&](auto &self, Node &n, mlir::OpBuilder builder, bool root) -> void {
    auto loc = location(n.range);
    mlir::Operation *op;
    if (root)
      op = rxd::ModelOp::create(builder, loc, n.name, n.decl->name);
    else if (n.kind == Node::Model)
      op = rxd::PartOp::create(builder, loc, n.name, n.decl->name);
    else if (n.kind == Node::Stack)
      op = rxd::StackOp::create(builder, loc, n.name, n.index, uint64_t(n.trips));
    else
      op = rxd::LoopOp::create(builder, loc, n.name, n.index, uint64_t(n.trips));
    nodeOps[&n] = op;
    mlir::Block &block = op->getRegion(0).emplaceBlock();
    auto inner = mlir::OpBuilder::atBlockEnd(&block);
    TermEmitter emitter(inner);
    for (auto &param : n.params) {
      llvm::SmallVector<mlir::Attribute> buffers;
      for (auto &buffer : param.buffers)
        buffers.push_back(mlir::FlatSymbolRefAttr::get(&context, buffer));
      rxd::ParamOp::create(inner, location(param.range), param.name, withTrips(emitter.tensorType(Element::F32, param.axes), param.trips), stringArray(inner, param.per),
                           inner.getArrayAttr(buffers));
    }
    for (auto &part : n.parts)
      self(self, *part, inner, false);
  };
  create(create, node, mlir::OpBuilder::atBlockEnd(module->getBody()), true);
  emittedNodes.push_back(node.shared_from_this());
  return nodeOps.at(&node);
}

mlir::Value Elaborator::readParam(const std::string &name, const Frame &frame) {
  Emission &emission = *frame.emission;
  if (auto it = emission.reads.find(name); it != emission.reads.end())
    return it->second;
  Param *param = emission.self->param(name);
  TermEmitter emitter(emission.builder);
  auto op = rxd::ReadOp::create(emission.builder, location(param->range), emitter.tensorType(Element::F32, param->axes), name);
  return emission.reads[name] = op.getResult();
}

/// A parameter of a model that a program reads from outside: `m.w` in a test.
Value Elaborator::paramOutside(Node &model, const std::string &name, const diag::SourceRange &range, const Frame &frame) {
  Param *param = model.param(name);
  if (!frame.emission)
    fail("type-mismatch", "the parameter `" + name + "` has no value before the model runs", range);
  if (frame.emission->self)
    fail("not-yet-supported", "a forward reads the parameters of its own model only", range, "apply the part instead");
  if (param->entries() != 1 || param->buffers.size() != 1)
    fail("not-yet-supported", "a parameter of several layers is not read from outside of its model yet", range);
  auto &builder = frame.emission->builder;
  mlir::Type type = TermEmitter(builder).tensorType(Element::F32, param->axes);
  auto op = rxt::ParamOp::create(builder, location(range), type, model.pathOf(*param), builder.getArrayAttr({mlir::FlatSymbolRefAttr::get(&context, param->buffers[0])}));
  TermPtr term = Term::read({op.getResult(), param->axes, Element::F32});
  term->range = range;
  return Value::tensor(term);
}

mlir::Value Elaborator::readDepth(const std::string &name, const DepthTable &table, const Frame &frame) {
  Emission &emission = *frame.emission;
  if (auto it = emission.reads.find(name); it != emission.reads.end())
    return it->second;
  TermEmitter emitter(emission.builder);
  mlir::Type entry = emitter.tensorType(table.isInteger ? Element::I32 : Element::F32, {});
  if (!mlir::SymbolTable::lookupSymbolIn(emission.selfOp, name)) {
    mlir::Type element = mlir::cast<rxt::TensorType>(entry).getElementType();
    auto shape = mlir::RankedTensorType::get(table.trips, element);
    mlir::ElementsAttr value;
    if (table.isInteger) {
      std::vector<int32_t> numbers(table.values.begin(), table.values.end());
      value = mlir::DenseElementsAttr::get(shape, llvm::ArrayRef<int32_t>(numbers));
    } else {
      std::vector<float> numbers(table.values.begin(), table.values.end());
      value = mlir::DenseElementsAttr::get(shape, llvm::ArrayRef<float>(numbers));
    }
    auto builder = mlir::OpBuilder::atBlockBegin(&emission.selfOp->getRegion(0).front());
    rxd::DepthOp::create(builder, location({}), name, withTrips(entry, table.trips), stringArray(builder, table.per), value);
  }
  auto op = rxd::ReadOp::create(emission.builder, emission.builder.getUnknownLoc(), mlir::cast<rxt::TensorType>(entry), name);
  return emission.reads[name] = op.getResult();
}

/// The forward or `fn` of a model with the scope it is read in: a conversion's comes before the class's own, and
/// sees the model's members and the conversion's.
std::pair<const ast::Item *, std::shared_ptr<Scope>> Elaborator::methodOf(const Node &model, const std::string &method) {
  if (auto it = model.methods.find(method); it != model.methods.end()) {
    auto scope = std::make_shared<Scope>(model.scope);
    for (auto &[name, value] : it->second.scope->names)
      if (!model.scope->names.count(name))
        scope->names[name] = value;
    return {it->second.item, scope};
  }
  for (auto &item : model.decl->body)
    if (method == "forward" ? item->kind == ast::Item::Forward : item->kind == ast::Item::Fn && item->name == method)
      return {item.get(), model.scope};
  return {nullptr, nullptr};
}

/// The symbol of these equations: `stem`, `stem.2`, ..; `op` is erased if the module has them already. Parts of a class
/// have the same ones unless their sizes differ.
std::string Elaborator::shareEquations(mlir::Operation *op, const std::string &stem) {
  auto [known, isNew] = equations.try_emplace(stem + "\n" + textWithoutName(op));
  if (!isNew) {
    op->erase();
    return known->second;
  }
  int number = ++equationStems[stem];
  known->second = number == 1 ? stem : stem + "." + std::to_string(number);
  mlir::SymbolTable::setSymbolName(op, known->second);
  return known->second;
}

Elaborator::Forward Elaborator::forward(Node &node, const std::string &method, const std::vector<Value> &arguments, const diag::SourceRange &range) {
  opOf(node);
  Node &model = *node.element();
  std::string key = method;
  for (auto &argument : arguments) {
    key += "|";
    for (auto &axis : argument.term->tensor.axes)
      key += axis.label + "=" + axis.size.str() + ",";
    key += std::to_string(int(argument.term->element));
  }
  if (auto it = forwards.find({&model, key}); it != forwards.end())
    return it->second;
  auto [decl, scope] = methodOf(model, method);
  if (!decl)
    fail("type-mismatch", "model `" + model.decl->name + "` has no forward", range);
  mlir::Operation *modelOp = nodeOps.at(&model);
  auto atEnd = mlir::OpBuilder::atBlockEnd(module->getBody());
  auto op = rxd::EquationsOp::create(atEnd, location(decl->range), "");
  mlir::Block &block = op.getBody().emplaceBlock();
  Emission emission{mlir::OpBuilder::atBlockEnd(&block), &model, modelOp, {}};
  std::vector<std::pair<std::string, Value>> bound;
  for (auto &argument : arguments) {
    Tensor tensor = argument.term->tensor;
    tensor.value = block.addArgument(tensor.value.getType(), location(range));
    Value v;
    v.kind = Value::TensorTerm;
    v.term = Term::read(tensor);
    v.origin = argument.origin;
    bound.push_back({"", v});
  }
  Frame frame;
  frame.scope = std::make_shared<Scope>(scope);
  frame.emission = &emission;
  std::map<std::string, std::string> renames;
  bindParameters(decl->parameters, bound, frame.scope, range, model.decl->name, frame, renames);
  Value value = decl->expr ? eval(*decl->expr, frame) : runBody(decl->body, frame);
  const diag::SourceRange &at = decl->expr ? decl->expr->range : decl->body.empty() ? decl->range : decl->body.back()->range;
  if (value.kind == Value::Nothing)
    fail("type-mismatch", "this forward has no value", decl->range, "its last line is the result");
  Tensor result = bindResult(decl->type.get(), value, frame.scope, at, frame, renames);
  rxd::ReturnOp::create(emission.builder, location(at), mlir::ValueRange{result.value});
  if (node.kind != Node::Model && arguments[0].term->tensor.axes.size() == result.axes.size())
    for (size_t i = 0; i < result.axes.size(); ++i)
      differ(arguments[0].term->tensor.axes[i].size, result.axes[i].size, at); // or undecided
  if (node.kind != Node::Model && result.value.getType() != arguments[0].term->tensor.value.getType())
    fail("dim-mismatch", "a layer of a stack must return what it takes: " + sizesText(arguments[0].term->tensor.axes) + ", not " + sizesText(result.axes), at, "", {{at, "the result"}, {decl->range, "the layer"}});
  Forward f{method, result.axes, result.element, result.value.getType()};
  for (int n = 2; mlir::SymbolTable::lookupSymbolIn(modelOp, f.symbol); ++n)
    f.symbol = method + "_" + std::to_string(n);
  auto inside = mlir::OpBuilder::atBlockEnd(&modelOp->getRegion(0).front());
  std::string shared = shareEquations(op, model.decl->name + "." + method);
  rxd::ForwardOp::create(inside, location(decl->range), f.symbol, shared);
  forwards[{&model, key}] = f;
  return f;
}
