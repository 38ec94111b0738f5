#include "runtime/report/RunFolder.h"

#include "runtime/plan/Budget.h"
#include "runtime/report/GenerationText.h"
#include "runtime/report/Table.h"

#include <fmt/format.h>

#include <algorithm>

namespace rx::runtime {

namespace {

constexpr const char *style = R"(
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --good: #1a7f37; --bad: #c62828; }
@media (prefers-color-scheme: dark) { :root { --good: #56d364; --bad: #ff7b72; } }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 60rem; margin: 2.5rem auto 4rem; padding: 0 1.2rem; }
h1 { font-size: 1.7rem; margin: 0 0 .2rem; } h2 { font-size: 1.25rem; margin: 2.4rem 0 .6rem; }
h3 { font-size: 1rem; margin: 1.6rem 0 .4rem; font-weight: 600; }
.note { opacity: .7; font-size: .9rem; } .missing { opacity: .55; font-style: italic; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .6rem 0; }
th, td { padding: .3rem .9rem .3rem 0; text-align: right; border-bottom: 1px solid var(--line); }
th { font-weight: 600; border-bottom-width: 2px; vertical-align: bottom; }
th:first-child, td:first-child { text-align: left; white-space: nowrap; }
td:last-child, th:last-child { padding-right: .2rem; }
.claims { list-style: none; padding: 0; }
.claims li { border-left: 4px solid var(--line); padding: .2rem 0 .2rem .9rem; margin: .7rem 0; }
.claims .holds { border-color: var(--good); } .claims .fails { border-color: var(--bad); }
.verdict { font-weight: 600; } .holds .verdict { color: var(--good); } .fails .verdict { color: var(--bad); }
.error { border: 1px solid var(--bad); padding: .6rem .9rem; border-radius: .3rem; }
code, pre { font: .88rem/1.5 ui-monospace, monospace; }
pre { background: var(--soft); padding: .8rem 1rem; overflow-x: auto; border-radius: .3rem; }
pre.text { white-space: pre-wrap; } .prompt { opacity: .6; }
svg { max-width: 44rem; min-width: 32rem; width: 100%; height: auto; display: block; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.4rem; }
dt { opacity: .7; } dd { margin: 0; overflow-wrap: anywhere; }
)";

std::string secondsText(double seconds) {
  if (seconds < 100)
    return fmt::format("{:.2f} s", seconds);
  return seconds < 6000 ? fmt::format("{:.1f} min", seconds / 60)
                        : fmt::format("{:.1f} h", seconds / 3600);
}

class HtmlWriter {
public:
  explicit HtmlWriter(const RunResult &result) : result(result) {}

  std::string run() {
    head();
    for (const ReportResult &report : result.reports)
      section(report);
    circumstances();
    return out + "</body>\n</html>\n";
  }

private:
  void put(std::string_view markup) { out += markup; }
  static std::string plain(const std::string &text) { return escapeMarkup(text); }

  void head() {
    put("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    put(fmt::format("<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n",
                    plain(result.experiment), style));
    put(fmt::format("<h1>{}</h1>\n<p class=\"note\">{}; started {}, {}</p>\n",
                    plain(result.experiment), stateName(result.state), plain(result.started),
                    secondsText(result.seconds)));
    if (!result.error.empty())
      put(fmt::format("<p class=\"error\">The run failed: {}</p>\n", plain(result.error)));
    if (result.state != RunState::Complete)
      put("<p class=\"note\">This report is partial: what is not computed says so.</p>\n");
  }

  void section(const ReportResult &report) {
    put(fmt::format("<h2>{}</h2>\n", plain(report.name)));
    for (const ShowResult &shown : report.shows)
      std::visit([&](const auto &one) { show(one); }, shown);
    if (report.claims.empty())
      return;
    put("<ul class=\"claims\">\n");
    for (const ClaimResult &claim : report.claims)
      show(claim);
    put("</ul>\n");
  }

  /// The value with where it comes from as a tooltip.
  static std::string value(const CellResult &cell) {
    if (!cell.isKnown())
      return "<span class=\"missing\">not computed</span>";
    if (cell.origin == Origin::Constant)
      return plain(cell.text());
    std::string how = fmt::format("{} batches, {} tokens, {}", cell.batches, cell.tokens,
                                  secondsText(cell.seconds));
    bool remembered = cell.origin == Origin::Remembered;
    return fmt::format("<span title=\"{}{}\">{}{}</span>", how,
                       remembered ? ", from an earlier run" : "", plain(cell.text()),
                       remembered ? " <sup>†</sup>" : "");
  }

  void remark(const std::vector<const CellResult *> &cells) {
    bool any = std::any_of(cells.begin(), cells.end(),
                           [](auto *cell) { return cell->origin == Origin::Remembered; });
    if (any)
      put("<p class=\"note\">† from an earlier run</p>\n");
  }

  void show(const TableResult &table) {
    put("<div class=\"wide\"><table>\n<tr><th></th>");
    for (const std::string &column : table.columns)
      put(fmt::format("<th>{}</th>", plain(column)));
    put("<th>time</th></tr>\n");
    std::vector<const CellResult *> all;
    for (const TableResult::Row &row : table.rows) {
      put(fmt::format("<tr><td>{}</td>", plain(row.name)));
      double seconds = 0;
      for (const CellResult &cell : row.cells) {
        put(fmt::format("<td>{}</td>", value(cell)));
        seconds += cell.seconds;
        all.push_back(&cell);
      }
      put(fmt::format("<td>{}</td></tr>\n", seconds > 0 ? secondsText(seconds) : ""));
    }
    put("</table></div>\n");
    remark(all);
  }

  void show(const ValueResult &shown) {
    put(fmt::format("<p>{} = {}</p>\n", plain(shown.title), value(shown.cell)));
    remark({&shown.cell});
  }

  void show(const RankingResult &shown) {
    put(fmt::format("<h3>{}</h3>\n", plain(shown.title)));
    if (!shown.cell.isKnown())
      return put("<p class=\"missing\">not computed</p>\n");
    put("<table>\n<tr><th>token</th><th>id</th><th>probability</th></tr>\n");
    for (const RankingResult::Entry &entry : shown.entries)
      put(fmt::format("<tr><td><code>{}</code></td><td>{}</td><td>{:.4f}</td></tr>\n",
                      plain(entry.token), entry.id, entry.probability));
    put("</table>\n");
    remark({&shown.cell});
  }

  void show(const PlotResult &shown) {
    std::string drawing = svgOf(shown.plot());
    put(fmt::format("<h3>{}</h3>\n<div class=\"wide\">{}</div>\n", plain(shown.title),
                    drawing.empty() ? "<p class=\"missing\">nothing to draw yet</p>\n" : drawing));
    put("<details><summary>Numbers</summary>\n<div class=\"wide\"><table>\n<tr><th></th>");
    put(fmt::format("<th>{}</th><th>{}</th></tr>\n", plain(shown.xLabel), plain(shown.yLabel)));
    std::vector<const CellResult *> all;
    for (const PlotResult::Series &series : shown.series)
      for (const PlotResult::Point &point : series.points) {
        std::string name = series.name + (point.label.empty() ? "" : " " + point.label);
        put(fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n", plain(name),
                        formatNumber(point.x), value(point.cell)));
        all.push_back(&point.cell);
      }
    put("</table></div>\n");
    remark(all);
    put("</details>\n");
  }

