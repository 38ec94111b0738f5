#include "compiler/parse/Builder.h"

#include <algorithm>
#include <cstdlib>

using namespace rx;
using namespace rx::parse;
using ast::Expr;
using ast::ExprPtr;
using P = RxParser;

diag::SourceRange Builder::range(antlr4::Token *first, antlr4::Token *last) const {
  return {&source, offsets.toByte(first->getStartIndex()),
          offsets.toByte(last->getStopIndex() + 1)};
}

diag::SourceRange Builder::range(antlr4::ParserRuleContext *context) const {
  antlr4::Token *last = context->getStop() ? context->getStop() : context->getStart();
  return range(context->getStart(), last);
}

std::string Builder::unquote(antlr4::tree::TerminalNode *token) {
  diag::SourceRange whole = range(token->getSymbol(), token->getSymbol());
  std::string_view raw = whole.text();
  std::string text;
  for (size_t i = 1; i + 1 < raw.size(); ++i) {
    if (raw[i] != '\\') {
      text += raw[i];
      continue;
    }
    char c = raw[++i];
    if (c != 'n' && c != 't' && c != '"' && c != '\\')
      diagnostics
          .error({&source, whole.begin + i - 1, whole.begin + i + 1}, "syntax",
                 "text has no such escape")
          .suggest("there are `\\n`, `\\t`, `\\\"` and `\\\\`");
    text += c == 'n' ? '\n' : c == 't' ? '\t' : c;
  }
  return text;
}

std::vector<ExprPtr> Builder::exprs(const std::vector<P::ExprContext *> &contexts) {
  std::vector<ExprPtr> list;
  for (auto *context : contexts)
    list.push_back(expr(context));
  return list;
}

std::vector<ast::Argument> Builder::arguments(P::ArgsContext *context) {
  std::vector<ast::Argument> list;
  if (!context)
    return list;
  for (auto *arg : context->arg()) {
    ast::Argument argument;
    if (arg->word())
      argument.name = arg->word()->getText();
    if (arg->STAR())
      argument.value = std::make_unique<Expr>(
          Expr::Star, range(arg->STAR()->getSymbol(), arg->STAR()->getSymbol()));
    else
      argument.value = expr(arg->range()->expr(0));
    if (arg->range() && arg->range()->expr().size() > 1)
      argument.rangeEnd = expr(arg->range()->expr(1));
    list.push_back(std::move(argument));
  }
  checkArguments(list);
  return list;
}

std::vector<ast::Subscript> Builder::subscripts(P::SubsContext *context) {
  std::vector<ast::Subscript> list;
  if (!context)
    return list;
  for (auto *sub : context->sub()) {
    ast::Subscript s;
    s.range = range(sub);
    auto all = sub->expr();
    bool leadingRange = sub->getStart()->getType() == P::RANGE;
    if (leadingRange) {
      s.kind = all.empty() ? ast::Subscript::Pack : ast::Subscript::Slice;
      if (!all.empty())
        s.rangeEnd = expr(all[0]);
    } else if (sub->RANGE()) {
      s.kind = ast::Subscript::Slice;
      s.expr = expr(all[0]);
      if (all.size() > 1)
        s.rangeEnd = expr(all[1]);
    } else {
      s.expr = expr(all[0]);
      if (sub->ELSE())
        s.otherwise = expr(all[1]);
      if (auto *stated = sub->range()) {
        bool both = stated->expr().size() > 1;
        if (both)
          s.rangeBegin = expr(stated->expr(0));
        s.rangeEnd = expr(stated->expr(both ? 1 : 0));
      }
    }
    list.push_back(std::move(s));
  }
  return list;
}

std::vector<ast::Parameter> Builder::parameters(P::ParamsContext *context) {
  std::vector<ast::Parameter> list;
  for (auto *param : context->param()) {
    ast::Parameter p;
    p.name = defined(param->word());
    p.range = range(param);
    if (param->type())
      p.type = type(param->type());
    if (param->expr())
      p.defaultValue = expr(param->expr());
    list.push_back(std::move(p));
  }
  return list;
}

