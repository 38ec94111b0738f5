// Words and signs of the rx language. Newlines are tokens: a filter between lexer and parser drops those
// that do not end a statement (rules R1-R3 in README.md), so the parser grammar carries no newline noise.
lexer grammar RxLexer;

USE: 'use'; AS: 'as'; FN: 'fn'; EXTERN: 'extern'; FORWARD: 'forward'; TEST: 'test'; AMENDS: 'amends'; NAMES: 'names';
PARAM: 'param'; PART: 'part'; FROZEN: 'frozen'; TARGET: 'target'; STATE: 'state'; TIE: 'tie'; FREEZE: 'freeze';
DROP: 'drop'; KEEP: 'keep'; REQUIRE: 'require'; REPLACE: 'replace'; INIT: 'init'; RELAX: 'relax'; EVERY: 'every';
AT: 'at'; PER: 'per'; FROM: 'from'; OWN: 'own'; MINIMIZE: 'minimize'; OVER: 'over'; BY: 'by'; PUSH: 'push'; TO: 'to';
EACH: 'each'; WHEN: 'when'; OTHERWISE: 'otherwise'; FOR: 'for'; IN: 'in'; SHOW: 'show'; CLAIM: 'claim'; EXPECT: 'expect';
WITHIN: 'within'; NEXT: 'next'; COLLECT: 'collect'; TRACK: 'track'; ACCUMULATE: 'accumulate'; EXIT: 'exit'; IGNORE: 'ignore';
IF: 'if'; THEN: 'then'; ELSE: 'else'; STACK: 'stack'; LOOP: 'loop'; REPEAT: 'repeat'; WHILE: 'while'; WITH: 'with';
AND: 'and'; OR: 'or'; NOT: 'not'; TRUE: 'true'; FALSE: 'false'; NONE: 'none';

BLOCK: 'block';
KIND: 'model' | 'convert' | 'data' | 'augment' | 'filter' | 'loss' | 'metric' | 'train' | 'serve' | 'generate' | 'report'
    | 'experiment' | 'preset';
DTYPE: 'f64' | 'f32' | 'f16' | 'bf16' | 'i64' | 'i32' | 'u8' | 'bool' | 'num' | 'id';

NAME: [A-Za-z_] [A-Za-z0-9_]*;
NUMBER: [0-9] [0-9_]* ('.' [0-9]+)? ([eE] [+-]? [0-9]+)? '%'?;
STRING: '"' (~["\\\r\n] | '\\' ~[\r\n])* '"';
DOC: '///' ~[\r\n]*;
COMMENT: '//' (~[/\r\n] ~[\r\n]*)? -> channel(HIDDEN);

PIPE: '|>'; BAR: '|'; ARROW: '->'; EQ: '=='; NE: '!='; LE: '<='; GE: '>='; LT: '<'; GT: '>'; ASSIGN: '='; DRAW: '~';
PLUS: '+'; MINUS: '-'; STAR: '*'; SLASH: '/'; CARET: '^'; RANGE: '..'; DOT: '.'; COMMA: ','; COLON: ':'; QUERY: '?';
LPAREN: '('; RPAREN: ')'; LBRACKET: '['; RBRACKET: ']'; LBRACE: '{'; RBRACE: '}';

NL: '\r'? '\n' | ';';
WS: [ \t]+ -> skip;
OTHER: .;
