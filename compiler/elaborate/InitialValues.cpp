//===- InitialValues.cpp - buffers computed from other buffers ---*- C++ -*-===//
//
// A weight that no file holds as it is: shifted by a constant, the mean of several layers, a factor of a
// decomposition, a draw. Each is a buffer with a function of the buffers it is made from; equal functions
// are one, so that their number grows with the shapes of a model, not with its layers.
//
//===----------------------------------------------------------------------===//
#include "compiler/elaborate/Elaborator.h"

#include "dialects/rxt/Rxt.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

using namespace rx;
using namespace rx::elaborate;

std::string rx::elaborate::textWithoutName(mlir::Operation *op) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  auto name = mlir::SymbolTable::getSymbolName(op);
  mlir::SymbolTable::setSymbolName(op, "f");
  // Else each print numbers the values of the whole module, and verifies it.
  op->print(stream, mlir::OpPrintingFlags().useLocalScope().assumeVerified());
  mlir::SymbolTable::setSymbolName(op, name);
  return text;
}

namespace {

std::string join(const std::vector<std::string> &names) {
  std::string text;
  for (auto &name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text;
}

} // namespace

/// The function that `body` makes of `inputs`, and which of them it reads.
Elaborator::InitialFunction Elaborator::initialFunction(const std::string &stem, const std::vector<std::vector<Axis>> &inputs, const diag::SourceRange &range,
                                                        const std::function<Tensor(Emission &, const std::vector<Tensor> &)> &body) {
  auto builder = mlir::OpBuilder::atBlockEnd(module->getBody());
  TermEmitter emitter(builder);
  llvm::SmallVector<mlir::Type> types;
  for (auto &axes : inputs)
    types.push_back(emitter.tensorType(Element::F32, axes));
  int &count = initialStems[stem];
  std::string name = count == 0 ? stem : stem + "_" + std::to_string(count + 1);
  auto function = mlir::func::FuncOp::create(builder, location(range), name, builder.getFunctionType(types, {}));
  mlir::Block *block = function.addEntryBlock();
  Emission emission{mlir::OpBuilder::atBlockEnd(block), nullptr, nullptr, {}};
  std::vector<Tensor> tensors;
  for (size_t i = 0; i < inputs.size(); ++i)
    tensors.push_back({block->getArgument(i), inputs[i], Element::F32});
  Tensor result = body(emission, tensors);
  mlir::func::ReturnOp::create(emission.builder, location(range), mlir::ValueRange{result.value});
  InitialFunction made{name, {}};
  llvm::BitVector unused(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i)
    block->getArgument(i).use_empty() ? void(unused.set(i)) : made.reads.push_back(i);
  block->eraseArguments(unused);
  function.setFunctionType(builder.getFunctionType(block->getArgumentTypes(), {result.value.getType()}));
  for (unsigned i = 0; i < block->getNumArguments(); ++i) {
    function.setArgAttr(i, "rx.name", builder.getStringAttr("x" + std::to_string(i)));
    function.setArgAttr(i, "rx.role", builder.getStringAttr("input"));
  }
  function.setResultAttr(0, "rx.name", builder.getStringAttr("value"));
  auto [known, isNew] = initialFunctions.try_emplace(textWithoutName(function), made);
  isNew ? void(++count) : function.erase();
  return known->second;
}

/// The buffer of what `key` says: `stem`, or `stem.2`, .. where that is another buffer's name; what a function gives
/// counts from `stem.0`.
std::string Elaborator::makeBuffer(const std::string &key, const std::string &stem, const std::vector<Axis> &axes, const BufferOrigin &origin, const diag::SourceRange &range) {
  auto [known, isNew] = buffers.try_emplace(key);
  if (!isNew)
    return known->second;
  std::string name;
  do {
    int number = bufferStems[stem]++;
    bool isResult = stem == origin.via;
    name = isResult ? stem + "." + std::to_string(number) : number == 0 ? stem : stem + "." + std::to_string(number + 1);
  } while (!bufferNames.insert(name).second);
  known->second = name;
  auto builder = mlir::OpBuilder::atBlockEnd(module->getBody());
  llvm::SmallVector<mlir::Attribute> inputs;
  for (auto &input : origin.inputs)
    inputs.push_back(mlir::FlatSymbolRefAttr::get(&context, input));
  auto text = [&](const std::string &value) { return value.empty() ? mlir::StringAttr() : builder.getStringAttr(value); };
  auto via = origin.via.empty() ? mlir::FlatSymbolRefAttr() : mlir::FlatSymbolRefAttr::get(&context, origin.via);
  rxt::BufferOp::create(builder, location(range), name, TermEmitter(builder).tensorType(Element::F32, axes), text(origin.file), text(origin.tensor), via, builder.getArrayAttr(inputs));
  return name;
}

std::string Elaborator::computedBuffer(const InitialFunction &function, const std::vector<std::string> &inputs, const std::vector<Axis> &axes, const diag::SourceRange &range) {
  std::vector<std::string> reads;
  for (size_t i : function.reads)
    reads.push_back(inputs[i]);
  return makeBuffer(function.symbol + "(" + join(reads) + ")", function.symbol, axes, {"", "", function.symbol, reads}, range);
}

/// The module's buffer for a tensor of a file, shifted by a constant (w = g - 1).
std::string Elaborator::fileBuffer(const std::string &file, const std::string &tensor, double shift, const Param &param, const diag::SourceRange &range) {
  std::string via;
  if (shift != 0)
    via = initialFunction("shift", {param.axes}, range, [&](Emission &emission, const std::vector<Tensor> &raw) {
            TermPtr sum = apply("add", {Term::read(raw[0]), Term::literal(shift, false)}, range);
            return TermEmitter(emission.builder).materialize(sum, param.axes, location(range));
          }).symbol;
  std::string stem = tensor.find('.') == std::string::npos ? file + "/" + tensor : tensor; // no name of a model or function
  return makeBuffer(file + "/" + tensor + "/" + via, stem, param.axes, {file, tensor, via, {}}, range);
}

/// Sum or mean of buffers of one shape; of one buffer it is that buffer.
std::string Elaborator::combinedBuffer(const std::string &kind, const std::vector<std::string> &buffers, const Param &param, const diag::SourceRange &range) {
  if (buffers.size() == 1)
    return buffers[0];
  std::vector<std::vector<Axis>> inputs(buffers.size(), param.axes);
  auto function = initialFunction(kind + "_of_layers", inputs, range, [&](Emission &emission, const std::vector<Tensor> &layers) {
    TermPtr sum = Term::read(layers[0]);
    for (size_t i = 1; i < layers.size(); ++i)
      sum = apply("add", {sum, Term::read(layers[i])}, range);
    if (kind == "mean")
      sum = apply("mul", {sum, Term::literal(1.0 / double(layers.size()), false)}, range);
    return TermEmitter(emission.builder).materialize(sum, param.axes, location(range));
  });
  return computedBuffer(function, buffers, param.axes, range);
}

/// A parameter as its declaration initialises it; `scope` adds to what its model sees, `prepare` to what is computed before.
Elaborator::InitialFunction Elaborator::declaredInitial(const Node &node, const Param &param, const std::string &stem, const Draw &draw, const std::vector<std::vector<Axis>> &inputs,
                                                        const std::function<void(Scope &, const Frame &, const std::vector<Tensor> &)> &prepare) {
  return initialFunction(stem, inputs, param.range, [&](Emission &emission, const std::vector<Tensor> &tensors) {
    IndexScope indices;
    for (auto &axis : param.axes)
      indices.names[axis.label] = axis;
    emission.draw = &draw;
    emission.drawAxes = &param.axes;
    Frame frame;
    frame.scope = std::make_shared<Scope>(node.scope);
    frame.emission = &emission;
    if (prepare)
      prepare(*frame.scope, frame, tensors);
    frame.indices = &indices;
    Value value = eval(*param.initial, frame);
    TermPtr term = toTerm(value, param.initial->range, frame);
    for (auto &axis : term->free)
      if (!indices.names.count(axis.label))
        fail("unbound-index", "index `" + axis.label + "` is no axis of `" + param.name + "`", param.initial->range, "reduce it: `sum[" + axis.label + "](..)`", {{param.initial->range, ""}, {param.range, "declared here"}});
    return TermEmitter(emission.builder).materialize(term, param.axes, location(param.initial->range));
  });
}

/// A buffer that holds what the declaration of `param` says, drawn for entry `entry` of the parameter at `path`.
std::string Elaborator::freshBuffer(const Node &node, const Param &param, const std::string &path, int64_t entry, int64_t seed) {
  if (!param.initial)
    fail("convert-total", "`" + path + "." + param.name + "` has no initial value", param.range, "give it one: `param " + param.name + ": .. = normal(0, 0.02)`");
  std::string key = path + "." + param.name + "[" + std::to_string(entry) + "]";
  Draw draw{node.decl->name + "." + param.name, seed, int64_t(llvm::xxh3_64bits(key) >> 1)};
  auto function = declaredInitial(node, param, "fresh_" + param.name, draw, {}, nullptr);
  std::string drawn = "fresh(" + key + ", seed = " + std::to_string(seed) + ", " + function.symbol + ")";
  std::string stem = path + (path.ends_with('.') ? "" : ".") + param.name + (param.entries() > 1 ? "." + std::to_string(entry) : "");
  return makeBuffer(drawn, stem, param.axes, {"", "", function.symbol, {}}, param.range);
}

void Elaborator::initialiseFresh(Node &root) {
  root.setPaths("");
  root.visit([&](Node &node) {
    for (auto &param : node.params)
      for (int64_t entry = 0; param.initial && !root.isTied(node.pathOf(param)) && param.buffers.size() < size_t(param.entries()); ++entry)
        param.buffers.push_back(freshBuffer(node, param, root.name + "." + node.path, entry, 0));
  });
  bindTies(root);
}

void Elaborator::requireInitialised(Node &root, const diag::SourceRange &range) {
  root.visit([&](Node &node) {
    for (auto &param : node.params)
      if (param.buffers.empty())
        fail("uninitialised", "`" + node.pathOf(param) + "` of `" + root.name + "` has no value here", range,
             "load the model, or give the parameter an initial value: `param " + param.name + ": .. = normal(0, 0.02)`", {{range, ""}, {param.range, "declared here"}});
  });
}

int64_t Elaborator::uniqueParameters(Node &root) {
  std::map<std::string, int64_t> buffers;
  int64_t unbound = 0;
  root.visit([&](Node &node) {
    for (auto &param : node.params) {
      for (auto &buffer : param.buffers)
        buffers[buffer] = param.elements();
      if (param.buffers.empty())
        unbound += param.entries() * param.elements();
    }
  });
  int64_t count = unbound;
  for (auto &[name, elements] : buffers)
    count += elements;
  return count;
}

/// `normal(mean, deviation)` or `uniform(low, high)` in the initial value of a parameter: one draw per element.
Value Elaborator::drawInitial(const std::string &law, const ast::Expr &call, const Frame &frame) {
  if (!frame.emission || !frame.emission->draw)
    fail("misplaced", "`" + law + "` stands in the initial value of a parameter", call.range, "`param w: f32[o, i] = " + law + "(0, 0.02)`");
  if (call.arguments.size() != 2)
    fail("argument-count", "`" + law + "` takes two numbers", call.range, law == "normal" ? "`normal(mean, deviation)`" : "`uniform(low, high)`");
  Frame configured = frame; // the same law for every element: an index has no value here, its size has
  configured.indices = nullptr;
  Value a = eval(*call.arguments[0].value, configured), b = eval(*call.arguments[1].value, configured);
  auto isOpen = [&](const Value &v) { return symbols && (v.kind == Value::Int || (v.kind == Value::TensorTerm && v.term->free.empty())); };
  if (isOpen(a))
    a = Value::real(0);
  if (isOpen(b))
    b = Value::real(0);
  if (!a.isNumber() || !b.isNumber())
    fail("type-mismatch", "`" + law + "` takes two numbers known before the run", call.range);
  const Draw &draw = *frame.emission->draw;
  auto &builder = frame.emission->builder;
  auto loc = location(call.range);
  auto keyType = rxt::TensorType::get(builder.getI64Type(), {SizeExpr(2)});
  auto key = rxt::ConstantOp::create(builder, loc, keyType, mlir::DenseElementsAttr::get(mlir::RankedTensorType::get({2}, builder.getI64Type()), llvm::ArrayRef<int64_t>{draw.seed, draw.step}));
  auto type = TermEmitter(builder).tensorType(Element::F32, *frame.emission->drawAxes);
  auto op = rxt::DrawOp::create(builder, loc, type, law == "normal" ? rxt::DrawLaw::Normal : rxt::DrawLaw::Uniform, key, draw.path, llvm::APFloat(a.asDouble()), llvm::APFloat(b.asDouble()));
  TermPtr term = Term::read({op.getResult(), *frame.emission->drawAxes, Element::F32});
  term->isIndexed = true;
  return Value::tensor(term);
}

/// `svd(matrix)`: the record {u[o, m], s[m], v[i, m]} with matrix = u diag(s) v^T, singular values descending, m = min(o, i).
Value Elaborator::svd(const ast::Expr &call, const Frame &frame) {
  if (!frame.emission)
    fail("type-mismatch", "a decomposition has a value only in a `forward`, `fn` or `from`", call.range);
  if (call.arguments.size() != 1)
    fail("argument-count", "`svd` takes one matrix", call.range);
  Tensor matrix = materialize(eval(*call.arguments[0].value, frame), call.arguments[0].value->range, frame);
  bool isKnown = matrix.axes.size() == 2 && (symbols || (matrix.axes[0].size.isConstant() && matrix.axes[1].size.isConstant()));
  if (!isKnown)
    fail("rank-mismatch", "`svd` takes a matrix of known size, this has " + std::to_string(matrix.axes.size()) + " axes", call.arguments[0].value->range);
  Value smaller = arithmetic("min", {Value::of(matrix.axes[0].size), Value::of(matrix.axes[1].size)}, call.range, frame, {});
  Axis rank = {"m", smaller.size, {call.range, ""}};
  TermEmitter emitter(frame.emission->builder);
  const std::vector<std::pair<std::string, std::vector<Axis>>> factors = {{"u", {matrix.axes[0], rank}}, {"s", {rank}}, {"v", {matrix.axes[1], rank}}};
  llvm::SmallVector<mlir::Type> types;
  for (auto &[name, axes] : factors)
    types.push_back(emitter.tensorType(matrix.element, axes));
  auto op = rxt::LinalgOp::create(frame.emission->builder, location(call.range), types, rxt::LinalgKind::Svd, mlir::ValueRange{matrix.value});
  Value record;
  record.kind = Value::Record;
  record.fields = std::make_shared<Fields>();
  for (size_t i = 0; i < factors.size(); ++i)
    record.fields->all.push_back({factors[i].first, Value::tensor(Term::read({op.getResult(i), factors[i].second, matrix.element}))});
  return record;
}
