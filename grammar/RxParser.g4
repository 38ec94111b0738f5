// The rx language. Which statement may stand in which block is a later check with its own message, not
// grammar; so is what may stand left of `=`. Precedence is the order of alternatives in `expr`.
parser grammar RxParser;
options { tokenVocab = RxLexer; }

file: NL* (item (NL+ item)*)? NL* EOF;
item: (DOC NL*)* (use | block | namesBlock | fn | forward | test | stmt);
body: LBRACE NL* (item (NL+ item)*)? NL* RBRACE;

use: USE path (AS NAME | LBRACE name (COMMA name)* RBRACE)?;
block: KIND name? params? (ARROW type)? (AMENDS expr)? (ASSIGN expr body? | body)?;
namesBlock: NAMES name FOR name body;
fn: EXTERN? FN name (LBRACKET name (COMMA name)* RBRACKET)? params (ARROW type)? (ASSIGN expr | body)?;
forward: FORWARD params (ARROW type)? (ASSIGN expr | body)?;
test: TEST STRING body;
params: LPAREN (param (COMMA param)* COMMA?)? RPAREN;
param: name (COLON type)? (ASSIGN expr)?;

stmt
    : PARAM name (COMMA name)* COLON type (ASSIGN expr)?                                  # paramStmt
    | (PART | FROZEN | TARGET | STATE) name (COMMA name)* (COLON type)? (ASSIGN expr)?    # partStmt
    | TIE expr ASSIGN expr                                                                # tieStmt
    | (FREEZE | DROP | KEEP) expr (COMMA expr)*                                           # pathsStmt
    | REQUIRE expr (COMMA STRING)?                                                        # requireStmt
    | (REPLACE | INIT) expr ASSIGN expr                                                   # replaceStmt
    | RELAX EVERY name (AT name)? IN expr (PER name)? WITH (OWN name | expr (FROM expr)?) # relaxStmt
    | MINIMIZE expr (OVER expr (COMMA expr)*)? BY expr                                    # minimizeStmt
    | PUSH expr TO expr                                                                   # pushStmt
    | EACH expr NAME? body                                                                # eachStmt
    | WHEN expr body (OTHERWISE body)?                                                    # whenStmt
    | EXIT WHEN expr                                                                      # exitStmt
    | FOR name IN range body                                                              # forStmt
    | SHOW expr                                                                           # showStmt
    | CLAIM STRING COLON expr (WITHIN expr)?                                              # claimStmt
    | EXPECT expr (WITHIN expr)?                                                          # expectStmt
    | IGNORE expr (COMMA expr)*                                                           # ignoreStmt
    | (NEXT | COLLECT | TRACK | ACCUMULATE)? expr (COMMA expr)* (COLON type)? (ASSIGN | DRAW) expr (COMMA expr)* # equationStmt
    | (COLLECT | TRACK)? expr                                                             # exprStmt
    ;

expr
    : expr DOT name                                                  # memberExpr
    | expr LBRACKET subs? RBRACKET                                   # subscriptExpr
    | expr LPAREN args? RPAREN                                       # callExpr
    | expr WITH (body | name)                                        # withExpr
    | <assoc = right> expr CARET expr                                # binaryExpr
    | MINUS expr                                                     # negateExpr
    | expr (STAR | SLASH) expr                                       # binaryExpr
    | expr (PLUS | MINUS) expr                                       # binaryExpr
    | expr (EQ | NE | LT | LE | GT | GE) expr                        # binaryExpr
    | NOT expr                                                       # notExpr
    | expr AND expr                                                  # binaryExpr
    | expr OR expr                                                   # binaryExpr
    | expr PIPE expr                                                 # binaryExpr
    | IF expr THEN expr ELSE expr                                    # ifExpr
    | (STACK | LOOP) name IN range COLON expr                        # structureExpr
    | BLOCK name COLON expr                                          # blockExpr
    | REPEAT name IN range (WHILE expr)? (WITH carry (COMMA carry)*)? body # repeatExpr
    | FN params ASSIGN expr                                          # lambdaExpr
    | primary                                                        # primaryExpr
    ;
carry: expr ASSIGN expr;

primary
    : NUMBER | STRING | DTYPE | TRUE | FALSE | NONE | STAR | name
    | LPAREN expr (COMMA expr)* RPAREN
    | LBRACKET (expr (FOR name IN range | (COMMA expr)* COMMA?))? RBRACKET
    | LBRACE NL* (field ((COMMA | NL)+ field)*)? (COMMA | NL)* RBRACE
    ;
field: name ASSIGN expr;
args: arg (COMMA arg)* COMMA?;
arg: (name ASSIGN)? range;
range: expr (RANGE expr)?;
subs: sub (COMMA sub)*;
sub: RANGE expr? | expr (COLON range | RANGE expr? | ELSE expr)?;

type: plainType QUERY?;
plainType
    : DTYPE (LBRACKET subs? RBRACKET)+                                        // id[v][b, t] has two
    | DTYPE
    | LBRACKET type RBRACKET
    | STRING (BAR STRING)*
    | path (LBRACKET subs RBRACKET)? (LPAREN args? RPAREN)?
    | LBRACE NL* fieldType ((COMMA | NL)+ fieldType)* NL* RBRACE
    | LPAREN (type (COMMA type)*)? RPAREN ARROW type
    ;
fieldType: name COLON type;
path: name (DOT name)*;

// Words that are keywords only where a statement starts stay usable as names.
name
    : NAME | KIND | TEST | NAMES | PART | TARGET | STATE | KEEP | INIT | EVERY | AT | PER | FROM | OWN | OVER | BY | TO | NEXT
    | SHOW | FREEZE | STACK | LOOP | BLOCK | EXIT | IGNORE | DROP | TRACK | COLLECT | PUSH | CLAIM | USE | AS | TIE | PARAM
    ;
