#include "runtime/report/Results.h"
#include "runtime/report/RunFolder.h"
#include "tests/runtime/data/TempFolder.h"

#include <gmock/gmock.h>

#include <cmath>

using namespace rx::runtime;
using namespace rx::runtime::test;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

namespace {

/// A table with a constant and a metric, a plot, a ranking, a value and two claims.
const json &manifest() {
  static const json form = json::parse(R"JSON({"experiment": "E", "reports": [{"name": "Main",
    "shows": [
      {"kind": "table", "columns": ["params", "loss(<D>)"],
       "rows": [{"name": "source", "cells": [{"value": 1234}, {"step": "s"}]}]},
      {"kind": "plot", "title": "loss over rank", "x_label": "rank", "y_label": "loss", "log_y": true,
       "series": [{"name": "two", "points": [{"x": 4, "cell": {"step": "s"}, "label": "first"},
                                             {"x": 8, "cell": {"step": "t"}}]}]},
      {"kind": "most_likely", "title": "next", "count": 2, "cell": {"step": "n"}},
      {"kind": "value", "title": "loss", "cell": {"step": "s"}}],
    "claims": [
      {"text": "less", "operator": "<", "expression": "a < b", "left": {"step": "s"}, "right": {"value": 3}},
      {"text": "same", "operator": "==", "within": 0.01, "expression": "a == b",
       "left": {"step": "s"}, "right": {"value": 2.01}}]}]})JSON");
  return form;
}

void know(CellResult &cell, double value, Origin origin = Origin::Computed) {
  cell.origin = origin;
  cell.value = value;
  cell.seconds = 1.5;
  cell.batches = 16;
  cell.tokens = 4096;
}

/// All values known: 2 where a metric stands.
RunResult known() {
  RunResult result = layOut(manifest());
  for (CellResult *cell : result.cells())
    if (!cell->isKnown())
      know(*cell, 2);
  result.state = RunState::Complete;
  return result;
}

ClaimResult claim(double left, const char *comparison, double right, double within = 0) {
  ClaimResult claim{"text", "expression", comparison, within, {}, {}};
  know(claim.left, left);
  know(claim.right, right);
  return claim;
}

TEST(Results, EverythingIsMissingButConstants) {
  RunResult result = layOut(manifest());
  ASSERT_EQ(result.cells().size(), 10u);
  for (const CellResult *cell : std::as_const(result).cells())
    EXPECT_EQ(cell->isKnown(), cell->form->contains("value")) << cell->what;
  EXPECT_EQ(result.cells()[1]->what, "source, loss(<D>)");
}

TEST(Results, AMissingValueIsMarkedInText) {
  RunResult result = layOut(manifest());
  for (const ShowResult &shown : result.reports[0].shows)
    EXPECT_THAT(textOf(shown), HasSubstr("not computed"));
  EXPECT_THAT(textOf(result.reports[0].claims[0]), HasSubstr("is undecided: not computed < 3"));
}

TEST(Results, APlotIsAlsoAList) {
  std::string text = textOf(known().reports[0].shows[1]);
  EXPECT_EQ(text, "loss over rank\n"
                  "            rank  loss\n"
                  "----------------------\n"
                  "two  first     4     2\n"
                  "two            8     2\n");
}

TEST(Results, VerdictsOfClaims) {
  EXPECT_EQ(claim(1, "<", 2).verdict(), Verdict::Holds);
  EXPECT_EQ(claim(2, "<", 2).verdict(), Verdict::Fails);
  EXPECT_EQ(claim(2, "<=", 2).verdict(), Verdict::Holds);
  EXPECT_EQ(claim(1, ">", 2).verdict(), Verdict::Fails);
  EXPECT_EQ(claim(2, ">=", 2).verdict(), Verdict::Holds);
  EXPECT_EQ(claim(2, "==", 2.0001).verdict(), Verdict::Fails);
  EXPECT_EQ(claim(2, "==", 2.0001, 1e-3).verdict(), Verdict::Holds);
  EXPECT_EQ(claim(2, "==", 2.1, 1e-3).verdict(), Verdict::Fails);
  EXPECT_EQ(claim(NAN, "<", 2).verdict(), Verdict::Undecided);
  EXPECT_EQ(claim(1, "<", HUGE_VAL).verdict(), Verdict::Holds);
  ClaimResult missing = claim(1, "<", 2);
  missing.right.origin = Origin::Missing;
  EXPECT_EQ(missing.verdict(), Verdict::Undecided);
}

TEST(Results, ClaimsShowTheirNumbers) {
  EXPECT_EQ(textOf(claim(1, "<", 3)), "claim \"text\" holds: 1 < 3 (difference -2)\n");
  EXPECT_EQ(textOf(claim(1, "==", 1.5, 0.1)),
            "claim \"text\" fails: 1 == 1.5 within 0.1 (relative difference 0.33)\n");
}

TEST(JsonReport, HoldsEveryValueWithItsOrigin) {
  RunResult result = known();
  know(*result.cells()[1], HUGE_VAL, Origin::Remembered);
  json report = json::parse(jsonReport(result));
  EXPECT_EQ(report["state"], "complete");
  const json &cells = report["reports"][0]["shows"][0]["rows"][0]["cells"];
  EXPECT_EQ(cells[0]["origin"], "constant");
  EXPECT_EQ(cells[0]["value"], 1234);
  EXPECT_EQ(cells[1]["origin"], "remembered");
  EXPECT_EQ(cells[1]["value"], "inf");
  EXPECT_EQ(report["reports"][0]["claims"][0]["verdict"], "holds");
}

