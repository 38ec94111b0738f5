#include "runtime/report/RunFolder.h"

#include <cmath>

namespace rx::runtime {

using nlohmann::json;

namespace {

constexpr int reportFormat = 1;

json number(double value) {
  if (std::isnan(value))
    return "nan";
  return std::isinf(value) ? json(value > 0 ? "inf" : "-inf") : json(value);
}

json cellJson(const CellResult &cell) {
  json out = {{"what", cell.what}, {"origin", originName(cell.origin)}};
  if (cell.isKnown())
    out["value"] = cell.isDistribution ? json(cell.text()) : number(cell.value);
  if (cell.origin == Origin::Computed || cell.origin == Origin::Remembered) {
    out["seconds"] = cell.seconds;
    out["batches"] = cell.batches;
    out["tokens"] = cell.tokens;
    out["planned_bytes"] = cell.plannedBytes;
  }
  return out;
}

json showJson(const TableResult &shown) {
  json rows = json::array();
  for (const TableResult::Row &row : shown.rows) {
    json cells = json::array();
    for (const CellResult &cell : row.cells)
      cells.push_back(cellJson(cell));
    rows.push_back({{"name", row.name}, {"cells", cells}});
  }
  return {{"kind", "table"}, {"columns", shown.columns}, {"rows", rows}};
}

json showJson(const ValueResult &shown) {
  return {{"kind", "value"}, {"title", shown.title}, {"cell", cellJson(shown.cell)}};
}

json showJson(const RankingResult &shown) {
  json entries = json::array();
  for (const RankingResult::Entry &entry : shown.entries)
    entries.push_back(
        {{"token", entry.token}, {"id", entry.id}, {"probability", number(entry.probability)}});
  return {{"kind", "most_likely"},
          {"title", shown.title},
          {"cell", cellJson(shown.cell)},
          {"entries", entries}};
}

json showJson(const PlotResult &shown) {
  json series = json::array();
  for (const PlotResult::Series &one : shown.series) {
    json points = json::array();
    for (const PlotResult::Point &point : one.points)
      points.push_back(
          {{"x", number(point.x)}, {"label", point.label}, {"cell", cellJson(point.cell)}});
    series.push_back({{"name", one.name}, {"points", points}});
  }
  return {{"kind", "plot"},          {"title", shown.title}, {"x_label", shown.xLabel},
          {"y_label", shown.yLabel}, {"log_y", shown.logY},  {"series", series}};
}

json showJson(const GenerationResult &shown) {
  const GenerationSettings &how = shown.request.settings;
  json out = {{"kind", "generate"},
              {"model", shown.request.model},
              {"settings",
               {{"tokens", how.tokens},
                {"temperature", how.sampling.temperature},
                {"top_k", how.sampling.topK},
                {"top_p", how.sampling.topP},
                {"seed", how.sampling.seed},
                {"stop", how.stop}}},
              {"texts", json::array()}};
  for (size_t i = 0; i < shown.request.prompts.size(); ++i) {
    json text = {{"prompt", shown.request.prompts[i]}};
    if (shown.generation) {
      const Continuation &found = shown.generation->texts[i];
      text.update({{"continuation", found.text},
                   {"ended", stopReasonName(found.reason)},
                   {"tokens", found.tokens}});
    }
    out["texts"].push_back(std::move(text));
  }
  if (shown.generation)
    out.update({{"origin", originName(shown.isRemembered ? Origin::Remembered : Origin::Computed)},
                {"prompt_tokens", shown.generation->promptTokens},
                {"prompt_tokens_per_second", shown.generation->promptRate()},
                {"generated_tokens", shown.generation->generatedTokens()},
                {"generated_tokens_per_second", shown.generation->stepRate()}});
  return out;
}

json claimJson(const ClaimResult &claim) {
  return {{"text", claim.text},
          {"expression", claim.expression},
          {"operator", claim.comparison},
          {"within", claim.within},
          {"verdict", verdictName(claim.verdict())},
          {"left", cellJson(claim.left)},
          {"right", cellJson(claim.right)},
          {"difference", number(claim.difference())}};
}

json pairsJson(const std::vector<std::pair<std::string, std::string>> &pairs) {
  json out = json::object();
  for (const auto &[name, value] : pairs)
    out[name] = value;
  return out;
}

/// A name from a file, or a path, may be any bytes: they become U+FFFD where they are no UTF-8.
std::string text(const json &value, int indent) {
  return value.dump(indent, ' ', false, json::error_handler_t::replace);
}

} // namespace

std::string jsonReport(const RunResult &result) {
  json out = {{"format", reportFormat},
              {"experiment", result.experiment},
              {"state", stateName(result.state)},
              {"started", result.started},
              {"seconds", result.seconds},
              {"memory",
               {{"planned_bytes", result.plannedBytes}, {"measured_bytes", result.measuredBytes}}},
              {"circumstances", pairsJson(result.circumstances)},
              {"inputs", pairsJson(result.inputs)},
              {"reports", json::array()}};
  if (!result.error.empty())
    out["error"] = result.error;
  for (const ReportResult &report : result.reports) {
    json one = {{"name", report.name}, {"shows", json::array()}, {"claims", json::array()}};
    for (const ShowResult &shown : report.shows)
      one["shows"].push_back(std::visit([](const auto &s) { return showJson(s); }, shown));
    for (const ClaimResult &claim : report.claims)
      one["claims"].push_back(claimJson(claim));
    out["reports"].push_back(std::move(one));
  }
  return text(out, 1) + "\n";
}

std::string jsonLines(const RunResult &result) {
  std::string lines;
  for (const CellResult *cell : result.cells())
    if (cell->isKnown())
      lines += text(cellJson(*cell), -1) + "\n";
  return lines;
}

} // namespace rx::runtime