  void show(const GenerationResult &shown) {
    put(fmt::format("<h3>{}</h3>\n", plain(shown.request.title())));
    if (!shown.generation)
      return put("<p class=\"missing\">not generated</p>\n");
    for (size_t i = 0; i < shown.generation->texts.size(); ++i) {
      const Continuation &text = shown.generation->texts[i];
      put(fmt::format("<pre class=\"text\"><span class=\"prompt\">{}</span>{}</pre>\n",
                      plain(shown.request.prompts[i]), plain(text.text)));
      put(fmt::format("<p class=\"note\">{} tokens, ended by: {}</p>\n", text.tokens.size(),
                      stopReasonName(text.reason)));
    }
    put(fmt::format("<p class=\"note\">{}{}</p>\n", ratesText(*shown.generation),
                    shown.isRemembered ? " † from an earlier run" : ""));
  }

  void show(const ClaimResult &claim) {
    bool remembered =
        claim.left.origin == Origin::Remembered || claim.right.origin == Origin::Remembered;
    put(fmt::format("<li class=\"{0}\"><span class=\"verdict\">{0}</span>: {1}<br>"
                    "<code>{2}</code><br>{3}{4}</li>\n",
                    verdictName(claim.verdict()), plain(claim.text), plain(claim.expression),
                    plain(valuesText(claim)), remembered ? " <sup>†</sup>" : ""));
  }

  void list(const std::vector<std::pair<std::string, std::string>> &pairs) {
    put("<dl>\n");
    for (const auto &[name, value] : pairs)
      put(fmt::format("<dt>{}</dt><dd>{}</dd>\n", plain(name), plain(value)));
    put("</dl>\n");
  }

  void circumstances() {
    put("<h2>How it was run</h2>\n");
    auto all = result.circumstances;
    all.emplace_back("peak memory planned",
                     result.plannedBytes > 0 ? bytesText(result.plannedBytes) : "nothing was run");
    all.emplace_back("peak memory measured", bytesText(result.measuredBytes) + ", whole process");
    list(all);
    if (!result.inputs.empty()) {
      put("<h3>Weights</h3>\n");
      list(result.inputs);
    }
    if (!result.program.empty())
      put(fmt::format("<details><summary>Program</summary>\n<pre>{}</pre></details>\n",
                      plain(result.program)));
  }

  const RunResult &result;
  std::string out;
};

} // namespace

std::string htmlReport(const RunResult &result) { return HtmlWriter(result).run(); }

} // namespace rx::runtime
