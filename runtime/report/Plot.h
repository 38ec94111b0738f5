// Line plots as SVG, without scripts or external styles.
#pragma once

#include <string>
#include <vector>

namespace rx::runtime {

struct Plot {
  struct Point {
    double x = 0, y = 0;
    std::string label; ///< may be empty
  };
  struct Series {
    std::string name;
    std::vector<Point> points; ///< in drawing order
  };
  std::string title, xLabel, yLabel;
  bool logY = false;
  std::vector<Series> series;
};

/// An axis: where it begins and ends, and what is written at it.
struct Axis {
  double low = 0, high = 1;
  bool isLog = false;
  std::vector<double> ticks; ///< ascending, all within [low, high]

  /// 0 at `low`, 1 at `high`.
  double position(double value) const;
};

/// An axis that holds `values`, with about `count` ticks at round numbers ("Nice Numbers for Graph
/// Labels", Heckbert, Graphics Gems 1990). Values that cannot be drawn are passed over.
Axis linearAxis(const std::vector<double> &values, int count);
/// The same with powers of ten, and 2 and 5 between them where there are few. Values <= 0 are
/// passed over.
Axis logAxis(const std::vector<double> &values, int count);

/// "0.5", "1,000", "1e+06"
std::string tickText(double value);

/// An `<svg>` element. Points that the scale cannot show (infinite, or not above 0 on a logarithmic
/// axis) are left out and counted in a line below the plot. Empty when there is nothing to draw.
std::string svgOf(const Plot &plot);

/// `&`, `<`, `>` and quotes as entities, for HTML and SVG. Bytes that are no UTF-8 become U+FFFD.
std::string escapeMarkup(const std::string &text);

} // namespace rx::runtime
