#include "compiler/ast/Layout.h"

#include <algorithm>

namespace rx::ast {

struct LayoutNode {
  enum Kind { Text, Break, Hard, Trailing, Concat, Nest, Group } kind;
  std::string content;
  std::vector<Layout> parts;
  int columns = 0;
  bool isHard = false; // contains a hard break
};

namespace {

/// Marks in printed text. A program has no control characters, so they mean nothing else.
constexpr char startMark = '\x02';
constexpr char commentMark = '\x01';

Layout make(LayoutNode node) {
  for (const Layout &part : node.parts)
    node.isHard |= part->isHard;
  return std::make_shared<const LayoutNode>(std::move(node));
}

int characters(const std::string &content) {
  return static_cast<int>(std::count_if(content.begin(), content.end(), [](unsigned char c) {
    return (c & 0xC0) != 0x80 && c >= 0x20;
  }));
}

struct Pending {
  int indent;
  bool isFlat;
  const LayoutNode *node;
};

void pushParts(std::vector<Pending> &stack, const Pending &parent, int indent, bool isFlat) {
  for (auto part = parent.node->parts.rbegin(); part != parent.node->parts.rend(); ++part)
    stack.push_back({indent, isFlat, part->get()});
}

/// Whether the line has room for `first` laid out flat and for what follows it up to the next
/// break.
bool fits(const Pending &first, const std::vector<Pending> &rest, int room) {
  std::vector<Pending> stack = {first};
  size_t next = rest.size();
  while (room >= 0) {
    if (stack.empty()) {
      if (next == 0)
        return true;
      stack.push_back(rest[--next]);
    }
    Pending item = stack.back();
    stack.pop_back();
    switch (item.node->kind) {
    case LayoutNode::Text:
      room -= characters(item.node->content);
      break;
    case LayoutNode::Break:
      if (!item.isFlat)
        return true;
      room -= characters(item.node->content);
      break;
    case LayoutNode::Hard:
      return true;
    case LayoutNode::Trailing:
      break;
    default: // what follows `first` may still break, in its groups as well
      pushParts(stack, item, item.indent, item.isFlat);
    }
  }
  return false;
}

void newLine(std::string &out, int indent) {
  out.erase(out.find_last_not_of(' ') + 1);
  out += "\n" + std::string(indent, ' ');
}

} // namespace

Layout text(std::string content) { return make({LayoutNode::Text, std::move(content), {}}); }
Layout breakOr(std::string flat) { return make({LayoutNode::Break, std::move(flat), {}}); }
Layout hardBreak() { return make({LayoutNode::Hard, "", {}, 0, true}); }
Layout trailing(std::string comment) {
  return make({LayoutNode::Trailing, commentMark + comment, {}});
}
Layout itemStart() { return text(std::string(1, startMark)); }
Layout concat(std::vector<Layout> parts) {
  return make({LayoutNode::Concat, "", std::move(parts)});
}
Layout nest(int columns, Layout inner) {
  return make({LayoutNode::Nest, "", {std::move(inner)}, columns});
}
Layout group(Layout inner) { return make({LayoutNode::Group, "", {std::move(inner)}}); }

bool hasHardBreak(const Layout &layout) { return layout->isHard; }

std::string print(const Layout &layout, int width) {
  std::string out;
  int column = 0;
  std::vector<Pending> stack = {{0, false, layout.get()}};
  auto startLine = [&](int indent) {
    newLine(out, indent);
    column = indent;
  };
  while (!stack.empty()) {
    Pending item = stack.back();
    stack.pop_back();
    switch (item.node->kind) {
    case LayoutNode::Text:
    case LayoutNode::Trailing:
      out += item.node->content;
      column += characters(item.node->content);
      break;
    case LayoutNode::Break:
      if (!item.isFlat) {
        startLine(item.indent);
        break;
      }
      out += item.node->content;
      column += characters(item.node->content);
      break;
    case LayoutNode::Hard:
      startLine(item.indent);
      break;
    case LayoutNode::Concat:
      pushParts(stack, item, item.indent, item.isFlat);
      break;
    case LayoutNode::Nest:
      pushParts(stack, item, item.indent + item.node->columns, item.isFlat);
      break;
    case LayoutNode::Group: {
      Pending flat = {item.indent, true, item.node};
      bool isFlat = !item.node->isHard && fits(flat, stack, width - column);
      pushParts(stack, item, item.indent, isFlat);
      break;
    }
    }
  }
  out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

std::string placeLongComments(const std::string &printed, int width) {
  std::string out;
  for (size_t at = 0; at <= printed.size();) {
    bool isFirst = at == 0;
    size_t end = std::min(printed.find('\n', at), printed.size());
    std::string line = printed.substr(at, end - at);
    at = end + 1;
    size_t mark = line.find(commentMark);
    bool isWhole = line.find(startMark) != std::string::npos;
    std::string code = line.substr(0, mark);
    code.erase(std::remove(code.begin(), code.end(), startMark), code.end());
    std::string comment = mark == std::string::npos ? "" : line.substr(mark + 1);
    out += isFirst ? "" : "\n";
    if (comment.empty())
      out += code;
    else if (isWhole && characters(code) + 2 + characters(comment) > width)
      out += code.substr(0, code.find_first_not_of(' ')) + comment + "\n" + code;
    else
      out += code + "  " + comment;
  }
  return out;
}

} // namespace rx::ast