ast::TypePtr Builder::type(P::TypeContext *context) {
  using ast::Type;
  auto *plain = context->plainType();
  auto make = [&](Type::Kind kind) { return std::make_unique<Type>(kind, range(context)); };
  ast::TypePtr result;
  if (plain->DTYPE()) {
    result = make(Type::Tensor);
    result->text = plain->DTYPE()->getText();
    result->hasAxes = !plain->LBRACKET().empty();
    if (!plain->subs().empty())
      result->axes = subscripts(plain->subs().back());
    if (result->text == "id" && !plain->subs().empty()) { // id[axis] or id[axis][axes]
      auto axis = subscripts(plain->subs().front());
      result->idAxis = std::move(axis.front().expr);
      result->hasAxes = plain->LBRACKET().size() > 1;
      if (!result->hasAxes)
        result->axes.clear();
    }
  } else if (!plain->STRING().empty()) {
    result = make(Type::Literals);
    for (auto *literal : plain->STRING())
      result->literals.push_back(unquote(literal));
  } else if (plain->path()) {
    result = make(Type::Path);
    result->text = plain->path()->getText();
    if (!plain->subs().empty())
      result->axes = subscripts(plain->subs(0));
    result->arguments = arguments(plain->args());
  } else if (plain->LBRACE()) {
    result = make(Type::Record);
    for (auto *field : plain->fieldType())
      result->fields.push_back({field->word()->getText(), type(field->type())});
  } else if (plain->ARROW()) {
    result = make(Type::Function);
    auto all = plain->type();
    for (size_t i = 0; i + 1 < all.size(); ++i)
      result->parameters.push_back(type(all[i]));
    result->element = type(all.back());
  } else {
    result = make(Type::List);
    result->element = type(plain->type(0));
  }
  result->optional = context->QUERY() != nullptr;
  return result;
}

ExprPtr Builder::primary(P::PrimaryContext *context) {
  auto make = [&](Expr::Kind kind) { return std::make_unique<Expr>(kind, range(context)); };
  ExprPtr result;
  if (context->NUMBER()) {
    result = make(Expr::Number);
    std::string digits;
    for (char c : context->NUMBER()->getText())
      if (c != '_' && c != '%')
        digits += c;
    result->number = std::strtod(digits.c_str(), nullptr);
    bool percent = context->NUMBER()->getText().back() == '%';
    result->isInteger = !percent && digits.find_first_of(".eE") == std::string::npos;
    if (percent)
      result->number /= 100;
    checkNumber(*result);
  } else if (context->STRING()) {
    result = make(Expr::String);
    result->text = unquote(context->STRING());
  } else if (context->TRUE() || context->FALSE()) {
    result = make(Expr::Bool);
    result->number = context->TRUE() ? 1 : 0;
  } else if (context->NONE()) {
    result = make(Expr::None);
  } else if (context->DTYPE()) {
    result = make(Expr::Dtype);
    result->text = context->DTYPE()->getText();
  } else if (context->LPAREN()) {
    if (context->expr().size() == 1) {
      result = expr(context->expr(0));
      result->isParenthesised = true;
      return result;
    }
    result = make(Expr::Tuple);
    result->children = exprs(context->expr());
  } else if (context->LBRACE()) {
    result = make(Expr::Record);
    for (auto *field : context->field())
      result->fields.push_back({field->word()->getText(), expr(field->expr())});
  } else if (context->LBRACKET()) {
    result = make(context->FOR() ? Expr::Comprehension : Expr::List);
    result->children = exprs(context->expr());
    if (context->FOR()) {
      result->text = defined(context->name());
      auto bounds = context->range()->expr();
      result->children.push_back(expr(bounds.back()));
      if (bounds.size() > 1)
        result->children.push_back(expr(bounds[0]));
    }
  } else {
    result = make(Expr::Name);
    result->text = context->name()->getText();
  }
  return result;
}

ExprPtr Builder::repeat(P::RepeatExprContext *context) {
  auto result = std::make_unique<Expr>(Expr::Repeat, range(context));
  result->text = defined(context->name());
  result->children = exprs(context->range()->expr());
  std::reverse(result->children.begin(), result->children.end()); // the end comes first
  if (context->WHILE())
    result->condition = expr(context->expr());
  for (auto *carry : context->carry()) {
    result->carries.push_back(expr(carry->expr(0)));
    checkTarget(*result->carries.back());
    result->fields.push_back({carry->expr(0)->getText(), expr(carry->expr(1))});
  }
  result->body = body(context->body());
  result->bodyRange = range(context->body());
  return result;
}

