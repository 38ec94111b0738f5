# Writes the text of INPUT to OUTPUT as C++ raw string literals, one per line of text: compilers
# limit the length of a single literal, and adjacent literals join.
file(READ ${INPUT} text)
string(REPLACE "\n" "\n)EXPLAIN\"\nR\"EXPLAIN(" text "${text}")
file(WRITE ${OUTPUT} "R\"EXPLAIN(${text})EXPLAIN\"\n")
