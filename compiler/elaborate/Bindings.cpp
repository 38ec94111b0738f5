//===- Bindings.cpp - arguments to declared types and back -------*- C++ -*-===//
#include "compiler/elaborate/Elaborator.h"

#include <algorithm>

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;
using ast::Subscript;

namespace {

size_t fixedAxes(const ast::Type &type) {
  return std::count_if(type.axes.begin(), type.axes.end(),
                       [](const Subscript &axis) { return axis.kind != Subscript::Pack; });
}

/// What says how large a declared axis is: `d` in `[b, d]`, `2 * n` in `[t: 2 * n]`.
const Expr &sizeOf(const Subscript &declared) {
  return declared.rangeEnd ? *declared.rangeEnd : *declared.expr;
}

std::string labelOf(const Subscript &declared) {
  return declared.expr->kind == Expr::Name ? declared.expr->text
                                           : std::string(declared.expr->range.text());
}

bool fitsRank(const ast::Type &type, size_t rank) {
  size_t fixed = fixedAxes(type);
  return rank == fixed || (rank > fixed && fixed != type.axes.size());
}

std::string withOrigin(const std::string &name, const SizeExpr &size, const Origin &origin) {
  return name + " = " + size.str() + (origin.str().empty() ? "" : " (" + origin.str() + ")");
}

/// `Linear(i: dim, o: dim)`
std::string signature(const std::string &callee, const std::vector<ast::Parameter> &parameters) {
  std::vector<std::string> texts;
  for (auto &parameter : parameters)
    texts.push_back(std::string(parameter.range.text()));
  return "`" + callee + "(" + joined(texts) + ")`";
}

} // namespace

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

/// A declared axis that has a name not yet in scope gives it the argument's size; any other must
/// have that size.
void Elaborator::bindAxis(const Subscript &declared, const Axis &axis,
                          const std::shared_ptr<Scope> &scope, const diag::SourceRange &range) {
  const Expr &sizeExpr = sizeOf(declared);
  const Value *named = sizeExpr.kind == Expr::Name ? scope->find(sizeExpr.text) : nullptr;
  if (sizeExpr.kind == Expr::Name && !named) {
    Value size = Value::of(axis.size);
    size.label = axis.label;
    size.origin = axis.origin;
    scope->names[sizeExpr.text] = size;
    return;
  }
  Frame inner;
  inner.scope = scope;
  Value size = eval(sizeExpr, inner);
  if (size.kind == Value::Int && !differ(axis.size, size.size, range))
    return;
  std::string text(sizeExpr.range.text());
  fail("dim-mismatch",
       "axis `" + axis.label + "` has size " + axis.size.str() + ", `" + text +
           "` = " + size.size.str() + " is needed",
       range, "",
       {{range, withOrigin(axis.label, axis.size, axis.origin)},
        {declared.range, withOrigin(text, size.size, named ? named->origin : Origin())}});
}

Value Elaborator::bindTensor(const ast::Type &type, const Value &value,
                             const std::shared_ptr<Scope> &scope, const diag::SourceRange &range,
                             const Frame &frame, std::map<std::string, std::string> &renames) {
  static const std::map<std::string, Element> elements = {{"f64", Element::F64},
                                                          {"f32", Element::F32},
                                                          {"i32", Element::I32},
                                                          {"bool", Element::Bool},
                                                          {"id", Element::I32}};
  bool isOpen = symbols && !frame.emission; // a number that nobody knows yet
  if (!type.hasAxes && (value.isNumber() || value.kind == Value::Depth || isOpen))
    return value; // a scalar parameter takes a configured number as it is
  Tensor tensor = value.kind == Value::List && frame.emission
                      ? listArgument(value, &type, range, frame)
                      : materialize(value, range, frame);
  if (type.text != "num")
    if (auto element = elements.find(type.text);
        element == elements.end() || element->second != tensor.element)
      fail("type-mismatch",
           "the argument's element type is " + std::string(elementName(tensor.element)) + ", `" +
               type.text + "` is needed",
           range, "cast it, e.g. `" + type.text + "(x)`",
           {{range, elementName(tensor.element)}, {type.range, "declared here"}});
  size_t rank = tensor.axes.size();
  if (!fitsRank(type, rank))
    fail("rank-mismatch",
         "the argument has the axes " + labelsText(tensor.axes) + ", `" +
             std::string(type.range.text()) + "` is needed",
         range, "", {{range, labelsText(tensor.axes)}, {type.range, "declared here"}});
  std::vector<Axis> axes;
  for (auto &declared : type.axes) {
    if (declared.kind == Subscript::Pack) {
      for (size_t n = rank - fixedAxes(type); n > 0; --n)
        axes.push_back(tensor.axes[axes.size()]);
      continue;
    }
    Axis axis = tensor.axes[axes.size()];
    std::string label = labelOf(declared);
    bindAxis(declared, axis, scope, range);
    if (axis.label != label)
      renames[label] = axis.label;
    axis.label = label;
    axes.push_back(axis);
  }
  tensor.axes = axes;
  return Value::tensor(Term::read(tensor));
}

