// Every message of the parser, word for word. Inputs/SyntaxErrors.golden holds program and
// messages; RXC_UPDATE_GOLDEN=1 rewrites the messages, for review in the diff.
#include "tests/compiler/parse/Parsed.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

namespace {

const std::string golden = "tests/compiler/parse/Inputs/SyntaxErrors.golden";

struct Case {
  std::string name, program, messages;
};

/// Cases of the form "=== name", program, "---", messages.
std::vector<Case> readCases() {
  std::vector<Case> cases;
  std::istringstream in(readText(golden));
  bool inMessages = false;
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("=== ", 0) == 0) {
      cases.push_back({line.substr(4), "", ""});
      inMessages = false;
    } else if (line == "---") {
      inMessages = true;
    } else if (!cases.empty()) {
      (inMessages ? cases.back().messages : cases.back().program) += line + "\n";
    }
  }
  return cases;
}

TEST(SyntaxError, MessagesAreTheGoldenOnes) {
  std::vector<Case> cases = readCases();
  ASSERT_GT(cases.size(), 30u);
  std::string updated;
  for (const Case &each : cases) {
    SCOPED_TRACE(each.name);
    Parsed parsed(each.program);
    EXPECT_EQ(parsed.messages(), each.messages);
    EXPECT_EQ(parsed.file, nullptr);
    updated += "=== " + each.name + "\n" + each.program + "---\n" + parsed.messages();
  }
  if (std::getenv("RXC_UPDATE_GOLDEN"))
    std::ofstream(golden, std::ios::binary) << updated;
}

TEST(SyntaxError, UnreadableTextIsRefusedWhereItBegins) {
  EXPECT_EQ(Parsed(std::string("x = 1\ny\0 = 2", 12)).messages(),
            "test.rx:2:2: error: this file contains a zero byte, so it is not a program [file]\n"
            "   2 | y" +
                std::string(1, '\0') + " = 2\n     |  ^\nhelp: save it as UTF-8\n");
  for (const char *bad :
       {"\xFF", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"}) {
    Parsed parsed("x = \"" + std::string(bad) + "\"");
    ASSERT_EQ(parsed.diagnostics.diagnostics().size(), 1u);
    EXPECT_EQ(parsed.diagnostics.diagnostics()[0].kind, "file");
    EXPECT_EQ(parsed.diagnostics.diagnostics()[0].at.begin, 5u);
  }
}

std::string repeated(const std::string &text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i)
    result += text;
  return result;
}

TEST(SyntaxError, NestingIsBoundedAndSaidSo) {
  struct {
    std::string text, message;
  } cases[] = {
      {"x = " + repeated("(", 100000), "brackets nest deeper than 200 levels"},
      {"x = " + repeated("-", 100000) + "1", "this expression nests too deep"},
      {"x = " + repeated("not ", 100000) + "a", "this expression nests too deep"},
      {"x = " + repeated("if a then b else ", 20000) + "c", "this expression nests too deep"},
      {"x = 1" + repeated(" + 1", 50000), "this expression is too long"},
      {"x = a" + repeated(".a", 50000), "this expression is too long"},
      {"x = a" + repeated(" ^ a", 50000), "this expression nests too deep"},
  };
  for (const auto &each : cases) {
    Parsed parsed(each.text);
    EXPECT_EQ(parsed.file, nullptr);
    ASSERT_FALSE(parsed.diagnostics.diagnostics().empty());
    EXPECT_EQ(parsed.diagnostics.diagnostics()[0].message, each.message) << each.text.substr(0, 20);
  }
  EXPECT_NE(Parsed("x = " + repeated("f(", 190) + "1" + repeated(")", 190)).file, nullptr);
}

} // namespace
