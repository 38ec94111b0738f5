//===- Value.cpp - values and axes as messages name them ---------*- C++ -*-===//
#include "compiler/elaborate/Term.h"

#include <algorithm>

using namespace rx;
using namespace rx::elaborate;

std::string Value::describe() const {
  switch (kind) {
  case Nothing:
    return "nothing";
  case None:
    return "`none`";
  case Int:
    return "an integer";
  case Real:
    return "a number";
  case Bool:
    return "a truth value";
  case String:
    return "a text";
  case List:
    return "a list";
  case Record:
    return "a record";
  case Depth:
    return "a number that differs by depth";
  case TensorTerm:
    return term && !term->free.empty() ? "a tensor " + labelsText(term->free) : "a scalar";
  case Model:
    return "a model";
  case Layer:
    return layers.size() == 1 ? "a layer" : "the " + text + " of layers";
  case Class:
    return "a model class";
  case Func:
    return "a function";
  case InstanceOf:
    return "a model";
  case Data:
    return "data";
  case Package:
    return "a package";
  case Builtin:
    return "a built-in";
  case Measure:
    return "a metric";
  case Family:
    return "a family of " + std::to_string(list.size()) + " variants";
  }
  return "a value";
}

std::vector<std::string> Scope::visibleNames() const {
  std::vector<std::string> all;
  for (const Scope *s = this; s; s = s->parent.get())
    for (auto &[name, value] : s->names)
      all.push_back(name);
  return all;
}

const Axis *rx::elaborate::findAxis(const std::vector<Axis> &axes, const std::string &label) {
  auto found =
      std::find_if(axes.begin(), axes.end(), [&](const Axis &axis) { return axis.label == label; });
  return found == axes.end() ? nullptr : &*found;
}

Axis *rx::elaborate::findAxis(std::vector<Axis> &axes, const std::string &label) {
  return const_cast<Axis *>(findAxis(std::as_const(axes), label));
}

std::vector<std::string> rx::elaborate::labelsOf(const std::vector<Axis> &axes) {
  std::vector<std::string> names;
  for (auto &axis : axes)
    names.push_back(axis.label);
  return names;
}

std::string rx::elaborate::joined(const std::vector<std::string> &names,
                                  const std::string &separator) {
  std::string text;
  for (auto &name : names)
    text += (text.empty() ? "" : separator) + name;
  return text;
}

std::string rx::elaborate::labelsText(const std::vector<Axis> &axes) {
  return "[" + joined(labelsOf(axes)) + "]";
}

const char *rx::elaborate::elementName(Element element) {
  switch (element) {
  case Element::Literal:
    return "";
  case Element::Bool:
    return "bool";
  case Element::I32:
    return "i32";
  case Element::F32:
    return "f32";
  case Element::F64:
    return "f64";
  }
  return "";
}

std::string rx::elaborate::numberText(double number) {
  char digits[32];
  snprintf(digits, sizeof digits, "%g", number);
  return digits;
}

std::string rx::elaborate::sizesWithOrigins(const std::vector<Axis> &axes) {
  std::vector<std::string> sizes;
  for (auto &axis : axes)
    sizes.push_back(axis.label + " = " + axis.size.str() + " (" + axis.origin.str() + ")");
  return joined(sizes);
}
