#include "compiler/parse/Newlines.h"

#include "RxLexer.h"

#include <set>

using Lex = RxLexer;

namespace {

/// R2: a statement cannot end here.
const std::set<size_t> continuesAfter = {
    Lex::COMMA, Lex::ASSIGN, Lex::DRAW, Lex::ARROW, Lex::COLON, Lex::PLUS, Lex::MINUS, Lex::SLASH, Lex::CARET, Lex::PIPE, Lex::BAR,
    Lex::EQ, Lex::NE, Lex::LE, Lex::GE, Lex::LT, Lex::GT, Lex::DOT, Lex::AND, Lex::OR, Lex::NOT, Lex::THEN, Lex::ELSE, Lex::IN, Lex::WITH,
    Lex::BY, Lex::OVER, Lex::AMENDS, Lex::TO, Lex::WHILE, Lex::LBRACE, Lex::IF, Lex::DOC};

/// R3: a statement cannot begin here. A leading `-` begins a new one.
const std::set<size_t> continuesBefore = {Lex::PIPE, Lex::THEN, Lex::ELSE, Lex::BY, Lex::OVER, Lex::FROM, Lex::WITH, Lex::PER, Lex::WITHIN,
                                          Lex::OTHERWISE, Lex::PLUS, Lex::STAR, Lex::SLASH, Lex::DOT, Lex::ARROW, Lex::AND, Lex::OR,
                                          Lex::RPAREN, Lex::RBRACKET, Lex::AMENDS, Lex::BAR, Lex::QUERY};

void hide(antlr4::Token *token) { static_cast<antlr4::CommonToken *>(token)->setChannel(antlr4::Token::HIDDEN_CHANNEL); }

} // namespace

void rx::parse::hideNewlinesInsideStatements(const std::vector<antlr4::Token *> &tokens) {
  std::vector<size_t> open; // kinds of the brackets around the current token
  size_t previous = Lex::LBRACE;
  for (size_t i = 0; i < tokens.size(); ++i) {
    antlr4::Token *token = tokens[i];
    if (token->getChannel() != antlr4::Token::DEFAULT_CHANNEL)
      continue;
    size_t kind = token->getType();
    if (kind != Lex::NL) {
      if (kind == Lex::LPAREN || kind == Lex::LBRACKET || kind == Lex::LBRACE)
        open.push_back(kind);
      else if (!open.empty() && (kind == Lex::RPAREN || kind == Lex::RBRACKET || kind == Lex::RBRACE))
        open.pop_back();
      previous = kind;
      continue;
    }
    size_t next = i + 1;
    while (next < tokens.size() && (tokens[next]->getChannel() != antlr4::Token::DEFAULT_CHANNEL || tokens[next]->getType() == Lex::NL))
      ++next;
    bool inside = !open.empty() && open.back() != Lex::LBRACE;                           // R1
    bool before = next < tokens.size() && continuesBefore.count(tokens[next]->getType()); // R3
    if (inside || before || continuesAfter.count(previous))
      hide(token);
  }
}
