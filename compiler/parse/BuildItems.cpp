#include "compiler/parse/Builder.h"

#include <algorithm>

using namespace rx;
using namespace rx::parse;
using ast::Item;
using P = RxParser;
using ItemPtr = std::unique_ptr<Item>;

std::unique_ptr<ast::File> Builder::file(P::FileContext *context) {
  auto file = std::make_unique<ast::File>();
  file->source = &source;
  file->items = items(context->item());
  checkNoDiscardedComparison(file->items, /*lastIsValue=*/false);
  reportBareReducers();
  for (const auto &[offset, lines] : tokens.docs) // docs before what is no item are comments
    for (const diag::SourceRange &line : lines)
      tokens.comments.push_back({line, true});
  std::sort(
      tokens.comments.begin(), tokens.comments.end(),
      [](const ast::Comment &a, const ast::Comment &b) { return a.range.begin < b.range.begin; });
  file->comments = std::move(tokens.comments);
  return file;
}

ast::Body Builder::items(const std::vector<P::ItemContext *> &contexts) {
  ast::Body list;
  for (auto *context : contexts)
    list.push_back(item(context));
  return list;
}

ast::Body Builder::body(P::BodyContext *context) {
  ast::Body list = items(context->item());
  checkNoDiscardedComparison(list, /*lastIsValue=*/true);
  return list;
}

void Builder::setBody(Item &item, P::BodyContext *context) {
  item.hasBody = context != nullptr;
  if (!context)
    return;
  item.body = body(context);
  item.bodyRange = range(context);
}

std::string Builder::defined(antlr4::ParserRuleContext *name) {
  return *definedNames.insert(name->getText()).first;
}

ItemPtr Builder::item(P::ItemContext *context) {
  ItemPtr result;
  auto *whole =
      static_cast<antlr4::ParserRuleContext *>(context->children.front()); // without its NL
  auto make = [&](Item::Kind kind) { return std::make_unique<Item>(kind, range(whole)); };
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
    setBody(*result, c->body());
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
    setBody(*result, c->body());
  } else if (auto *c = context->test()) {
    result = make(Item::Test);
    result->text = unquote(c->STRING());
    setBody(*result, c->body());
  } else {
    result = statement(context->stmt());
  }
  auto docs = tokens.docs.find(result->range.begin);
  if (docs == tokens.docs.end())
    return result;
  for (const diag::SourceRange &line : docs->second) {
    std::string_view text = line.text().substr(3);
    bool spaced = !text.empty() && text[0] == ' ';
    result->doc += (&line == &docs->second.front() ? "" : "\n") + std::string(text.substr(spaced));
  }
  tokens.docs.erase(docs);
  return result;
}

ItemPtr Builder::block(P::BlockContext *context) {
  auto result = std::make_unique<Item>(Item::Block, range(context));
  result->text = context->KIND()->getText();
  if (context->name()) {
    result->name = defined(context->name());
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
  setBody(*result, context->body());
  return result;
}

ItemPtr Builder::function(P::FnContext *context) {
  auto result = std::make_unique<Item>(Item::Fn, range(context));
  auto names = context->name();
  result->name = defined(names[0]);
  result->nameRange = range(names[0]);
  for (size_t i = 1; i < names.size(); ++i)
    result->indices.push_back(defined(names[i]));
  result->isExtern = context->EXTERN() != nullptr;
  result->hasParameters = true;
  result->parameters = parameters(context->params());
  if (context->type())
    result->type = type(context->type());
  if (context->expr())
    result->expr = expr(context->expr());
  setBody(*result, context->body());
  return result;
}

void Builder::assign(Item &equation, P::AssignmentContext *context) {
  equation.isDraw = context->DRAW() != nullptr;
  equation.values = exprs(context->expr());
  if (context->type())
    equation.type = type(context->type());
  for (const ast::ExprPtr &target : equation.targets)
    checkTarget(*target);
  checkValueCount(equation);
}

ItemPtr Builder::equation(P::EquationStmtContext *context) {
  if (!context->assignment() && context->expr().size() == 1) {
    auto result = std::make_unique<Item>(Item::ExprStmt, range(context));
    result->expr = expr(context->expr(0));
    return result;
  }
  auto result = std::make_unique<Item>(Item::Equation, range(context));
  result->targets = exprs(context->expr());
  if (context->assignment())
    assign(*result, context->assignment());
  else
    diagnostics.error(result->range, "syntax", "this line defines nothing: it has no `=`")
        .suggest("several results are a record, `{ a = a, b = b }`");
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
    for (; next < names.size(); ++next)
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
  if (auto *c = dynamic_cast<P::PrefixedStmtContext *>(context)) {
    auto item = make(Item::Equation);
    item->text = c->getStart()->getText();
    item->targets = exprs(c->expr());
    assign(*item, c->assignment());
    return item;
  }
  if (auto *c = dynamic_cast<P::ParamStmtContext *>(context)) {
    auto item = make(Item::Param);
    for (auto *name : c->name())
      item->names.push_back(defined(name));
    item->type = type(c->type());
    if (c->expr())
      item->expr = expr(c->expr());
    return item;
  }
  if (auto *c = dynamic_cast<P::PartStmtContext *>(context)) {
    auto item = make(Item::Part);
    item->text = c->getStart()->getText();
    for (auto *name : c->name())
      item->names.push_back(defined(name));
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
      item->text = unquote(c->STRING());
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
    item->text = c->name() ? c->name()->getText() : "";
    setBody(*item, c->body());
    return item;
  }
  if (auto *c = dynamic_cast<P::WhenStmtContext *>(context)) {
    auto item = make(Item::When);
    item->expr = expr(c->expr());
    setBody(*item, c->body(0));
    if (c->OTHERWISE()) {
      item->otherwise = body(c->body(1));
      item->otherwiseRange = range(c->body(1));
    }
    return item;
  }
  if (auto *c = dynamic_cast<P::ExitStmtContext *>(context)) {
    auto item = make(Item::Exit);
    item->expr = expr(c->expr());
    return item;
  }
  if (auto *c = dynamic_cast<P::ForStmtContext *>(context)) {
    auto item = make(Item::For);
    item->name = defined(c->name());
    auto bounds = c->range()->expr();
    item->expr = expr(bounds.back());
    if (bounds.size() > 1)
      item->value = expr(bounds[0]);
    setBody(*item, c->body());
    return item;
  }
  if (auto *c = dynamic_cast<P::ShowStmtContext *>(context)) {
    auto item = make(Item::Show);
    item->expr = expr(c->expr());
    return item;
  }
  if (auto *c = dynamic_cast<P::ClaimStmtContext *>(context)) {
    auto item = make(Item::Claim);
    item->text = unquote(c->STRING());
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
