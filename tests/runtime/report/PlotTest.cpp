#include "runtime/report/Plot.h"

#include <gmock/gmock.h>

#include <cmath>

using namespace rx::runtime;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace {

constexpr double infinity = HUGE_VAL;

TEST(Axis, TicksAreRoundAndHoldTheValues) {
  EXPECT_THAT(linearAxis({0, 1}, 6).ticks,
              ElementsAre(0, 0.2, testing::DoubleEq(0.4), testing::DoubleNear(0.6, 1e-12), 0.8, 1));
  EXPECT_THAT(linearAxis({3, 96}, 6).ticks, ElementsAre(0, 20, 40, 60, 80, 100));
  Axis axis = linearAxis({-7.2, 12.9, 3}, 6);
  EXPECT_LE(axis.low, -7.2);
  EXPECT_GE(axis.high, 12.9);
  EXPECT_DOUBLE_EQ(axis.position(axis.low), 0);
  EXPECT_DOUBLE_EQ(axis.position(axis.high), 1);
}

TEST(Axis, OneValueGetsAScaleAroundIt) {
  Axis axis = linearAxis({40.3}, 6);
  EXPECT_LT(axis.low, 40.3);
  EXPECT_GT(axis.high, 40.3);
  Axis log = logAxis({40.3}, 6);
  EXPECT_LE(log.low, 40.3);
  EXPECT_GE(log.high, 40.3);
  EXPECT_LT(log.low, log.high);
}

TEST(Axis, NoValueOrNoneThatCanBeDrawn) {
  EXPECT_LT(linearAxis({}, 6).low, linearAxis({}, 6).high);
  Axis axis = logAxis({-1, 0, NAN, infinity}, 6);
  EXPECT_GT(axis.low, 0);
  EXPECT_LT(axis.low, axis.high);
}

TEST(Axis, HugeAndTinyRangesEnd) {
  for (auto values : {std::vector<double>{-1.7e308, 1.7e308}, {1, 1 + 1e-16}, {1e-300, 2e-300}}) {
    Axis axis = linearAxis(values, 6);
    EXPECT_LT(axis.low, axis.high);
    EXPECT_LE(axis.ticks.size(), 20u);
  }
  Axis axis = logAxis({1e-200, 1e200}, 6);
  EXPECT_LE(axis.ticks.size(), 14u);
}

TEST(Axis, PowersOfTenOnALogarithmicScale) {
  Axis axis = logAxis({40, 1.3e10}, 6);
  EXPECT_LE(axis.low, 40);
  EXPECT_GE(axis.high, 1.3e10);
  for (double tick : axis.ticks)
    EXPECT_NEAR(std::log10(tick), std::round(std::log10(tick)), 1e-9);
  EXPECT_THAT(logAxis({1, 10}, 6).ticks, ElementsAre(1, 2, 5, 10));
}

TEST(Axis, TickTexts) {
  EXPECT_EQ(tickText(0), "0");
  EXPECT_EQ(tickText(0.2), "0.2");
  EXPECT_EQ(tickText(0.1 + 0.2), "0.3");
  EXPECT_EQ(tickText(-25000), "-25,000");
  EXPECT_EQ(tickText(1e10), "1e+10");
  EXPECT_EQ(tickText(2e-5), "2e-05");
}

Plot twoSeries() {
  return {"perplexity over rank",
          "rank",
          "perplexity",
          false,
          {{"B = 2", {{16, 50, "a"}, {64, 45, ""}}}, {"B = 3", {{16, 60, ""}, {64, 55, ""}}}}};
}

TEST(Svg, HoldsAxesSeriesLabelsAndLegend) {
  std::string svg = svgOf(twoSeries());
  for (const char *part :
       {"<svg ", "</svg>", ">rank<", ">perplexity<", ">B = 2<", ">B = 3<", "<title>a (16, 50)<"})
    EXPECT_THAT(svg, HasSubstr(part));
  EXPECT_THAT(svg, Not(HasSubstr("<script")));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

/// Along a line labels would cover each other.
TEST(Svg, OnlyAPointByItselfIsNamedBesideIt) {
  EXPECT_THAT(svgOf(twoSeries()), Not(HasSubstr(">a<")));
  Plot plot = twoSeries();
  plot.series[0].points.pop_back();
  std::string svg = svgOf(plot);
  EXPECT_THAT(svg, HasSubstr(">a<"));
  EXPECT_THAT(svg, Not(HasSubstr(">B = 2<")));
  EXPECT_THAT(svg, HasSubstr(">B = 3<"));
}

TEST(Svg, OneSeriesNeedsNoLegend) {
  Plot plot = twoSeries();
  plot.series.pop_back();
  EXPECT_THAT(svgOf(plot), Not(HasSubstr(">B = 2<")));
}

TEST(Svg, SaysWhatItCannotDraw) {
  Plot plot = twoSeries();
  plot.logY = true;
  plot.series[0].points.push_back({128, 0, ""});
  plot.series[0].points.push_back({256, infinity, ""});
  std::string svg = svgOf(plot);
  EXPECT_THAT(svg, HasSubstr("2 points are not drawn"));
  EXPECT_THAT(svg, Not(HasSubstr("inf,")));
}

TEST(Svg, NothingToDrawIsNoPlot) {
  EXPECT_EQ(svgOf(Plot()), "");
  Plot plot = twoSeries();
  for (auto &series : plot.series)
    series.points = {{1, NAN, ""}};
  EXPECT_EQ(svgOf(plot), "");
}

TEST(Svg, TextOfTheProgramIsNoMarkup) {
  Plot plot = twoSeries();
  plot.xLabel = "<b>&\"\xFF";
  std::string svg = svgOf(plot);
  EXPECT_THAT(svg, HasSubstr("&lt;b&gt;&amp;&quot;\xEF\xBF\xBD"));
  EXPECT_THAT(svg, Not(HasSubstr("<b>")));
}

} // namespace
