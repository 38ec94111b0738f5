#include "runtime/report/Plot.h"

#include "runtime/core/Utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace rx::runtime {

namespace {

constexpr double width = 640, height = 360;
constexpr double left = 84, right = 24, top = 20, bottom = 52;
constexpr double legendLine = 18;
/// Of one character of the labels, on average; enough to place them.
constexpr double characterWidth = 6.6;
constexpr int ticksWanted = 6;

/// Distinguishable with every kind of colour vision (Okabe and Ito, 2008).
constexpr std::array<const char *, 7> colours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                 "#E69F00", "#56B4E9", "#7F7F7F"};

bool isDrawable(const Plot &plot, const Plot::Point &point) {
  return std::fabs(point.x) < 1e300 && std::fabs(point.y) < 1e300 && (!plot.logY || point.y > 0);
}

class Drawing {
public:
  explicit Drawing(const Plot &plot) : plot(plot) {
    std::vector<double> xs, ys;
    for (const Plot::Series &series : plot.series)
      for (const Plot::Point &point : series.points) {
        if (!isDrawable(plot, point)) {
          ++omitted;
          continue;
        }
        xs.push_back(point.x);
        ys.push_back(point.y);
      }
    isEmpty = xs.empty();
    x = linearAxis(xs, ticksWanted);
    y = plot.logY ? logAxis(ys, ticksWanted) : linearAxis(ys, ticksWanted);
  }

  std::string run() {
    if (isEmpty)
      return "";
    axes();
    for (size_t i = 0; i < plot.series.size(); ++i)
      series(plot.series[i], colours[i % colours.size()]);
    double below = legend();
    return fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:g} {:g}\" "
                       "role=\"img\" aria-label=\"{}\" font-size=\"12\" fill=\"currentColor\">\n",
                       width, height + below, escapeMarkup(plot.title)) +
           body + "</svg>\n";
  }

private:
  double column(double value) const { return left + x.position(value) * (width - left - right); }
  double row(double value) const {
    return height - bottom - y.position(value) * (height - top - bottom);
  }

  void line(double x1, double y1, double x2, double y2, const char *opacity) {
    body += fmt::format("<path d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\" stroke=\"currentColor\" "
                        "stroke-opacity=\"{}\"/>\n",
                        x1, y1, x2, y2, opacity);
  }

  void label(double atX, double atY, const char *anchor, const std::string &text,
             const std::string &more = "") {
    body += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>\n", atX,
                        atY, anchor, more, escapeMarkup(text));
  }

  void axes() {
    for (double tick : y.ticks) {
      line(left, row(tick), width - right, row(tick), "0.15");
      label(left - 8, row(tick) + 4, "end", tickText(tick));
    }
    for (double tick : x.ticks) {
      line(column(tick), height - bottom, column(tick), height - bottom + 5, "0.6");
      label(column(tick), height - bottom + 19, "middle", tickText(tick));
    }
    line(left, height - bottom, width - right, height - bottom, "0.6");
    label((left + width - right) / 2, height - 12, "middle", plot.xLabel);
    double middle = (top + height - bottom) / 2;
    label(16, middle, "middle", plot.yLabel,
          fmt::format(" transform=\"rotate(-90 16 {:.1f})\"", middle));
  }

  void series(const Plot::Series &series, const char *colour) {
    std::string path;
    for (const Plot::Point &point : series.points)
      if (isDrawable(plot, point))
        path +=
            fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", column(point.x), row(point.y));
    body += fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>\n", path,
                        colour);
    for (const Plot::Point &point : series.points)
      if (isDrawable(plot, point))
        mark(point, colour, isNamedByPoint(series));
  }

  /// A series of one labelled point, which needs no line in the legend. Along a line labels would
  /// cover each other, and say what the legend and the axis do.
  static bool isNamedByPoint(const Plot::Series &series) {
    return series.points.size() == 1 && !series.points.front().label.empty();
  }

  void mark(const Plot::Point &point, const char *colour, bool isLabelled) {
    double atX = column(point.x), atY = row(point.y);
    body +=
        fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" fill=\"{}\"><title>{}({:.6g}, "
                    "{:.6g})</title></circle>\n",
                    atX, atY, colour, point.label.empty() ? "" : escapeMarkup(point.label) + " ",
                    point.x, point.y);
    if (!isLabelled)
      return;
    // Labels lie to the right of their point, or to the left where the frame would cut them.
    double room = characterWidth * static_cast<double>(point.label.size()) + 8;
    bool fits = atX + room < width;
    label(atX + (fits ? 8 : -8), atY - 6, fits ? "start" : "end", point.label);
  }

  /// Below the plot; gives the height it takes.
  double legend() {
    double at = height + 6;
    for (size_t i = 0; plot.series.size() > 1 && i < plot.series.size(); ++i) {
      if (isNamedByPoint(plot.series[i]))
        continue;
      const char *colour = colours[i % colours.size()];
      body += fmt::format("<path d=\"M{:g} {:.1f}h22\" stroke=\"{}\" stroke-width=\"2\"/>\n", left,
                          at, colour);
      label(left + 30, at + 4, "start", plot.series[i].name);
      at += legendLine;
    }
    if (omitted > 0) {
      label(left, at + 4, "start",
            fmt::format("{} point{} not drawn: {}", omitted, omitted == 1 ? " is" : "s are",
                        plot.logY ? "infinite, or not above 0" : "infinite"));
      at += legendLine;
    }
    return at - height;
  }

  const Plot &plot;
  Axis x, y;
  std::string body;
  int omitted = 0;
  bool isEmpty = true;
};

} // namespace

std::string svgOf(const Plot &plot) { return Drawing(plot).run(); }

std::string escapeMarkup(const std::string &text) {
  std::string out;
  for (char c : replaceInvalidUtf8(text))
    switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    case '\'':
      out += "&#39;";
      break;
    default:
      out += c;
    }
  return out;
}

} // namespace rx::runtime
