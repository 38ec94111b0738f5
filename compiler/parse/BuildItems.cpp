#include "compiler/parse/Builder.h"

using namespace rx;
using namespace rx::parse;
using ast::Item;
using P = RxParser;
using ItemPtr = std::unique_ptr<Item>;

ast::Body Builder::items(const std::vector<P::ItemContext *> &contexts) {
  ast::Body list;
  for (auto *context : contexts)
    list.push_back(item(context));
  return list;
}

ast::Body Builder::body(P::BodyContext *context) { return items(context->item()); }

ItemPtr Builder::item(P::ItemContext *context) {
  ItemPtr result;
  auto make = [&](Item::Kind kind) { return std::make_unique<Item>(kind, range(context)); };
  if (auto *c = context->use()) {
    result = make(Item::Use);
    result->text = c->path()->getText();
    for (auto *name : c->name())
      (c->AS() ? result->alias = name->getText() : result->names.emplace_back(name->getText()));
  } else if (auto *c = context->block()) {
    result = block(c);
  } else if (auto *c = context->namesBlock()) {
    result = make(Item::Names);
    result->name = c->name(0)->getText();
    result->text = c->name(1)->getText();
    result->body = body(c->body());
  } else if (auto *c = context->fn()) {
    result = function(c);
  } else if (auto *c = context->forward()) {
    result = make(Item::Forward);
    result->parameters = parameters(c->params());
    result->hasParameters = true;
    if (c->type())
      result->type = type(c->type());
    if (c->expr())
      result->expr = expr(c->expr());
    if (c->body())
      result->body = body(c->body());
    result->hasBody = c->body() != nullptr;
  } else if (auto *c = context->test()) {
    result = make(Item::Test);
    result->text = unquote(c->STRING()->getText());
    result->body = body(c->body());
  } else {
    result = statement(context->stmt());
  }
  for (auto *doc : context->DOC()) {
    std::string text = doc->getText().substr(3);
    result->doc += (result->doc.empty() ? "" : "\n") + (text.empty() || text[0] != ' ' ? text : text.substr(1));
  }
  return result;
}

ItemPtr Builder::block(P::BlockContext *context) {
  auto result = std::make_unique<Item>(Item::Block, range(context));
  result->text = context->KIND()->getText();
  if (context->name()) {
    result->name = context->name()->getText();
    result->nameRange = range(context->name());
  }
  if (context->params()) {
    result->hasParameters = true;
    result->parameters = parameters(context->params());
  }
  if (context->type())
    result->type = type(context->type());
  auto exprs = context->expr();
  size_t next = 0;
  if (context->AMENDS())
    result->value = expr(exprs[next++]);
  if (context->ASSIGN())
    result->expr = expr(exprs[next]);
  if (context->body()) {
    result->hasBody = true;
    result->body = body(context->body());
  }
  return result;
}

ItemPtr Builder::function(P::FnContext *context) {
  auto result = std::make_unique<Item>(Item::Fn, range(context));
  auto names = context->name();
  result->name = names[0]->getText();
  result->nameRange = range(names[0]);
  for (size_t i = 1; i < names.size(); ++i)
    result->indices.push_back(names[i]->getText());
  result->isExtern = context->EXTERN() != nullptr;
  result->hasParameters = true;
  result->parameters = parameters(context->params());
  if (context->type())
    result->type = type(context->type());
  if (context->expr())
    result->expr = expr(context->expr());
  if (context->body()) {
    result->hasBody = true;
    result->body = body(context->body());
  }
  return result;
}

ItemPtr Builder::equation(P::EquationStmtContext *context) {
  auto result = std::make_unique<Item>(Item::Equation, range(context));
  for (auto *prefix : {context->NEXT(), context->COLLECT(), context->TRACK(), context->ACCUMULATE()})
    if (prefix)
      result->text = prefix->getText();
  result->isDraw = context->DRAW() != nullptr;
  size_t signAt = (context->DRAW() ? context->DRAW() : context->ASSIGN())->getSymbol()->getStartIndex();
  for (auto *e : context->expr())
    (e->getStart()->getStartIndex() < signAt ? result->targets : result->values).push_back(expr(e));
  if (context->type())
    result->type = type(context->type());
  return result;
}

ItemPtr Builder::relax(P::RelaxStmtContext *context) {
  auto result = std::make_unique<Item>(Item::Relax, range(context));
  auto names = context->name();
  size_t next = 0;
  result->name = names[next++]->getText();
  if (context->AT())
    result->alias = names[next++]->getText();
  if (context->PER())
    result->text = names[next++]->getText();
  if (context->OWN())
    result->names.push_back(names[next]->getText());
  auto all = exprs(context->expr());
  result->targets.push_back(std::move(all[0]));
  if (all.size() > 1)
    result->expr = std::move(all[1]);
  if (all.size() > 2)
    result->value = std::move(all[2]);
  return result;
}

