#include "compiler/parse/Parse.h"

#include "compiler/parse/Builder.h"
#include "compiler/parse/Newlines.h"

#include "RxLexer.h"

using namespace rx;
using namespace rx::parse;

namespace {

/// Brackets nested deeper than this are refused: the parser's recursion must not exhaust the stack.
constexpr size_t maximumNesting = 200;

/// Byte offset of every character, plus one for the end: ANTLR counts characters, we count bytes.
std::vector<size_t> characterOffsets(std::string_view text) {
  std::vector<size_t> offsets;
  for (size_t i = 0; i < text.size(); ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80)
      offsets.push_back(i);
  offsets.push_back(text.size());
  offsets.push_back(text.size());
  return offsets;
}

/// The offset of the first byte that is no valid UTF-8 or is NUL, if any.
std::optional<size_t> invalidByte(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    unsigned char lead = text[i];
    size_t length = lead == 0 ? 0 : lead < 0x80 ? 1 : lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
    if (length == 0 || i + length > text.size())
      return i;
    for (size_t k = 1; k < length; ++k)
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80)
        return i;
    unsigned char second = length > 1 ? text[i + 1] : 0;
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second >= 0xA0) || (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second >= 0x90))
      return i;
    i += length;
  }
  return std::nullopt;
}

/// Turns ANTLR's complaints into ours: what was found, what the author may have meant.
class ErrorListener : public antlr4::BaseErrorListener {
public:
  ErrorListener(const diag::Source &source, const std::vector<size_t> &offsets, diag::DiagnosticEngine &diagnostics)
      : source(source), offsets(offsets), diagnostics(diagnostics) {}

  void syntaxError(antlr4::Recognizer *, antlr4::Token *token, size_t, size_t, const std::string &, std::exception_ptr) override {
    if (!token || reported++ >= 5)
      return;
    diag::Diagnostic d;
    d.kind = "syntax";
    if (token->getType() == antlr4::Token::EOF) {
      d.at = {&source, source.text().size(), source.text().size()};
      d.message = "the file ends inside a statement or block";
      d.help = "close every `{`, `(` and `[` that is open";
    } else {
      d.at = {&source, offsets[token->getStartIndex()], offsets[token->getStopIndex() + 1]};
      bool newline = token->getType() == RxLexer::NL;
      std::string found(d.at.text());
      d.message = newline ? "the statement ends too early" : "`" + found + "` does not belong here";
      d.help = help(token, found);
    }
    diagnostics.report(std::move(d));
  }

private:
  static std::string help(antlr4::Token *token, const std::string &found) {
    if (token->getType() == RxLexer::OTHER)
      return found == "\"" ? "a string begins here but does not end on this line" : "this sign has no meaning in the language";
    if (token->getType() == RxLexer::NL)
      return "a statement goes on in the next line only after an operator or comma, or inside brackets";
    if (token->getType() == RxLexer::NAME || token->getType() == RxLexer::NUMBER)
      return "one statement per line; a reducer is written with parentheses, `sum[e](q * k)`";
    return "see `rxc explain syntax`";
  }

  const diag::Source &source;
  const std::vector<size_t> &offsets;
  diag::DiagnosticEngine &diagnostics;
  int reported = 0;
};

/// Lexer, filter and parser over one source.
struct Reader {
  std::vector<size_t> offsets;
  antlr4::ANTLRInputStream input;
  RxLexer lexer;
  antlr4::CommonTokenStream tokens;
  RxParser parser;
  ErrorListener listener;

  Reader(const diag::Source &source, diag::DiagnosticEngine &diagnostics)
      : offsets(characterOffsets(source.text())), input(std::string(source.text())), lexer(&input), tokens(&lexer), parser(&tokens),
        listener(source, offsets, diagnostics) {
    lexer.removeErrorListeners();
    parser.removeErrorListeners();
    parser.addErrorListener(&listener);
    tokens.fill();
    std::vector<antlr4::Token *> all = tokens.getTokens();
    hideNewlinesInsideStatements(all);
    tokens.seek(0);
  }
};

bool readable(const diag::Source &source, diag::DiagnosticEngine &diagnostics) {
  auto refuse = [&](size_t at, std::string message, std::string help) {
    diagnostics.report({"syntax", std::move(message), {&source, at, std::min(at + 1, source.text().size())}, {}, {}, std::move(help)});
    return false;
  };
  if (auto at = invalidByte(source.text()))
    return refuse(*at, "the file is not UTF-8 text at byte " + std::to_string(*at), "save it as UTF-8, without NUL bytes");
  size_t depth = 0;
  bool inString = false, inComment = false;
  for (size_t i = 0; i < source.text().size(); ++i) {
    char c = source.text()[i];
    if (c == '\n')
      inString = inComment = false;
    else if (inComment || (inString && c == '\\' && ++i))
      continue;
    else if (c == '"')
      inString = !inString;
    else if (!inString && c == '/' && i + 1 < source.text().size() && source.text()[i + 1] == '/')
      inComment = true;
    else if (!inString && (c == '(' || c == '[' || c == '{') && ++depth > maximumNesting)
      return refuse(i, "more than " + std::to_string(maximumNesting) + " brackets are open here", "name the inner expressions");
    else if (!inString && (c == ')' || c == ']' || c == '}') && depth > 0)
      --depth;
  }
  return true;
}

} // namespace

std::unique_ptr<ast::File> rx::parse::parseFile(const diag::Source &source, diag::DiagnosticEngine &diagnostics) {
  if (!readable(source, diagnostics))
    return nullptr;
  Reader reader(source, diagnostics);
  auto *tree = reader.parser.file();
  if (diagnostics.hasErrors())
    return nullptr;
  auto file = std::make_unique<ast::File>();
  file->source = &source;
  file->items = Builder(source, reader.offsets).items(tree->item());
  return file;
}

ast::ExprPtr rx::parse::parseExpression(const diag::Source &source, diag::DiagnosticEngine &diagnostics) {
  if (!readable(source, diagnostics))
    return nullptr;
  Reader reader(source, diagnostics);
  auto *tree = reader.parser.expr();
  return diagnostics.hasErrors() ? nullptr : Builder(source, reader.offsets).expr(tree);
}
