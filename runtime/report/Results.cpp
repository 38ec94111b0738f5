#include "runtime/report/Results.h"

#include "runtime/report/GenerationText.h"
#include "runtime/report/Table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace rx::runtime {

using nlohmann::json;

//===----------------------------------------------------------------------===//
// Words
//===----------------------------------------------------------------------===//

std::string_view originName(Origin origin) {
  constexpr std::string_view names[] = {"missing", "constant", "computed", "remembered"};
  return names[static_cast<size_t>(origin)];
}

std::string_view verdictName(Verdict verdict) {
  constexpr std::string_view names[] = {"undecided", "holds", "fails"};
  return names[static_cast<size_t>(verdict)];
}

std::string_view stateName(RunState state) {
  constexpr std::string_view names[] = {"running", "complete", "interrupted", "failed"};
  return names[static_cast<size_t>(state)];
}

std::string CellResult::text() const {
  if (!isKnown())
    return "not computed";
  return isDistribution ? "a distribution" : formatNumber(value);
}

/// A claim whose two sides depend on no draw is decided exactly.
Verdict ClaimResult::verdict() const {
  double a = left.value, b = right.value;
  if (!left.isKnown() || !right.isKnown() || std::isnan(a) || std::isnan(b))
    return Verdict::Undecided;
  bool holds = comparison == "<"    ? a < b
               : comparison == "<=" ? a <= b
               : comparison == ">"  ? a > b
               : comparison == ">=" ? a >= b
               : within > 0 ? std::fabs(a - b) <= within * std::max(std::fabs(a), std::fabs(b))
                            : a == b;
  return holds ? Verdict::Holds : Verdict::Fails;
}

Plot PlotResult::plot() const {
  Plot plot{title, xLabel, yLabel, logY, {}};
  for (const Series &one : series) {
    Plot::Series drawn{one.name, {}};
    for (const Point &point : one.points)
      if (point.cell.isKnown())
        drawn.points.push_back({point.x, point.cell.value, point.label});
    plot.series.push_back(std::move(drawn));
  }
  return plot;
}

//===----------------------------------------------------------------------===//
// All cells
//===----------------------------------------------------------------------===//

namespace {

template <typename Shown, typename Visit> void visitCells(Shown &shown, const Visit &visit) {
  using T = std::remove_const_t<Shown>;
  if constexpr (std::is_same_v<T, TableResult>) {
    for (auto &row : shown.rows)
      for (auto &cell : row.cells)
        visit(cell);
  } else if constexpr (std::is_same_v<T, PlotResult>) {
    for (auto &series : shown.series)
      for (auto &point : series.points)
        visit(point.cell);
  } else if constexpr (!std::is_same_v<T, GenerationResult>)
    visit(shown.cell);
}

template <typename Result, typename Visit> void visitAll(Result &result, const Visit &visit) {
  for (auto &report : result.reports) {
    for (auto &shown : report.shows)
      std::visit([&](auto &one) { visitCells(one, visit); }, shown);
    for (auto &claim : report.claims) {
      visit(claim.left);
      visit(claim.right);
    }
  }
}

} // namespace

std::vector<CellResult *> cellsOf(ShowResult &shown) {
  std::vector<CellResult *> all;
  std::visit([&](auto &one) { visitCells(one, [&](CellResult &cell) { all.push_back(&cell); }); },
             shown);
  return all;
}

std::vector<CellResult *> RunResult::cells() {
  std::vector<CellResult *> all;
  visitAll(*this, [&](CellResult &cell) { all.push_back(&cell); });
  return all;
}

std::vector<const CellResult *> RunResult::cells() const {
  std::vector<const CellResult *> all;
  visitAll(*this, [&](const CellResult &cell) { all.push_back(&cell); });
  return all;
}

bool GenerationResult::isWhole() const {
  auto isEnded = [](const Continuation &text) { return text.reason != StopReason::Interrupted; };
  return generation && std::all_of(generation->texts.begin(), generation->texts.end(), isEnded);
}