TEST(JsonReport, OneLinePerKnownValue) {
  RunResult result = known();
  result.cells()[1]->origin = Origin::Missing;
  std::string lines = jsonLines(result);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 9);
}

TEST(HtmlReport, IsOneFileWithoutScripts) {
  std::string html = htmlReport(known());
  EXPECT_THAT(html, HasSubstr("<svg "));
  EXPECT_THAT(html, HasSubstr("loss(&lt;D&gt;)"));
  EXPECT_THAT(html, HasSubstr("class=\"verdict\">holds<"));
  for (const char *foreign : {"<script", "src=", "href=", "@import", "url("})
    EXPECT_THAT(html, Not(HasSubstr(foreign)));
}

TEST(HtmlReport, APartialOneSaysSo) {
  RunResult result = layOut(manifest());
  result.state = RunState::Failed;
  result.error = "no memory for <t>";
  std::string html = htmlReport(result);
  EXPECT_THAT(html, HasSubstr("not computed"));
  EXPECT_THAT(html, HasSubstr("This report is partial"));
  EXPECT_THAT(html, HasSubstr("The run failed: no memory for &lt;t&gt;"));
  EXPECT_THAT(html, HasSubstr("class=\"verdict\">undecided<"));
}

TEST(HtmlReport, MarksValuesOfEarlierRuns) {
  RunResult result = known();
  EXPECT_THAT(htmlReport(result), Not(HasSubstr("from an earlier run")));
  result.cells()[1]->origin = Origin::Remembered;
  EXPECT_THAT(htmlReport(result), HasSubstr("† from an earlier run"));
}

/// A report that shows one generated text, not generated yet.
RunResult withText() {
  static const json form = json::parse(R"JSON({"experiment": "E", "reports": [{"name": "Main",
    "claims": [], "shows": [{"kind": "generate", "model": "tied[2]", "program": "tied_2",
      "tokenizer": "t.gguf", "prompts": ["<One>"], "tokens": 7, "temperature": 0.0, "top_k": 0,
      "top_p": 1.0, "seed": 1, "stop": ["\n"]}]}]})JSON");
  return layOut(form);
}

GenerationResult &textsIn(RunResult &result) {
  return std::get<GenerationResult>(result.reports[0].shows[0]);
}

Generation oneText(StopReason reason) {
  Generation found;
  found.texts = {{{5, 6}, " & two", reason}};
  found.promptTokens = 3;
  found.promptSeconds = 0.5;
  found.stepTokens = 4;
  found.stepSeconds = 2;
  return found;
}

TEST(Results, ATextIsMissingUntilItIsWhole) {
  RunResult result = withText();
  EXPECT_FALSE(result.isWhole());
  EXPECT_EQ(result.generatedTexts(), 0);
  EXPECT_EQ(textOf(result.reports[0].shows[0]),
            "tied[2] continues, greedy, at most 7 tokens: not generated\n");
  textsIn(result).generation = oneText(StopReason::Interrupted);
  EXPECT_FALSE(result.isWhole());
  textsIn(result).generation = oneText(StopReason::Length);
  EXPECT_TRUE(result.isWhole());
  EXPECT_EQ(result.generatedTexts(), 1);
}

TEST(JsonReport, HoldsTextsWithTheirRates) {
  RunResult result = withText();
  json before = json::parse(jsonReport(result))["reports"][0]["shows"][0];
  EXPECT_EQ(before["texts"], json::parse(R"([{"prompt": "<One>"}])"));
  textsIn(result).generation = oneText(StopReason::EndOfText);
  json after = json::parse(jsonReport(result))["reports"][0]["shows"][0];
  EXPECT_EQ(after["texts"], json::parse(R"([{"prompt": "<One>", "continuation": " & two",
                                             "ended": "end of text", "tokens": [5, 6]}])"));
  EXPECT_EQ(after["prompt_tokens_per_second"], 6);
  EXPECT_EQ(after["generated_tokens_per_second"], 2);
  EXPECT_EQ(after["settings"]["stop"], json::parse(R"(["\n"])"));
}

TEST(HtmlReport, ShowsTexts) {
  RunResult result = withText();
  EXPECT_THAT(htmlReport(result), HasSubstr("not generated"));
  textsIn(result).generation = oneText(StopReason::Length);
  EXPECT_THAT(htmlReport(result),
              HasSubstr("<span class=\"prompt\">&lt;One&gt;</span> &amp; two</pre>"));
}

TEST(RunFolder, TwoRunsOfOneSecondGetTwoFolders) {
  TempFolder temp;
  auto first = RunFolder::createBelow(temp.path() / "runs", "E");
  auto second = RunFolder::createBelow(temp.path() / "runs", "E");
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->path(), second->path());
  EXPECT_THAT(first->path().filename().string(), testing::MatchesRegex("E-[0-9]+-[0-9]+(-2)?"));
}

TEST(RunFolder, SavesReplaceEachOther) {
  TempFolder temp;
  auto folder = RunFolder::use(temp.path() / "out");
  ASSERT_TRUE(folder);
  RunResult result = layOut(manifest());
  ASSERT_TRUE(folder->save(result));
  ASSERT_TRUE(folder->save(known()));
  EXPECT_THAT(readFile(temp.path() / "out/report.json"), HasSubstr("\"complete\""));
  EXPECT_EQ(readFile(temp.path() / "out/report.html"), htmlReport(known()));
}

TEST(RunFolder, AFileInItsPlaceIsNamed) {
  TempFolder temp;
  temp.write("out", "a file");
  auto folder = RunFolder::use(temp.path() / "out");
  ASSERT_FALSE(folder);
  EXPECT_THAT(std::string(folder.message()), HasSubstr((temp.path() / "out").string()));
}

} // namespace
