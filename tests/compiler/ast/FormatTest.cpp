#include "tests/compiler/parse/Parsed.h"

#include <gtest/gtest.h>

namespace {

void expectFormat(const std::string &text, const std::string &expected) {
  EXPECT_EQ(formatOf(text), expected);
  EXPECT_EQ(formatOf(expected), expected); // idempotent
}

TEST(Format, SpacingAndOneItemPerLine) {
  expectFormat("a=1;b =f( x,y = 2 )\n\n\n\nc[ i,j ]=-x[i ,j]^2",
               "a = 1\nb = f(x, y = 2)\n\nc[i, j] = -x[i, j] ^ 2\n");
  expectFormat("x = (a+b)*c - ((d))", "x = (a + b) * c - (d)\n");
  expectFormat("p: f32[ n ]?=none", "p: f32[n]? = none\n");
}

TEST(Format, BodiesOfOneItemMayStayOnTheirLine) {
  expectFormat("test \"t\" {expect a == b within 1e-6}",
               "test \"t\" { expect a == b within 1e-6 }\n");
  expectFormat("test \"t\" {\nexpect a\n}", "test \"t\" {\n  expect a\n}\n");
  expectFormat("model A { part x = y; part z = w }", "model A {\n  part x = y\n  part z = w\n}\n");
  expectFormat("x = r with { a = 1;b = 2 }", "x = r with { a = 1; b = 2 }\n");
  expectFormat("model A {}", "model A {}\n");
}

TEST(Format, RecordsKeepTheAuthorsLines) {
  expectFormat("x = {a=1,b=2}", "x = { a = 1, b = 2 }\n");
  expectFormat("x = {\na=1, b=2 }", "x = {\n  a = 1\n  b = 2\n}\n");
}

TEST(Format, CommentsStayWithWhatTheyDescribe) {
  expectFormat("// top\n\na = 1 // one\n// before b\nb = 2\n// end",
               "// top\n\na = 1  // one\n// before b\nb = 2\n// end\n");
  expectFormat("x = {\n// first\na = 1 // one\nb = 2\n// last\n}",
               "x = {\n  // first\n  a = 1  // one\n  b = 2\n  // last\n}\n");
  expectFormat("x = f(a, // one\nb)", "x = f(\n  a,  // one\n  b\n)\n");
  expectFormat("x = a // source\n|> b // stage\n|> c",
               "x = a  // source\n  |> b  // stage\n  |> c\n");
  expectFormat("model A {\n// only\n}", "model A {\n  // only\n}\n");
  expectFormat("x = a + // inside\nb", "// inside\nx = a + b\n");
  expectFormat("/// d\nx = 1", "/// d\nx = 1\n");
  expectFormat("x = 1\n/// of nothing", "x = 1\n// of nothing\n");
}

TEST(Format, LongLinesBreak) {
  std::string a(28, 'a'), b(28, 'b'), c(28, 'c');
  expectFormat("x = " + a + " + " + b + " + " + c + " + dd",
               "x = " + a + " + " + b + " + " + c + " + dd\n");
  expectFormat("names = " + a + " + " + b + " + " + c + " + dd",
               "names =\n  " + a + " + " + b + " + " + c + " + dd\n");
  expectFormat("x = " + a + " - " + b + " + " + c + " * " + a,
               "x =\n  " + a + " -\n  " + b + " +\n  " + c + " * " + a + "\n");
  expectFormat("x = if " + a + " then " + b + " else if p then " + c + " else " + a,
               "x =\n  if " + a + " then " + b + "\n  else if p then " + c + "\n  else " + a +
                   "\n");
  expectFormat("x = f(" + a + ", " + b + ", " + c + ", n = 1)",
               "x = f(\n  " + a + ", " + b + ", " + c + ",\n  n = 1\n)\n");
  expectFormat("fn f(" + a + ": int) -> int = g(" + b + ") * " + c,
               "fn f(" + a + ": int) -> int =\n  g(" + b + ") * " + c + "\n");
  expectFormat("x = " + a + "  // " + b + " " + b + " " + b,
               "// " + b + " " + b + " " + b + "\nx = " + a + "\n");
}

TEST(Format, DefinitionsStandApart) {
  expectFormat(
      "use a\nuse b\nmodel A {\n  part x = y\n}\nfn f(x) = x\nfn g(x) = x\n/// G.\nfn h(x) = x",
      "use a\nuse b\n\nmodel A {\n  part x = y\n}\n\nfn f(x) = x\nfn g(x) = x\n\n/// G.\nfn h(x) = "
      "x\n");
}

TEST(Dump, ShowsTheTree) {
  EXPECT_EQ(dumpOf("y[b] ~ normal\nf(x, a = 1)"), "equation ~\n"
                                                  "  subscript\n"
                                                  "    name y\n"
                                                  "    index\n"
                                                  "      name b\n"
                                                  "  name normal\n"
                                                  "expr\n"
                                                  "  call\n"
                                                  "    name f\n"
                                                  "    argument\n"
                                                  "      name x\n"
                                                  "    argument a\n"
                                                  "      number 1\n");
}

} // namespace