ExprPtr Builder::expr(P::ExprContext *context) {
  if (depth == maxTreeDepth) {
    bool isReported = tooLong;
    tooLong = true;
    if (!isReported)
      diagnostics
          .error({&source, range(context).begin, range(context).begin}, "syntax",
                 "this expression is too long")
          .suggest("give its parts names of their own");
    return std::make_unique<Expr>(Expr::None, range(context));
  }
  ++depth;
  ExprPtr result = build(context);
  --depth;
  return result;
}

ExprPtr Builder::build(P::ExprContext *context) {
  auto make = [&](Expr::Kind kind) { return std::make_unique<Expr>(kind, range(context)); };
  if (auto *c = dynamic_cast<P::PrimaryExprContext *>(context))
    return primary(c->primary());
  if (auto *c = dynamic_cast<P::MemberExprContext *>(context)) {
    auto e = make(Expr::Member);
    e->children.push_back(expr(c->expr()));
    e->text = c->word()->getText();
    return e;
  }
  if (auto *c = dynamic_cast<P::SubscriptExprContext *>(context)) {
    auto e = make(Expr::Subscripted);
    e->children.push_back(expr(c->expr()));
    e->subscripts = subscripts(c->subs());
    return e;
  }
  if (auto *c = dynamic_cast<P::CallExprContext *>(context)) {
    auto e = make(Expr::Call);
    e->children.push_back(expr(c->expr()));
    e->arguments = arguments(c->args());
    checkCallGap(*e, range(c->LPAREN()->getSymbol(), c->LPAREN()->getSymbol()));
    return e;
  }
  if (auto *c = dynamic_cast<P::WithExprContext *>(context)) {
    auto e = make(Expr::With);
    e->children.push_back(expr(c->expr()));
    if (c->body()) {
      e->body = body(c->body());
      e->bodyRange = range(c->body());
    } else {
      e->text = c->name()->getText();
    }
    return e;
  }
  if (auto *c = dynamic_cast<P::BinaryExprContext *>(context)) {
    auto e = make(Expr::Binary);
    e->children = exprs(c->expr());
    for (auto *child : c->children)
      if (auto *token = dynamic_cast<antlr4::tree::TerminalNode *>(child))
        e->text = token->getText();
    checkNoComparisonChain(*e);
    for (const ExprPtr &operand : e->children)
      if (operand->kind == Expr::Subscripted && operand->children[0]->kind == Expr::Name)
        operands.push_back(operand.get());
    return e;
  }
  if (auto *c = dynamic_cast<P::NegateExprContext *>(context)) {
    auto e = make(Expr::Negate);
    e->children.push_back(expr(c->expr()));
    return e;
  }
  if (auto *c = dynamic_cast<P::NotExprContext *>(context)) {
    auto e = make(Expr::Not);
    e->children.push_back(expr(c->expr()));
    return e;
  }
  if (auto *c = dynamic_cast<P::IfExprContext *>(context)) {
    auto e = make(Expr::If);
    e->children = exprs(c->expr());
    return e;
  }
  if (auto *c = dynamic_cast<P::StructureExprContext *>(context)) {
    auto e = make(c->STACK() ? Expr::Stack : Expr::Loop);
    e->text = defined(c->name());
    auto bounds = c->range()->expr();
    e->children.push_back(expr(bounds.back()));
    e->children.push_back(expr(c->expr()));
    if (bounds.size() > 1)
      e->children.push_back(expr(bounds[0]));
    return e;
  }
  if (auto *c = dynamic_cast<P::BlockExprContext *>(context)) {
    auto e = make(Expr::Block);
    e->text = c->name()->getText();
    e->children.push_back(expr(c->expr()));
    return e;
  }
  if (auto *c = dynamic_cast<P::RepeatExprContext *>(context))
    return repeat(c);
  auto *c = dynamic_cast<P::LambdaExprContext *>(context);
  auto e = make(Expr::Lambda);
  e->parameters = parameters(c->params());
  e->children.push_back(expr(c->expr()));
  return e;
}
