//===- Tests.cpp - `test` blocks as programs -----------------------------------===//
#include "compiler/elaborate/Tests.h"

#include "compiler/elaborate/ExperimentBuilder.h"

#include "dialects/rx/Rx.h"

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;
using ast::Item;

namespace rx::elaborate {

/// Turns the statements of one test into a program.
class TestBuilder {
public:
  TestBuilder(Elaborator &elaborator, const Item &item, TestProgram &program)
      : e(elaborator), item(item), program(program) {}
  void build(const std::shared_ptr<Scope> &fileScope);

private:
  void statements(const ast::Body &body, const Frame &frame);
  void nameModels(const Item &equation, const Frame &frame);
  void expect(const Item &statement, const Frame &frame);
  void addSide(const TermPtr &term, const std::vector<Axis> &axes, const diag::SourceRange &range,
               const Frame &frame);
  TermPtr side(const Value &value, const Value &other, const diag::SourceRange &range,
               const diag::SourceRange &otherRange, const Frame &frame);

  Elaborator &e;
  const Item &item;
  TestProgram &program;
  llvm::SmallVector<mlir::Value> results;
  std::map<std::string, int> modelNames; // how many models a name has been given
};

} // namespace rx::elaborate

std::vector<TestProgram> Elaborator::tests(const ast::File &file) {
  std::vector<TestProgram> programs;
  module = mlir::ModuleOp::create(location({file.source, 0, 0}));
  std::shared_ptr<Scope> scope;
  auto guarded = [&](const std::function<void()> &step) {
    try {
      step();
    } catch (Error &error) {
      reportOnce(std::move(error.diagnostic));
    }
  };
  guarded([&] { scope = loadFile(file); });
  for (auto &item : file.items)
    if (scope && item->kind == Item::Test)
      guarded([&] {
        TestProgram program{item->text, "test_" + std::to_string(programs.size()), item->range, {}};
        TestBuilder(*this, *item, program).build(scope);
        programs.push_back(std::move(program));
      });
  return programs;
}

void TestBuilder::build(const std::shared_ptr<Scope> &fileScope) {
  auto atEnd = mlir::OpBuilder::atBlockEnd(e.module->getBody());
  auto empty = stringArray(atEnd, {});
  auto op =
      rxd::ProgramOp::create(atEnd, e.location(item.range), program.symbol, empty, empty, empty);
  Emission emission{
      mlir::OpBuilder::atBlockEnd(&op.getBody().emplaceBlock()), nullptr, nullptr, {}};
  Frame frame;
  frame.scope = std::make_shared<Scope>(fileScope);
  frame.emission = &emission;
  statements(item.body, frame);
  if (program.expectations.empty())
    e.fail("misplaced", "this test expects nothing", item.range,
           "`expect softmax[u](x) == [0.5, 0.5] within 1e-6`");
  rxd::ReturnOp::create(emission.builder, e.location(item.range), results);
  std::vector<std::string> names;
  for (size_t i = 0; i < results.size(); ++i)
    names.push_back("result" + std::to_string(i));
  op.setOutputNamesAttr(stringArray(atEnd, names));
}

void TestBuilder::statements(const ast::Body &body, const Frame &frame) {
  for (auto &statement : body)
    switch (statement->kind) {
    case Item::Equation:
      e.equation(*statement, frame);
      nameModels(*statement, frame);
      break;
    case Item::Expect:
      expect(*statement, frame);
      break;
    case Item::For:
      for (Value &value : e.collection(*statement->expr, statement->value.get(), frame)) {
        Frame inner = frame;
        inner.scope = std::make_shared<Scope>(frame.scope);
        inner.scope->names[statement->name] = value;
        statements(statement->body, inner);
      }
      break;
    default:
      e.failMisplaced(*statement, "in a `test`");
    }
}

/// `m = Linear(3, 2)`: a model with the initial values that its declaration says.
void TestBuilder::nameModels(const Item &equation, const Frame &frame) {
  for (auto &target : equation.targets) {
    auto found = frame.scope->names.find(target->text);
    if (target->kind != Expr::Name || found == frame.scope->names.end())
      continue;
    Value &value = found->second;
    if (value.kind != Value::InstanceOf &&
        !(value.kind == Value::Model && value.node->name.empty()))
      continue;
    Origin origin = value.origin;
    std::string name = program.symbol + "." + target->text;
    if (int number = ++modelNames[target->text]; number > 1) // under a `for`
      name += "." + std::to_string(number);
    value = Value::model(e.instantiate(value, name, equation.range));
    e.initialiseFresh(*value.node);
    value.origin = origin;
  }
}

/// One side of a comparison; a list takes the axes of the other side.
TermPtr TestBuilder::side(const Value &value, const Value &other, const diag::SourceRange &range,
                          const diag::SourceRange &otherRange, const Frame &frame) {
  if (value.kind != Value::List || other.kind == Value::List)
    return e.toTerm(value, range, frame);
  TermPtr shaped = e.toTerm(other, otherRange, frame);
  Element element = shaped->element == Element::Literal ? Element::F32 : shaped->element;
  TermPtr term = Term::read(e.listTensor(value, labelsOf(shaped->free), element, range, frame));
  term->range = range;
  return term;
}

void TestBuilder::addSide(const TermPtr &term, const std::vector<Axis> &axes,
                          const diag::SourceRange &range, const Frame &frame) {
  results.push_back(
      TermEmitter(frame.emission->builder).materialize(term, axes, e.location(range)).value);
}

void TestBuilder::expect(const Item &statement, const Frame &frame) {
  static const std::map<std::string, std::string> comparisons = {
      {"==", "eq"}, {"!=", "ne"}, {"<", "lt"}, {"<=", "le"}, {">", "gt"}, {">=", "ge"}};
  const Expr &expr = *statement.expr;
  auto comparison = expr.kind == Expr::Binary ? comparisons.find(expr.text) : comparisons.end();
  Expectation expectation{statement.range, expr.range, expr.range, "==", 0};
  TermPtr sides[2];
  if (comparison == comparisons.end()) {
    sides[0] = e.toTerm(e.eval(expr, frame), expr.range, frame);
    if (sides[0]->element != Element::Bool)
      e.fail("type-mismatch", "`expect` takes a comparison or a truth value", expr.range,
             "`expect a == b within 1e-6`");
    sides[1] = e.toTerm(Value::boolean(true), expr.range, frame);
  } else {
    expectation.comparison = expr.text;
    expectation.left = expr.children[0]->range;
    expectation.right = expr.children[1]->range;
    Value left = e.eval(*expr.children[0], frame), right = e.eval(*expr.children[1], frame);
    sides[0] = side(left, right, expectation.left, expectation.right, frame);
    sides[1] = side(right, left, expectation.right, expectation.left, frame);
  }
  if (statement.value) {
    Value within = e.eval(*statement.value, frame);
    if (!within.isNumber() || expectation.comparison != "==")
      e.fail("type-mismatch", "`within` gives the absolute tolerance of `==`",
             statement.value->range, "`expect a == b within 1e-6`");
    expectation.within = within.asDouble();
  }
  TermPtr both = e.apply(comparison == comparisons.end() ? "eq" : comparison->second,
                         {sides[0], sides[1]}, expr.range);
  addSide(sides[0], both->free, expectation.left, frame);
  addSide(sides[1], both->free, expectation.right, frame);
  program.expectations.push_back(expectation);
}
