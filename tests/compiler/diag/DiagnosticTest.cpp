#include "compiler/diag/Diagnostic.h"

#include <gtest/gtest.h>

#include <algorithm>

using namespace rx::diag;

namespace {

SourceRange find(const Source &source, const std::string &text) {
  size_t at = source.text().find(text);
  return {&source, at, at + text.size()};
}

TEST(Diagnostic, LabelsShareALineWhileTheyFit) {
  Source source("a.rx", "d = 640\n    h = xx  + ffn.up(n(x))\n");
  DiagnosticEngine engine;
  engine.error(find(source, "xx"), "dim-mismatch", "these two values do not have the same width")
      .label(find(source, "xx"), "d")
      .label(find(source, "ffn.up"), "ff = 2048 (a.rx:5)")
      .suggest("did you mean `ffn(n(x))`?");
  EXPECT_EQ(engine.render(),
            "a.rx:2:9: error: these two values do not have the same width [dim-mismatch]\n"
            "   2 |     h = xx  + ffn.up(n(x))\n"
            "     |         ^^ d  ~~~~~~ ff = 2048 (a.rx:5)\n"
            "help: did you mean `ffn(n(x))`?\n");
}

TEST(Diagnostic, CollidingLabelsGoBelow) {
  Source source("a.rx", "y = q + k\n");
  Diagnostic d{"broadcast", "cannot broadcast", find(source, "q"), {}, {"old: a", "new: b"}, ""};
  d.label(find(source, "k"), "[b, u]").label(find(source, "q"), "[b, t]");
  EXPECT_EQ(render(d), "a.rx:1:5: error: cannot broadcast [broadcast]\n"
                       "   1 | y = q + k\n"
                       "     |     ^ [b, t]\n"
                       "     |         ~ [b, u]\n"
                       "     = old: a\n"
                       "     = new: b\n");
}

TEST(Diagnostic, LabelsElsewhereGetTheirOwnExcerpt) {
  Source source("a.rx", "x = 1\ny = 2\n"), other("b.rx", "d = 640\n");
  Diagnostic d{"dim-mismatch", "sizes differ", find(source, "2"), {}, {}, ""};
  d.label(find(source, "1"), "here").label(find(other, "640"), "and here");
  EXPECT_EQ(render(d), "a.rx:2:5: error: sizes differ [dim-mismatch]\n"
                       "   2 | y = 2\n"
                       "     |     ^\n"
                       "   1 | x = 1\n"
                       "     |     ^ here\n"
                       "  in b.rx:\n"
                       "   1 | d = 640\n"
                       "     |     ^^^ and here\n");
}

TEST(Diagnostic, WithoutTextItComesFromTheCommandLine) {
  Diagnostic d{"unknown-setting",    "no setting `Up.step`", {}, {},
               {"--set Up.step=50"}, "nearest: `Up.steps`"};
  EXPECT_EQ(render(d), "rxc: error: no setting `Up.step` [unknown-setting]\n"
                       "     = --set Up.step=50\n"
                       "help: nearest: `Up.steps`\n");
}

TEST(Diagnostic, MarksStandBelowCharactersNotBytes) {
  Source source("a.rx", "s = \"äöü\" + xy\n");
  Diagnostic d{"unknown-name", "no `xy`", find(source, "xy"), {}, {}, ""};
  EXPECT_EQ(render(d), "a.rx:1:13: error: no `xy` [unknown-name]\n"
                       "   1 | s = \"äöü\" + xy\n"
                       "     |             ^^\n");
}

TEST(Diagnostic, ColourOnlyOnRequest) {
  Source source("a.rx", "x\n");
  Diagnostic d{"syntax", "m", find(source, "x"), {}, {}, ""};
  EXPECT_EQ(render(d).find('\033'), std::string::npos);
  EXPECT_NE(render(d, true).find('\033'), std::string::npos);
}

TEST(Kinds, EachHasASummaryAndAPage) {
  EXPECT_GE(knownKinds().size(), 20u);
  for (const std::string &kind : knownKinds()) {
    EXPECT_FALSE(summary(kind).empty()) << kind;
    std::string page = explain(kind);
    EXPECT_EQ(page.rfind("## " + kind + "\n", 0), 0u) << kind;
    EXPECT_GT(page.size(), kind.size() + 40) << kind;
  }
  EXPECT_EQ(explain("no-such-kind"), "");
}

TEST(NearestName, FindsSlipsOnly) {
  std::vector<std::string> names = {"steps", "seed", "batch", "rank"};
  EXPECT_EQ(nearestName("step", names), "steps");
  EXPECT_EQ(nearestName("bacth", names), "batch");
  EXPECT_EQ(nearestName("optimizer", names), "");
  EXPECT_EQ(nearestName("seeds", names), "seed");
  EXPECT_EQ(nearestName("", names), "");
  EXPECT_EQ(nearestName("rank", {}), "");
}

/// Names of one and two letters are sizes and indices: another one is no slip of it.
TEST(NearestName, OffersNoShortNameForAnother) {
  std::vector<std::string> names = {"x", "b", "d", "kv", "ids"};
  EXPECT_EQ(nearestName("q", names), "");
  EXPECT_EQ(nearestName("qx", names), "");
  EXPECT_EQ(nearestName("kx", names), "");
  EXPECT_EQ(nearestName("out", names), "");
  EXPECT_EQ(nearestName("bd", names), "");
  EXPECT_EQ(nearestName("idz", names), "ids");
  EXPECT_EQ(nearestName("id", names), "ids");
}

/// One slip per three letters, whichever of the two is longer.
TEST(NearestName, AllowsMoreSlipsInLongNames) {
  EXPECT_EQ(nearestName("hidden", {"width"}), "");
  EXPECT_EQ(nearestName("atention_nrom", {"attention_norm"}), "attention_norm");
  EXPECT_EQ(nearestName("tied.b", {"tied.B"}), "tied.B");
  EXPECT_EQ(nearestName("abcdef", {"abcxyz"}), "");
  EXPECT_EQ(nearestName("abcdef", {"abcdxy"}), "abcdxy");
}

TEST(NearestName, TakesTheFirstOfTheNearest) {
  EXPECT_EQ(nearestName("stop", {"step", "shop"}), "step");
  EXPECT_EQ(nearestName("layers", {"layer_counts", "layer"}), "layer");
}

/// A beginning that was cut short is meant more often than its distance says.
TEST(NearestName, TakesABeginningForTheWhole) {
  EXPECT_EQ(nearestName("temp", {"top_k", "temperature"}), "temperature");
  EXPECT_EQ(nearestName("te", {"temperature"}), "");
}

TEST(Source, LinesEndInAnyOfTheThreeWays) {
  Source source("a.rx", "a\nbc\r\nd\re");
  EXPECT_EQ(source.line(8), 4u);
  EXPECT_EQ(source.lineText(2), "bc");
  EXPECT_EQ(source.lineText(3), "d");
  EXPECT_EQ(source.lineText(4), "e");
  EXPECT_EQ(source.column(3), 2u);
}

} // namespace