namespace {

std::vector<const GenerationResult *> generationsOf(const RunResult &result) {
  std::vector<const GenerationResult *> all;
  for (const ReportResult &report : result.reports)
    for (const ShowResult &shown : report.shows)
      if (auto *texts = std::get_if<GenerationResult>(&shown))
        all.push_back(texts);
  return all;
}

} // namespace

int64_t RunResult::generatedTexts(bool byEarlierRuns) const {
  int64_t count = 0;
  for (const GenerationResult *texts : generationsOf(*this))
    count += texts->generation && texts->isRemembered == byEarlierRuns ? std::ssize(texts->generation->texts) : 0;
  return count;
}

bool RunResult::isWhole() const {
  auto all = cells();
  auto texts = generationsOf(*this);
  return std::all_of(all.begin(), all.end(), [](auto *cell) { return cell->isKnown(); }) &&
         std::all_of(texts.begin(), texts.end(), [](auto *one) { return one->isWhole(); });
}

//===----------------------------------------------------------------------===//
// From the manifest
//===----------------------------------------------------------------------===//

namespace {

CellResult cellOf(const json &form, std::string what) {
  CellResult cell;
  cell.form = &form;
  cell.what = std::move(what);
  if (form.contains("value")) {
    cell.origin = Origin::Constant;
    const json &value = form.at("value"); // JSON lacks some numbers: "inf"
    cell.value = value.is_string() ? std::strtod(value.get<std::string>().c_str(), nullptr)
                                   : value.get<double>();
  }
  return cell;
}

TableResult tableOf(const json &shown) {
  TableResult table;
  for (const json &column : shown.at("columns"))
    table.columns.push_back(column.get<std::string>());
  for (const json &row : shown.at("rows")) {
    TableResult::Row line{row.at("name").get<std::string>(), {}};
    const json &cells = row.at("cells");
    for (size_t i = 0; i < cells.size(); ++i)
      line.cells.push_back(cellOf(cells[i], line.name + ", " + table.columns.at(i)));
    table.rows.push_back(std::move(line));
  }
  return table;
}

PlotResult plotOf(const json &shown) {
  PlotResult plot;
  plot.title = shown.at("title").get<std::string>();
  plot.xLabel = shown.at("x_label").get<std::string>();
  plot.yLabel = shown.at("y_label").get<std::string>();
  plot.logY = shown.value("log_y", false);
  for (const json &form : shown.at("series")) {
    PlotResult::Series series{form.at("name").get<std::string>(), {}};
    for (const json &point : form.at("points")) {
      double x = point.at("x").get<double>();
      std::string label = point.value("label", std::string());
      std::string name = !label.empty() ? label
                         : !series.name.empty()
                             ? fmt::format("{} at {}", series.name, formatNumber(x))
                             : formatNumber(x);
      series.points.push_back({x, label, cellOf(point.at("cell"), name + ", " + plot.yLabel)});
    }
    plot.series.push_back(std::move(series));
  }
  return plot;
}

ShowResult showOf(const json &shown) {
  const json &kind = shown.at("kind");
  if (kind == "table")
    return tableOf(shown);
  if (kind == "plot")
    return plotOf(shown);
  if (kind == "generate")
    return GenerationResult{requestOf(shown), {}};
  auto title = shown.at("title").get<std::string>();
  CellResult cell = cellOf(shown.at("cell"), title);
  if (kind == "most_likely")
    return RankingResult{title, shown.at("count").get<int64_t>(), std::move(cell), {}};
  return ValueResult{title, std::move(cell)};
}

/// The two sides of `a < b` as the author wrote them, where the sign stands there once.
std::pair<std::string, std::string> sidesOf(const std::string &expression,
                                            const std::string &sign) {
  std::string between = " " + sign + " ";
  size_t at = expression.find(between);
  if (at == expression.npos || expression.find(between, at + 1) != expression.npos)
    return {expression + ", left side", expression + ", right side"};
  return {expression.substr(0, at), expression.substr(at + between.size())};
}

ClaimResult claimOf(const json &form) {
  auto expression = form.at("expression").get<std::string>();
  auto sign = form.at("operator").get<std::string>();
  auto [left, right] = sidesOf(expression, sign);
  return {form.at("text").get<std::string>(),
          expression,
          sign,
          form.value("within", 0.0),
          cellOf(form.at("left"), left),
          cellOf(form.at("right"), right)};
}

} // namespace

