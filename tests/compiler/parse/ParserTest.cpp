// What text means: precedence, where items end, which words are names.
#include "tests/compiler/parse/Parsed.h"

#include <gtest/gtest.h>

namespace {

using rx::ast::Expr;
using rx::ast::Item;

/// The value of `x = text` with every operation in parentheses.
std::string grouped(const Expr &e) {
  switch (e.kind) {
  case Expr::Binary:
    return "(" + grouped(*e.children[0]) + " " + e.text + " " + grouped(*e.children[1]) + ")";
  case Expr::Negate:
    return "(-" + grouped(*e.children[0]) + ")";
  case Expr::Not:
    return "(not " + grouped(*e.children[0]) + ")";
  case Expr::Call:
    return grouped(*e.children[0]) + "(" + grouped(*e.arguments[0].value) + ")";
  case Expr::Subscripted:
    return grouped(*e.children[0]) + "[..]";
  case Expr::Member:
    return grouped(*e.children[0]) + "." + e.text;
  case Expr::If:
    return "(if " + grouped(*e.children[0]) + " " + grouped(*e.children[1]) + " " +
           grouped(*e.children[2]) + ")";
  case Expr::Lambda:
    return "(fn " + grouped(*e.children[0]) + ")";
  default:
    return std::string(e.range.text());
  }
}

std::string grouping(const std::string &text) {
  Parsed parsed("x = " + text);
  return parsed.file ? grouped(*parsed.file->items[0]->values[0]) : parsed.messages();
}

TEST(Parser, Precedence) {
  EXPECT_EQ(grouping("a + b * c"), "(a + (b * c))");
  EXPECT_EQ(grouping("a - b - c"), "((a - b) - c)");
  EXPECT_EQ(grouping("a / b * c"), "((a / b) * c)");
  EXPECT_EQ(grouping("a ^ b ^ c"), "(a ^ (b ^ c))");
  EXPECT_EQ(grouping("-a ^ 2"), "(-(a ^ 2))");
  EXPECT_EQ(grouping("a ^ -2"), "(a ^ (-2))");
  EXPECT_EQ(grouping("-a * b"), "((-a) * b)");
  EXPECT_EQ(grouping("not a == b and c or d"), "(((not (a == b)) and c) or d)");
  EXPECT_EQ(grouping("a + b < c and d"), "(((a + b) < c) and d)");
  EXPECT_EQ(grouping("a |> b |> c"), "((a |> b) |> c)");
  EXPECT_EQ(grouping("if a then b else c + 1"), "(if a b (c + 1))");
  EXPECT_EQ(grouping("fn(y) = y |> f"), "(fn (y |> f))");
  EXPECT_EQ(grouping("sum[e](q) * k"), "(sum[..](q) * k)");
  EXPECT_EQ(grouping("m.f[i](x).y"), "m.f[..](x).y");
  EXPECT_EQ(grouping("a approximately b + c"), "(a approximately (b + c))");
}

TEST(Parser, Numbers) {
  Parsed parsed("x = [20_000, 5%, 1e-4, 0.5]");
  ASSERT_NE(parsed.file, nullptr) << parsed.messages();
  const auto &list = parsed.file->items[0]->values[0]->children;
  EXPECT_EQ(list[0]->number, 20000);
  EXPECT_TRUE(list[0]->isInteger);
  EXPECT_EQ(list[1]->number, 0.05);
  EXPECT_FALSE(list[1]->isInteger);
  EXPECT_EQ(list[2]->number, 1e-4);
  EXPECT_FALSE(list[3]->isInteger);
}

size_t itemCount(const std::string &text) {
  Parsed parsed(text);
  return parsed.file ? parsed.file->items.size() : 0;
}

// Rule R1.
TEST(Parser, NewlinesEndItemsUnlessTheyCannot) {
  EXPECT_EQ(itemCount("a = 1\nb = 2"), 2u);
  EXPECT_EQ(itemCount("a = 1; b = 2;; c = 3\n\n;\n"), 3u);
  EXPECT_EQ(itemCount("a = f(1,\n  2\n)\nb = [\n1\n]"), 2u);
  EXPECT_EQ(itemCount("a = b +\n  c"), 1u);
  EXPECT_EQ(itemCount("a = b\n  + c"), 1u);
  EXPECT_EQ(itemCount("a =\n\n  // why\n  c"), 1u);
  EXPECT_EQ(itemCount("a = b\n  |> c\n  // why\n  |> d"), 1u);
  EXPECT_EQ(itemCount("a = if b\n  then c\n  else d"), 1u);
  EXPECT_EQ(itemCount("a = b\n- c"), 2u); // a leading minus begins an item
  EXPECT_EQ(itemCount("a = f({\n  x = 1\n  y = 2\n})\nb = 1"), 2u);
  EXPECT_EQ(itemCount("data D -> {\n  x: f32[n]\n  y: i32\n} = g(1)"), 1u);
  EXPECT_EQ(itemCount("\r\na = 1\r\nb = 2\r\n"), 2u);
  EXPECT_EQ(itemCount("\xEF\xBB\xBF"
                      "a = 1"),
            1u);
  EXPECT_EQ(itemCount(""), 0u);
}

// Rule R2.
TEST(Parser, PrepositionsContinueALineUnlessTheyAreNames) {
  EXPECT_EQ(itemCount("minimize a\n  over m\n  by adam(1)"), 1u);
  EXPECT_EQ(itemCount("a = 1\nover = 2\nto = 3\nper = 4\nfrom = 5"), 5u);
}

// Rule R3.
TEST(Parser, WordsAreNamesWhereNothingElseCanBeMeant) {
  EXPECT_NE(Parsed("x = m.train.with.if + f(then = 1, f32 = 2) + { else = 3, use = 4 }.use").file,
            nullptr);
  EXPECT_NE(Parsed("names, state, model = 1, 2, 3\nx = names[0] + state + model(keep)").file,
            nullptr);
  EXPECT_NE(Parsed("exit = f(1)\ntest = 3\nloop = 2\nstack = 1").file, nullptr);
  EXPECT_EQ(Parsed("test = 3").file->items[0]->kind, Item::Equation);
  EXPECT_EQ(Parsed("test \"t\" { x }").file->items[0]->kind, Item::Test);
  EXPECT_EQ(Parsed("loss(x)").file->items[0]->kind, Item::ExprStmt);
  EXPECT_EQ(Parsed("loss L(x) = x").file->items[0]->kind, Item::Block);
  EXPECT_EQ(Parsed("loss = x").file->items[0]->kind, Item::Equation);
}

TEST(Parser, AValueMayShareAReducersName) {
  EXPECT_NE(Parsed("all = f(x)\ny = all[b] - chosen[b]").file, nullptr);
  EXPECT_EQ(Parsed("y = all[b] - chosen[b]").file, nullptr);
}

// Rule R4.
TEST(Parser, DocCommentsBelongToTheNextItem) {
  Parsed parsed(
      "/// One.\n/// Two.\n\n// other\nmodel A {\n  /// Inner.\n  part x = y\n}\n/// nothing");
  ASSERT_NE(parsed.file, nullptr) << parsed.messages();
  EXPECT_EQ(parsed.file->items[0]->doc, "One.\nTwo.");
  EXPECT_EQ(parsed.file->items[0]->body[0]->doc, "Inner.");
  ASSERT_EQ(parsed.file->comments.size(), 2u);
  EXPECT_EQ(parsed.file->comments[1].range.text(), "/// nothing");
}

TEST(Parser, TypesOfTensorsAndIds) {
  Parsed parsed("forward(x: f32[.., t: 2 * n, s <= 1024], y: id[v][b, t], z: id[v], l: [int], o: "
                "Cache?, k: \"a\" | \"b\")");
  ASSERT_NE(parsed.file, nullptr) << parsed.messages();
  const auto &parameters = parsed.file->items[0]->parameters;
  EXPECT_EQ(parameters[0].type->axes.size(), 3u);
  EXPECT_EQ(parameters[0].type->axes[0].kind, rx::ast::Subscript::Pack);
  EXPECT_TRUE(parameters[1].type->idAxis->isName("v"));
  EXPECT_EQ(parameters[1].type->axes.size(), 2u);
  EXPECT_TRUE(parameters[2].type->idAxis->isName("v"));
  EXPECT_FALSE(parameters[2].type->hasAxes);
  EXPECT_EQ(parameters[3].type->kind, rx::ast::Type::List);
  EXPECT_TRUE(parameters[4].type->optional);
  EXPECT_EQ(parameters[5].type->literals, (std::vector<std::string>{"a", "b"}));
}

TEST(Parser, IndexLists) {
  Parsed parsed("y = x[.., t + 1 else 0, i: 0..n, k: 3, a..b, c.., ..d]");
  ASSERT_NE(parsed.file, nullptr) << parsed.messages();
  const auto &subs = parsed.file->items[0]->values[0]->subscripts;
  ASSERT_EQ(subs.size(), 7u);
  EXPECT_EQ(subs[0].kind, rx::ast::Subscript::Pack);
  EXPECT_NE(subs[1].otherwise, nullptr);
  EXPECT_NE(subs[2].rangeBegin, nullptr);
  EXPECT_EQ(subs[3].rangeBegin, nullptr);
  EXPECT_NE(subs[3].rangeEnd, nullptr);
  EXPECT_EQ(subs[4].kind, rx::ast::Subscript::Slice);
  EXPECT_EQ(subs[5].rangeEnd, nullptr);
  EXPECT_EQ(subs[6].expr, nullptr);
}

TEST(Parser, OneExpression) {
  rx::diag::Source source("--set", "cosine(to = 10%)");
  rx::diag::DiagnosticEngine diagnostics;
  auto expr = rx::parse::parseExpression(source, diagnostics);
  ASSERT_NE(expr, nullptr);
  EXPECT_EQ(expr->kind, Expr::Call);
  rx::diag::Source wrong("--set", "3 4");
  EXPECT_EQ(rx::parse::parseExpression(wrong, diagnostics), nullptr);
  EXPECT_TRUE(diagnostics.hasErrors());
}

} // namespace
