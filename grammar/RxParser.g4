// The rx language. Which statement may stand in which block is a later check with its own message, not
// grammar; so is what may stand left of `=`. Precedence is the order of alternatives in `expr`.
// Every item ends with one NL token: the filter makes it from a newline that ends an item, from `;`, and
// before `}` and the end of the file. Doc comments are attached by the filter, too.
parser grammar RxParser;
options { tokenVocab = RxLexer; }

file: item* EOF;
oneExpr: expr NL? EOF;
item: (use | block | namesBlock | fn | forward | test | stmt) NL;
body: LBRACE item* RBRACE;

use: USE path (AS name | LBRACE name (COMMA name)* COMMA? NL? RBRACE)?;
block
    : KIND name params? (ARROW type)? (AMENDS expr)? (ASSIGN expr | body)?
    | KIND (AMENDS expr)? body
    ;
namesBlock: NAMES name FOR name body;
fn: EXTERN? FN name (LBRACKET name (COMMA name)* RBRACKET)? params (ARROW type)? (ASSIGN expr | body)?;
forward: FORWARD params (ARROW type)? (ASSIGN expr | body)?;
test: TEST STRING body;
params: LPAREN (param (COMMA param)* COMMA?)? RPAREN;
param: word (COLON type)? (ASSIGN expr)?;

stmt
    : PARAM name (COMMA name)* COLON type (ASSIGN expr)?                                  # paramStmt
    | (PART | FROZEN | TARGET | STATE) name (COMMA name)* (COLON type)? (ASSIGN expr)?    # partStmt
    | TIE expr ASSIGN expr                                                                # tieStmt
    | (FREEZE | DROP | KEEP) expr (COMMA expr)*                                           # pathsStmt
    | REQUIRE expr (COMMA STRING)?                                                        # requireStmt
    | (REPLACE | INIT) expr ASSIGN expr                                                   # replaceStmt
    | RELAX EVERY name (AT name)? IN expr (PER name)? WITH (OWN name (COMMA name)* | expr (FROM expr)?) # relaxStmt
    | MINIMIZE expr (OVER expr (COMMA expr)*)? BY expr                                    # minimizeStmt
    | PUSH expr TO expr                                                                   # pushStmt
    | EACH expr name? body                                                                # eachStmt
    | WHEN expr body (OTHERWISE body)?                                                    # whenStmt
    | EXIT WHEN expr                                                                      # exitStmt
    | FOR name IN range body                                                              # forStmt
    | SHOW expr                                                                           # showStmt
    | CLAIM STRING COLON expr (WITHIN expr)?                                              # claimStmt
    | EXPECT expr (WITHIN expr)?                                                          # expectStmt
    | IGNORE expr (COMMA expr)*                                                           # ignoreStmt
    | (NEXT | COLLECT | TRACK | ACCUMULATE) expr (COMMA expr)* assignment                 # prefixedStmt
    | expr (COMMA expr)* assignment?                                                      # equationStmt
    ;
assignment: (COLON type)? (ASSIGN | DRAW) expr (COMMA expr)*;

expr
    : expr DOT word                                                  # memberExpr
    | expr LBRACKET subs? RBRACKET                                   # subscriptExpr
    | expr LPAREN args? RPAREN                                       # callExpr
    | expr WITH (body | name)                                        # withExpr
    | <assoc = right> expr CARET expr                                # binaryExpr
    | MINUS expr                                                     # negateExpr
    | expr (STAR | SLASH) expr                                       # binaryExpr
    | expr (PLUS | MINUS) expr                                       # binaryExpr
    | expr (EQ | NE | LT | LE | GT | GE | APPROXIMATELY) expr        # binaryExpr
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
    : NUMBER | STRING | DTYPE | TRUE | FALSE | NONE | name
    | LPAREN expr (COMMA expr)* RPAREN
    | LBRACKET (expr (FOR name IN range | (COMMA expr)* COMMA?))? RBRACKET
    | LBRACE (field (separator field)* separator?)? RBRACE
    ;
field: word ASSIGN expr;
separator: COMMA NL? | NL;
args: arg (COMMA arg)* COMMA?;
arg: (word ASSIGN)? (range | STAR);
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
    | LBRACE fieldType (separator fieldType)* separator? RBRACE
    | LPAREN (type (COMMA type)*)? RPAREN ARROW type
    ;
fieldType: word COLON type;
path: name (DOT word)*;

// The name of a value (rule R3).
name
    : NAME | KIND | AS | AT | ACCUMULATE | BLOCK | COLLECT | DROP | EVERY | EXIT | FREEZE | FROM | FROZEN | IGNORE | INIT | KEEP
    | LOOP | NAMES | NEXT | OVER | OWN | PART | PER | STACK | STATE | TARGET | TEST | TO | TRACK
    ;
// After a dot, and before the `=` or `:` of an argument, parameter or field, every word is a name (rule R3).
word
    : name | DTYPE | USE | FN | EXTERN | FORWARD | PARAM | TIE | REQUIRE | REPLACE | RELAX | MINIMIZE | PUSH | EACH | WHEN
    | OTHERWISE | FOR | SHOW | CLAIM | EXPECT | IF | THEN | ELSE | AND | OR | NOT | TRUE | FALSE | NONE | IN | WITH | AMENDS
    | WHILE | BY | WITHIN | APPROXIMATELY | REPEAT
    ;