/// Which argument each parameter is given; null for none.
std::vector<const Value *>
Elaborator::matchArguments(const std::vector<ast::Parameter> &parameters,
                           const std::vector<std::pair<std::string, Value>> &arguments,
                           const diag::SourceRange &range, const std::string &callee) {
  std::vector<std::string> names;
  for (auto &parameter : parameters)
    names.push_back(parameter.name);
  std::vector<const Value *> bound(parameters.size());
  size_t next = 0;
  for (auto &[name, value] : arguments) {
    diag::SourceRange at = value.origin.range ? value.origin.range : range;
    size_t index =
        name.empty() ? next++ : std::find(names.begin(), names.end(), name) - names.begin();
    if (index >= names.size() && !name.empty()) {
      std::string meant = diag::didYouMean(name, names);
      fail("unknown-argument", "`" + callee + "` has no argument `" + name + "`", at,
           meant.empty() ? "it is " + signature(callee, parameters) : meant);
    }
    if (index >= names.size())
      fail("argument-count",
           "`" + callee + "` takes " + std::to_string(parameters.size()) + " arguments, here are " +
               std::to_string(arguments.size()),
           range, "it is " + signature(callee, parameters));
    if (bound[index])
      fail("duplicate-name", "`" + names[index] + "` is given twice", at, "",
           {{bound[index]->origin.range ? bound[index]->origin.range : range, "first"},
            {at, "again"}});
    bound[index] = &value;
  }
  return bound;
}

/// A value as the declared type of its parameter takes it.
Value Elaborator::bindDeclared(const ast::Parameter &parameter, Value value,
                               const std::shared_ptr<Scope> &scope, const diag::SourceRange &at,
                               const Frame &frame, std::map<std::string, std::string> &renames) {
  const ast::Type *type = parameter.type.get();
  if (!type)
    return value;
  if (type->kind == ast::Type::Tensor && (type->hasAxes || value.kind == Value::TensorTerm))
    return bindTensor(*type, value, scope, at, frame, renames);
  if (type->kind == ast::Type::Path && (type->text == "dim" || type->text == "int")) {
    bool differs = value.kind == Value::Depth || (symbols && symbols->dependsOnTrip(value.size));
    if (differs && type->text == "dim")
      fail("type-mismatch", "a size cannot differ by depth", at,
           "make it the same in every layer; only numbers that are no sizes may differ",
           {{at, "differs from layer to layer"}, {parameter.range, "a size"}});
    if (value.kind != Value::Int && value.kind != Value::Depth)
      fail("type-mismatch", "`" + parameter.name + "` is an integer, this is " + value.describe(),
           at, "", {{at, ""}, {parameter.range, "declared here"}});
  } else if (type->kind == ast::Type::Literals) {
    if (value.kind != Value::String || std::find(type->literals.begin(), type->literals.end(),
                                                 value.text) == type->literals.end()) {
      std::string nearest =
          value.kind == Value::String ? diag::nearestName(value.text, type->literals) : "";
      fail("type-mismatch", "`" + parameter.name + "` is one of " + std::string(type->range.text()),
           at, nearest.empty() ? "" : "did you mean \"" + nearest + "\"?");
    }
  }
  return value;
}

