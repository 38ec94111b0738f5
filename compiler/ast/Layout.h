//===- Layout.h - text with optional line breaks -----------------*- C++ -*-===//
//
// A pretty printer after Wadler, "A prettier printer" (2003), in its strict form (Lindig, "Strictly
// pretty", 2000): a group is laid out flat if it fits the line, otherwise all of its breaks are
// taken.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace rx::ast {

struct LayoutNode;
using Layout = std::shared_ptr<const LayoutNode>;

Layout text(std::string content);
/// A break; `flat` stands for it when its group fits the line.
Layout breakOr(std::string flat);
/// A break in any case: no group around it is laid out flat.
Layout hardBreak();
/// A comment at the end of a line. Its width does not count, so a comment never moves code.
Layout trailing(std::string comment);
/// Where an item begins; prints nothing.
Layout itemStart();
Layout concat(std::vector<Layout> parts);
Layout nest(int columns, Layout inner);
Layout group(Layout inner);

bool hasHardBreak(const Layout &layout);

/// Lays out at most `width` columns wide where breaks allow it; no trailing white space. Item
/// starts and trailing comments are marked for placeLongComments.
std::string print(const Layout &layout, int width);

/// Takes the marks out. The comment of an item on one line moves above it if both are too wide
/// together.
std::string placeLongComments(const std::string &printed, int width);

} // namespace rx::ast