ItemPtr Builder::statement(P::StmtContext *context) {
  auto make = [&](Item::Kind kind) { return std::make_unique<Item>(kind, range(context)); };
  if (auto *c = dynamic_cast<P::EquationStmtContext *>(context))
    return equation(c);
  if (auto *c = dynamic_cast<P::RelaxStmtContext *>(context))
    return relax(c);
  if (auto *c = dynamic_cast<P::ExprStmtContext *>(context)) {
    auto item = make(Item::ExprStmt);
    item->text = c->COLLECT() ? "collect" : c->TRACK() ? "track" : "";
    item->expr = expr(c->expr());
    return item;
  }
  if (auto *c = dynamic_cast<P::ParamStmtContext *>(context)) {
    auto item = make(Item::Param);
    for (auto *name : c->name())
      item->names.push_back(name->getText());
    item->type = type(c->type());
    if (c->expr())
      item->expr = expr(c->expr());
    return item;
  }
  if (auto *c = dynamic_cast<P::PartStmtContext *>(context)) {
    auto item = make(Item::Part);
    item->text = c->getStart()->getText();
    for (auto *name : c->name())
      item->names.push_back(name->getText());
    if (c->type())
      item->type = type(c->type());
    if (c->expr())
      item->expr = expr(c->expr());
    return item;
  }
  if (auto *c = dynamic_cast<P::TieStmtContext *>(context)) {
    auto item = make(Item::Tie);
    item->targets.push_back(expr(c->expr(0)));
    item->expr = expr(c->expr(1));
    return item;
  }
  if (auto *c = dynamic_cast<P::PathsStmtContext *>(context)) {
    auto item = make(Item::Paths);
    item->text = c->getStart()->getText();
    item->targets = exprs(c->expr());
    return item;
  }
  if (auto *c = dynamic_cast<P::RequireStmtContext *>(context)) {
    auto item = make(Item::Require);
    item->expr = expr(c->expr());
    if (c->STRING())
      item->text = unquote(c->STRING()->getText());
    return item;
  }
  if (auto *c = dynamic_cast<P::ReplaceStmtContext *>(context)) {
    auto item = make(Item::Replace);
    item->text = c->getStart()->getText();
    item->targets.push_back(expr(c->expr(0)));
    item->expr = expr(c->expr(1));
    return item;
  }
  if (auto *c = dynamic_cast<P::MinimizeStmtContext *>(context)) {
    auto item = make(Item::Minimize);
    auto all = exprs(c->expr());
    item->expr = std::move(all.front());
    item->value = std::move(all.back());
    for (size_t i = 1; i + 1 < all.size(); ++i)
      item->targets.push_back(std::move(all[i]));
    return item;
  }
  if (auto *c = dynamic_cast<P::PushStmtContext *>(context)) {
    auto item = make(Item::Push);
    item->expr = expr(c->expr(0));
    item->value = expr(c->expr(1));
    return item;
  }
  if (auto *c = dynamic_cast<P::EachStmtContext *>(context)) {
    auto item = make(Item::Each);
    item->expr = expr(c->expr());
    item->text = c->NAME() ? c->NAME()->getText() : "";
    item->body = body(c->body());
    return item;
  }
  if (auto *c = dynamic_cast<P::WhenStmtContext *>(context)) {
    auto item = make(Item::When);
    item->expr = expr(c->expr());
    item->body = body(c->body(0));
    if (c->body().size() > 1)
      item->otherwise = body(c->body(1));
    return item;
  }
  if (auto *c = dynamic_cast<P::ExitStmtContext *>(context)) {
    auto item = make(Item::Exit);
    item->expr = expr(c->expr());
    return item;
  }
  if (auto *c = dynamic_cast<P::ForStmtContext *>(context)) {
    auto item = make(Item::For);
    item->name = c->name()->getText();
    auto bounds = c->range()->expr();
    item->expr = expr(bounds.back());
    if (bounds.size() > 1)
      item->value = expr(bounds[0]);
    item->body = body(c->body());
    return item;
  }
  if (auto *c = dynamic_cast<P::ShowStmtContext *>(context)) {
    auto item = make(Item::Show);
    item->expr = expr(c->expr());
    return item;
  }
  if (auto *c = dynamic_cast<P::ClaimStmtContext *>(context)) {
    auto item = make(Item::Claim);
    item->text = unquote(c->STRING()->getText());
    item->expr = expr(c->expr(0));
    if (c->expr().size() > 1)
      item->value = expr(c->expr(1));
    return item;
  }
  if (auto *c = dynamic_cast<P::ExpectStmtContext *>(context)) {
    auto item = make(Item::Expect);
    item->expr = expr(c->expr(0));
    if (c->expr().size() > 1)
      item->value = expr(c->expr(1));
    return item;
  }
  auto *c = dynamic_cast<P::IgnoreStmtContext *>(context);
  auto item = make(Item::Ignore);
  item->targets = exprs(c->expr());
  return item;
}
