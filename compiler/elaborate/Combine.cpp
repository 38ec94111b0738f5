//===- Combine.cpp - operands, their axes and element types ------*- C++ -*-===//
#include "compiler/elaborate/Elaborator.h"

#include <algorithm>

using namespace rx;
using namespace rx::elaborate;

namespace {

/// `d = 640 (net.rx:3)`
std::string sizeText(const Axis &axis) {
  return axis.label + " = " + axis.size.str() + " (" + axis.origin.str() + ")";
}

diag::SourceRange rangeOf(const TermPtr &term, const diag::SourceRange &whole) {
  return term->range ? term->range : whole;
}

/// Neither label list contains the other: of one length, sizes are the likelier mistake.
Error noCommonAxes(const TermPtr &longest, const TermPtr &term, const Axis &axis,
                   const diag::SourceRange &range) {
  std::string shapes[] = {labelsText(longest->free), labelsText(term->free)};
  diag::Diagnostic d{
      "broadcast",
      "cannot broadcast " + shapes[0] + " with " + shapes[1] +
          ": neither label list contains the other",
      range,
      {{rangeOf(longest, range), shapes[0]}, {rangeOf(term, range), shapes[1]}},
      {},
      "write the outer product you mean with indices on the left: `y[a, b] = x[a] * w[b]`"};
  if (term->free.size() == longest->free.size()) {
    d.kind = "dim-mismatch";
    d.message = "these two values do not have the same axes: " + shapes[0] + " and " + shapes[1];
    d.labels[0].text = sizeText(longest->free[&axis - term->free.data()]);
    d.labels[1].text = sizeText(axis);
    d.help = "bring them to the same axes, or write the equation with indices";
  }
  return {d};
}

Error twoSizes(const Axis &known, const Axis &axis, bool isIndexed,
               const diag::SourceRange &knownAt, const diag::SourceRange &at,
               const diag::SourceRange &range) {
  std::string sizes = ": " + known.size.str() + " and " + axis.size.str();
  std::vector<diag::Label> labels = {{knownAt, known.size.str() + " (" + known.origin.str() + ")"},
                                     {at, axis.size.str() + " (" + axis.origin.str() + ")"}};
  return isIndexed ? Error{{"index-range",
                            "`" + axis.label + "` ranges over two different sizes" + sizes,
                            range,
                            labels,
                            {},
                            ""}}
                   : Error{{"dim-mismatch",
                            "axis `" + axis.label + "` has two sizes" + sizes,
                            range,
                            labels,
                            {},
                            ""}};
}

/// The element type of an operation's operands.
std::optional<Element> commonElement(const std::vector<TermPtr> &operands, size_t first) {
  std::optional<Element> element = Element::Literal;
  for (size_t i = first; i < operands.size() && element; ++i)
    element = promote(*element, operands[i]->element);
  return element;
}

} // namespace

/// The axes of a combination. With subscripts the union in order of appearance; without, the longer
/// label list, which must contain the other: an outer product is never made silently.
std::vector<Axis> Elaborator::combine(const std::vector<TermPtr> &terms, bool isIndexed,
                                      const diag::SourceRange &range) {
  if (terms.empty())
    return {};
  auto longest =
      *std::max_element(terms.begin(), terms.end(), [](const TermPtr &a, const TermPtr &b) {
        return a->free.size() < b->free.size();
      });
  std::vector<Axis> axes = longest->free;
  for (auto &term : terms) {
    size_t at = 0;
    for (auto &axis : term->free) {
      Axis *known = findAxis(axes, axis.label);
      if (!known && !isIndexed)
        throw noCommonAxes(longest, term, axis, range);
      if (!known) {
        axes.push_back(axis);
        continue;
      }
      if (isUnknown(known->size))
        *known = axis;
      else if (!isUnknown(axis.size) && differ(known->size, axis.size, rangeOf(term, range)))
        throw twoSizes(*known, axis, isIndexed, rangeOf(longest, range), rangeOf(term, range),
                       range);
      size_t position = known - axes.data();
      if (!isIndexed && position < at)
        fail("broadcast",
             "the axes of " + labelsText(term->free) + " stand in another order than in " +
                 labelsText(axes),
             range, "write the equation with indices");
      at = position;
    }
  }
  return axes;
}

