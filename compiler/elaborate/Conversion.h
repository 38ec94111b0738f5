//===- Conversion.h - one application of a `convert` -------------*- C++ -*-===//
#pragma once

#include "compiler/elaborate/Elaborator.h"

namespace rx::elaborate {

/// Makes a model from a model: `keep`, `drop`, `replace`, `init` and `relax` in the order written.
class Conversion {
public:
  Conversion(Elaborator &elaborator, const Function &function, const ast::Expr &call)
      : e(elaborator), item(*function.item), call(call), scope(std::make_shared<Scope>(function.scope)) {}

  Value run(const std::vector<std::pair<std::string, Value>> &arguments);

private:
  Value apply(const std::vector<std::pair<std::string, Value>> &arguments);
  void pointToCall(diag::Diagnostic &diagnostic) const;
  void run(const ast::Item &statement);
  void nameInstance(Value &value);
  void amend(const ast::Expr &base);
  void keepOrDrop(const ast::Item &statement);
  void replace(const ast::Item &statement);
  void initialise(const ast::Item &statement);
  void initialiseLayer(Node &target, int64_t to, int64_t layers, const Value &value, const std::vector<Node *> &from, const diag::SourceRange &range);
  void checkTotal();
  void checkInitialised();

  // Relax.cpp
  struct Leaf;
  void relax(const ast::Item &statement);
  void relaxPart(NodePtr &part, const NodePtr &origin, Leaf &leaf);
  void giveOwn(Node &shared, Node &source, const Leaf &leaf);
  NodePtr withCorrection(const NodePtr &shared, Node &source, const Leaf &leaf);
  void correct(Node &correction, Param &param, Node &shared, Node &source, const Leaf &leaf);

  std::string partNamed(const ast::Expr &path, const Node &of);
  void handle(const std::string &name, const ast::Item &by);
  Frame frame() const {
    Frame f;
    f.scope = scope;
    return f;
  }

  Elaborator &e;
  const ast::Item &item;
  const ast::Expr &call;
  std::shared_ptr<Scope> scope;
  NodePtr source, result;
  std::map<std::string, const ast::Item *> handled;
  bool amends = false;
};

} // namespace rx::elaborate