void Elaborator::bindParameters(const std::vector<ast::Parameter> &parameters,
                                const std::vector<std::pair<std::string, Value>> &arguments,
                                const std::shared_ptr<Scope> &scope, const diag::SourceRange &range,
                                const std::string &callee, const Frame &frame,
                                std::map<std::string, std::string> &renames) {
  std::vector<const Value *> bound = matchArguments(parameters, arguments, range, callee);
  for (size_t i = 0; i < parameters.size(); ++i) {
    const ast::Parameter &parameter = parameters[i];
    Value value;
    if (bound[i])
      value = *bound[i];
    else if (parameter.defaultValue) {
      Frame defaults = frame;
      defaults.scope = scope;
      defaults.indices = nullptr;
      value = eval(*parameter.defaultValue, defaults);
    } else
      fail("argument-count", "`" + callee + "` needs `" + parameter.name + "`", range,
           "it is " + signature(callee, parameters),
           {{range, ""}, {parameter.range, "declared here"}});
    diag::SourceRange at = bound[i] && value.origin.range ? value.origin.range : range;
    value = bindDeclared(parameter, std::move(value), scope, at, frame, renames);
    if (!value.origin.range)
      value.origin = {bound[i] ? at : parameter.range, ""};
    scope->names[parameter.name] = value;
  }
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

/// Labels that the declaration names go where it names them, and a pack takes the rest in order. If
/// one is missing the axes stay as they are.
static std::vector<Axis> orderedAsDeclared(const ast::Type &type, const std::vector<Axis> &axes) {
  std::vector<Axis> rest = axes;
  for (auto &declared : type.axes) {
    if (declared.kind == Subscript::Pack)
      continue;
    Axis *found = declared.expr->kind == Expr::Name ? findAxis(rest, declared.expr->text) : nullptr;
    if (!found)
      return axes;
    rest.erase(rest.begin() + (found - rest.data()));
  }
  std::vector<Axis> ordered;
  for (auto &declared : type.axes)
    if (declared.kind == Subscript::Pack)
      ordered.insert(ordered.end(), rest.begin(), rest.end());
    else
      ordered.push_back(*findAxis(axes, declared.expr->text));
  return ordered;
}

/// Every declared axis with the axis of the result that it stands for.
static void forEachDeclared(const ast::Type &type, std::vector<Axis> &axes,
                            const std::function<void(const Subscript &, Axis &)> &each) {
  size_t at = 0;
  for (auto &declared : type.axes) {
    if (declared.kind == Subscript::Pack)
      at += axes.size() - fixedAxes(type);
    else
      each(declared, axes[at++]);
  }
}

std::vector<Axis> Elaborator::declaredAxes(const ast::Type &type, const Term &term,
                                           const std::shared_ptr<Scope> &scope,
                                           const diag::SourceRange &range, const Frame &frame) {
  if (!fitsRank(type, term.free.size()))
    fail("rank-mismatch",
         "the result has the axes " + labelsText(term.free) + ", `" +
             std::string(type.range.text()) + "` is declared",
         range, "", {{range, labelsText(term.free)}, {type.range, "declared here"}});
  std::vector<Axis> axes = orderedAsDeclared(type, term.free);
  Frame inner = frame;
  inner.scope = scope;
  inner.indices = nullptr;
  forEachDeclared(type, axes, [&](const Subscript &declared, Axis &axis) {
    const Expr &sizeExpr = sizeOf(declared);
    Value size = eval(sizeExpr, inner);
    if (size.kind == Value::Int && !differ(axis.size, size.size, range))
      return;
    std::string text(sizeExpr.range.text());
    fail("dim-mismatch",
         "the result's axis `" + axis.label + "` has size " + axis.size.str() + ", `" + text +
             "` = " + size.size.str() + " is declared",
         range, "",
         {{range, axis.label + " = " + axis.size.str() + " (" + axis.origin.str() + ")"},
          {declared.range, withOrigin(text, size.size, size.origin)}});
  });
  return axes;
}

Tensor Elaborator::bindResult(const ast::Type *type, const Value &value,
                              const std::shared_ptr<Scope> &scope, const diag::SourceRange &range,
                              const Frame &frame,
                              const std::map<std::string, std::string> &renames) {
  TermPtr term = toTerm(value, range, frame);
  bool isDeclared = type && type->kind == ast::Type::Tensor;
  std::vector<Axis> axes =
      isDeclared ? declaredAxes(*type, *term, scope, range, frame) : term->free;
  if (!frame.emission)
    fail("type-mismatch", "a tensor has a value only in a `forward`, `fn` or `metric`", range);
  Tensor tensor =
      TermEmitter(frame.emission->builder).materialize(term, axes, location(range));
  if (isDeclared)
    forEachDeclared(*type, tensor.axes,
                    [](const Subscript &declared, Axis &axis) { axis.label = labelOf(declared); });
  for (auto &axis : tensor.axes) {
    if (auto renamed = renames.find(axis.label); renamed != renames.end())
      axis.label = renamed->second;
    else if (const Value *named = scope->find(axis.label);
             named && named->kind == Value::Int && !named->label.empty())
      axis.label = named->label;
  }
  return tensor;
}