TermPtr Elaborator::apply(const std::string &op, std::vector<TermPtr> arguments,
                          const diag::SourceRange &range) {
  auto term = std::make_shared<Term>();
  term->kind = Term::Apply;
  term->name = op;
  term->range = range;
  static const std::set<std::string> comparisons = {"eq", "ne",  "lt", "le", "gt",
                                                    "ge", "and", "or", "not"};
  static const std::set<std::string> floatOnly = {"div", "pow", "exp",  "log", "sqrt", "rsqrt",
                                                  "sin", "cos", "tanh", "erf", "floor"};
  size_t first = op == "select" ? 1 : 0; // after the condition
  auto common = commonElement(arguments, first);
  if (!common)
    failElements(arguments, first, range);
  Element element = *common;
  if (element == Element::I32 && floatOnly.count(op))
    fail("type-mismatch", "`" + op + "` of integers", range,
         "cast to a float first, e.g. `f32(n)`, or use `div(a, b)` for whole numbers");
  if (element == Element::Bool && !comparisons.count(op) && op != "select")
    element = Element::F32;
  // An outer product is meant only where every tensor is written with its indices.
  bool allIndexed = true;
  for (auto &argument : arguments) {
    term->isIndexed = term->isIndexed || argument->isIndexed;
    allIndexed = allIndexed && (argument->isIndexed || argument->free.empty());
  }
  term->free = combine(arguments, allIndexed, range);
  term->element = comparisons.count(op) ? Element::Bool : element;
  term->arguments = std::move(arguments);
  return term;
}

void Elaborator::failElements(const std::vector<TermPtr> &operands, size_t first,
                              const diag::SourceRange &range) {
  diag::Diagnostic d{"type-mismatch", "operands of two element types", range, {}, {}, ""};
  std::set<std::string> seen;
  for (size_t i = first; i < operands.size(); ++i)
    if (const char *name = elementName(operands[i]->element); *name) {
      seen.insert(name);
      d.labels.push_back({rangeOf(operands[i], range), name});
    }
  d.message += ": " + joined({seen.begin(), seen.end()}, " and ");
  d.help = "cast one side, e.g. `f64(x)`";
  fail(std::move(d));
}

TermPtr Elaborator::toTerm(const Value &value, const diag::SourceRange &range, const Frame &frame) {
  switch (value.kind) {
  case Value::TensorTerm: {
    if (value.term->range)
      return value.term;
    auto copy = std::make_shared<Term>(*value.term);
    copy->range = range;
    return copy;
  }
  case Value::Real:
    return Term::literal(value.number, false);
  case Value::Bool: {
    auto term = Term::literal(value.number, true);
    term->element = Element::Bool;
    return term;
  }
  case Value::Int: {
    if (value.size.isConstant())
      return Term::literal(double(value.size.constant()), true);
    auto term = std::make_shared<Term>();
    term->kind = Term::Size;
    term->size = value.size;
    return term;
  }
  case Value::Depth:
    if (frame.emission && frame.emission->self)
      return Term::read({readDepth(value.label, *value.depth, frame),
                         {},
                         value.depth->isInteger ? Element::I32 : Element::F32});
    break;
  case Value::List:
    if (frame.emission) {
      TermPtr term = Term::read(listTensor(value, listLabels(value), Element::F32, range, frame));
      term->range = range;
      return term;
    }
    break;
  default:
    break;
  }
  fail("type-mismatch", "a number or tensor is needed here, this is " + value.describe(), range);
}

Tensor Elaborator::materialize(const Value &value, const diag::SourceRange &range,
                               const Frame &frame) {
  TermPtr term = toTerm(value, range, frame);
  for (auto &axis : term->free)
    if (isUnknown(axis.size))
      fail("unbound-index", "index `" + axis.label + "` has no range here", range,
           "state it on the left: `" + axis.label + ": n`");
  if (!frame.emission)
    fail("type-mismatch", "a tensor has a value only in a `forward`, `fn` or `metric`", range);
  return TermEmitter(frame.emission->builder).materialize(term, location(range));
}
