// Words and signs of the rx language. Newlines are tokens here: the filter in compiler/parse keeps
// those that end an item (rules R1 and R2 of README.md), so the parser's grammar has no newline noise.
lexer grammar RxLexer;

// Reserved: never the name of a value (rule R3).
USE: 'use'; FN: 'fn'; EXTERN: 'extern'; FORWARD: 'forward'; PARAM: 'param'; TIE: 'tie'; REQUIRE: 'require';
REPLACE: 'replace'; RELAX: 'relax'; MINIMIZE: 'minimize'; PUSH: 'push'; EACH: 'each'; WHEN: 'when';
OTHERWISE: 'otherwise'; FOR: 'for'; SHOW: 'show'; CLAIM: 'claim'; EXPECT: 'expect'; IF: 'if'; THEN: 'then';
ELSE: 'else'; AND: 'and'; OR: 'or'; NOT: 'not'; TRUE: 'true'; FALSE: 'false'; NONE: 'none'; IN: 'in'; WITH: 'with';
AMENDS: 'amends'; WHILE: 'while'; BY: 'by'; WITHIN: 'within'; APPROXIMATELY: 'approximately'; REPEAT: 'repeat';

// A meaning in one place only, ordinary names elsewhere (rule R3).
AS: 'as'; AT: 'at'; ACCUMULATE: 'accumulate'; BLOCK: 'block'; COLLECT: 'collect'; DROP: 'drop'; EVERY: 'every';
EXIT: 'exit'; FREEZE: 'freeze'; FROM: 'from'; FROZEN: 'frozen'; IGNORE: 'ignore'; INIT: 'init'; KEEP: 'keep';
LOOP: 'loop'; NAMES: 'names'; NEXT: 'next'; OVER: 'over'; OWN: 'own'; PART: 'part'; PER: 'per'; STACK: 'stack';
STATE: 'state'; TARGET: 'target'; TEST: 'test'; TO: 'to'; TRACK: 'track';
KIND: 'model' | 'convert' | 'data' | 'augment' | 'filter' | 'loss' | 'metric' | 'train' | 'serve' | 'generate' | 'report'
    | 'experiment' | 'preset';

DTYPE: 'f64' | 'f32' | 'f16' | 'bf16' | 'i64' | 'i32' | 'u8' | 'bool' | 'num' | 'id';

NAME: [A-Za-z_] [A-Za-z0-9_]*;
NUMBER: [0-9] [0-9_]* ('.' [0-9]+)? ([eE] [+-]? [0-9]+)? '%'?;
BAD_NUMBER: [0-9] [0-9_]* ('.' [0-9]+)? [A-Za-z_] [A-Za-z0-9_]*;
STRING: '"' (~["\\\r\n] | '\\' ~[\r\n])* '"';
BAD_STRING: '"' (~["\\\r\n] | '\\' ~[\r\n])* '\\'?;
DOC: '///' (~[/\r\n] ~[\r\n]*)?;
COMMENT: '//' ~[\r\n]*;

PIPE: '|>'; BAR: '|'; ARROW: '->'; EQ: '=='; NE: '!='; LE: '<='; GE: '>='; LT: '<'; GT: '>'; ASSIGN: '='; DRAW: '~';
PLUS: '+'; MINUS: '-'; STAR: '*'; SLASH: '/'; CARET: '^'; RANGE: '..'; DOT: '.'; COMMA: ','; COLON: ':'; QUERY: '?';
LPAREN: '('; RPAREN: ')'; LBRACKET: '['; RBRACKET: ']'; LBRACE: '{'; RBRACE: '}';

SEMICOLON: ';';
NL: '\r'? '\n' | '\r';
WS: [ \t\uFEFF]+ -> skip;
OTHER: .;
