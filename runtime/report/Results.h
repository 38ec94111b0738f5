// What a run found, as plain data: the terminal's text, report.html and report.json are written
// from it. It can be written at any time; what is not computed yet says so.
#pragma once

#include "runtime/report/GenerationRunner.h"
#include "runtime/report/Plot.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace rx::runtime {

/// Where a value comes from.
enum class Origin {
  Missing,    ///< not computed: the run was interrupted, failed, or goes on
  Constant,   ///< known when the program was compiled
  Computed,   ///< in this run
  Remembered, ///< computed by an earlier run from the same programs, weights and data
};
std::string_view originName(Origin origin);

struct CellResult {
  const nlohmann::json *form = nullptr; ///< the cell in the bundle's manifest
  std::string what;                     ///< for people: "source, perplexity(Austen.valid)"
  Origin origin = Origin::Missing;
  bool isDistribution = false;
  double value = std::numeric_limits<double>::quiet_NaN(); ///< of what is no distribution
  double seconds = 0; ///< spent on it, in this run or the one that computed it
  int64_t batches = 0, tokens = 0;
  int64_t plannedBytes = 0; ///< peak memory of its programs as planned; 0 if none was run

  bool isKnown() const { return origin != Origin::Missing; }
  /// "40.3006", "a distribution" or "not computed".
  std::string text() const;
};

struct TableResult {
  struct Row {
    std::string name;
    std::vector<CellResult> cells;
  };
  std::vector<std::string> columns;
  std::vector<Row> rows;
};

struct ValueResult {
  std::string title;
  CellResult cell;
};

/// The likeliest tokens of a distribution.
struct RankingResult {
  struct Entry {
    std::string token; ///< quoted
    int32_t id = 0;
    double probability = 0;
  };
  std::string title;
  int64_t count = 0; ///< how many were asked for
  CellResult cell;
  std::vector<Entry> entries;
};

struct PlotResult {
  struct Point {
    double x = 0;
    std::string label; ///< may be empty
    CellResult cell;
  };
  struct Series {
    std::string name;
    std::vector<Point> points;
  };
  std::string title, xLabel, yLabel;
  bool logY = false;
  std::vector<Series> series;

  /// The points that are known.
  Plot plot() const;
};

/// Texts that a model continued. They are generated anew in every run.
struct GenerationResult {
  GenerationRequest request;
  std::optional<Generation> generation; ///< none before it is generated

  /// Whether every text came to its end.
  bool isWhole() const;
};

using ShowResult =
    std::variant<TableResult, ValueResult, RankingResult, PlotResult, GenerationResult>;
/// Every cell, in the order of computation.
std::vector<CellResult *> cellsOf(ShowResult &shown);

enum class Verdict { Undecided, Holds, Fails };
std::string_view verdictName(Verdict verdict);

struct ClaimResult {
  std::string text, expression, comparison; ///< comparison: <, <=, >, >= or ==
  double within = 0; ///< of `==`: the difference that is allowed, relative to the larger side
  CellResult left, right;

  double difference() const { return left.value - right.value; }

  /// Undecided while a side is missing, and where a side is not a number.
  Verdict verdict() const;
};

struct ReportResult {
  std::string name;
  std::vector<ShowResult> shows;
  std::vector<ClaimResult> claims;
};

enum class RunState { Running, Complete, Interrupted, Failed };
std::string_view stateName(RunState state);

struct RunResult {
  std::string experiment;
  RunState state = RunState::Running;
  std::string error; ///< of a run that failed
  std::vector<ReportResult> reports;
  std::string started; ///< local time, ISO 8601
  double seconds = 0;
  int64_t plannedBytes = 0, measuredBytes = 0; ///< peak memory of the process
  /// Where and with what it ran, in order: ("device", "cpu, 2 threads"), ...
  std::vector<std::pair<std::string, std::string>> circumstances;
  /// Files that were read, with what identifies their content.
  std::vector<std::pair<std::string, std::string>> inputs;
  std::string program; ///< its text, may be empty

  /// Every cell in the order of computation.
  std::vector<CellResult *> cells();
  std::vector<const CellResult *> cells() const;
  /// Texts that were continued, interrupted ones included.
  int64_t generatedTexts() const;
  /// Whether every value is known and every text came to its end.
  bool isWhole() const;
};

/// The reports of a manifest with every value missing but the constants. `experiment` outlives it.
RunResult layOut(const nlohmann::json &experiment);

/// Plain text for a terminal, ending in a line feed.
std::string textOf(const ShowResult &shown);
std::string textOf(const ClaimResult &claim);
/// "40.3 < 56.1 (difference -15.8)"
std::string valuesText(const ClaimResult &claim);

} // namespace rx::runtime