RunResult layOut(const json &experiment) {
  RunResult result;
  result.experiment = experiment.at("experiment").get<std::string>();
  for (const json &form : experiment.at("reports")) {
    ReportResult &report = result.reports.emplace_back();
    report.name = form.at("name").get<std::string>();
    for (const json &shown : form.at("shows"))
      report.shows.push_back(showOf(shown));
    for (const json &claim : form.at("claims"))
      report.claims.push_back(claimOf(claim));
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

namespace {

std::string text(const TableResult &shown) {
  Table table;
  table.header = {""};
  table.header.insert(table.header.end(), shown.columns.begin(), shown.columns.end());
  for (const TableResult::Row &row : shown.rows) {
    std::vector<std::string> line = {row.name};
    for (const CellResult &cell : row.cells)
      line.push_back(cell.text());
    table.rows.push_back(std::move(line));
  }
  return table.text();
}

std::string text(const ValueResult &shown) {
  return fmt::format("{} = {}\n", shown.title, shown.cell.text());
}

std::string text(const RankingResult &shown) {
  if (!shown.cell.isKnown())
    return shown.title + ": not computed\n";
  Table table;
  table.header = {"token", "id", "probability"};
  for (const RankingResult::Entry &entry : shown.entries)
    table.rows.push_back(
        {entry.token, std::to_string(entry.id), fmt::format("{:.4f}", entry.probability)});
  return shown.title + "\n" + table.text();
}

std::string text(const PlotResult &shown) {
  Table table;
  bool hasLabels = false;
  for (const PlotResult::Series &series : shown.series)
    for (const PlotResult::Point &point : series.points)
      hasLabels |= !point.label.empty();
  table.header = {"", shown.xLabel, shown.yLabel};
  if (hasLabels)
    table.header.insert(table.header.begin() + 1, "");
  for (const PlotResult::Series &series : shown.series)
    for (const PlotResult::Point &point : series.points) {
      std::vector<std::string> line = {series.name, formatNumber(point.x), point.cell.text()};
      if (hasLabels)
        line.insert(line.begin() + 1, point.label);
      table.rows.push_back(std::move(line));
    }
  return shown.title + "\n" + table.text();
}

std::string text(const GenerationResult &shown) {
  if (!shown.generation)
    return shown.request.title() + ": not generated\n";
  return textOf(shown.request, *shown.generation);
}

} // namespace

std::string textOf(const ShowResult &shown) {
  return std::visit([](const auto &one) { return text(one); }, shown);
}

std::string valuesText(const ClaimResult &claim) {
  std::string text =
      fmt::format("{} {} {}", claim.left.text(), claim.comparison, claim.right.text());
  if (claim.within > 0)
    text += fmt::format(" within {:g}", claim.within);
  if (claim.verdict() == Verdict::Undecided)
    return text;
  double larger = std::max(std::fabs(claim.left.value), std::fabs(claim.right.value));
  if (claim.within > 0 && larger > 0)
    return text +
           fmt::format(" (relative difference {:.2g})", std::fabs(claim.difference()) / larger);
  return text + fmt::format(" (difference {:.6g})", claim.difference());
}

std::string textOf(const ClaimResult &claim) {
  Verdict verdict = claim.verdict();
  return fmt::format("claim \"{}\" {}: {}\n", claim.text,
                     verdict == Verdict::Undecided ? "is undecided" : verdictName(verdict),
                     valuesText(claim));
}

} // namespace rx::runtime
