"""Text to token ids by the vocabulary inside a GGUF file (scored SentencePiece merges, kind "llama").
Enough for the goldens: no control token is recognised in the text, nothing is added to it."""
import heapq

import gguf

NORMAL, USER_DEFINED = 1, 4
SPACE = "\u2581"


class Vocabulary:
    def __init__(self, path):
        fields = gguf.GGUFReader(path).fields
        self.pieces = fields["tokenizer.ggml.tokens"].contents()
        scores = fields["tokenizer.ggml.scores"].contents()
        kinds = fields["tokenizer.ggml.token_type"].contents()
        self.score = {p: (s, i) for i, (p, s, k) in enumerate(zip(self.pieces, scores, kinds)) if k == NORMAL}
        self.user_defined = {p: i for i, (p, k) in enumerate(zip(self.pieces, kinds)) if k == USER_DEFINED}
        self.byte = {p: i for i, p in enumerate(self.pieces) if p.startswith("<0x")}

    def encode(self, text):
        """Ids of the text alone, without BOS."""
        ids = []
        for part in self.cut(text):
            ids += [part] if isinstance(part, int) else self.merge(part.replace(" ", SPACE))
        return ids

    def cut(self, text):
        """Cuts at user-defined pieces, the longest piece first over the whole text."""
        parts = [text]
        for piece in sorted((p for p in self.user_defined if p in text), key=len, reverse=True):
            cut = []
            for part in parts:
                if isinstance(part, int):
                    cut.append(part)
                    continue
                between = part.split(piece)
                for i, fragment in enumerate(between):
                    cut += [self.user_defined[piece]] * (i > 0) + [fragment] * (fragment != "")
            parts = cut
        return parts

    def merge(self, text):
        """Joins the neighbours of highest score, leftmost first, until none form a piece."""
        symbols = list(text)
        following = list(range(1, len(symbols))) + [-1]
        before = list(range(-1, len(symbols) - 1))
        heap = []

        def offer(left, right):
            if left >= 0 and right >= 0 and (entry := self.score.get(symbols[left] + symbols[right])):
                heapq.heappush(heap, (-entry[0], left, right, symbols[left] + symbols[right]))

        for i in range(len(symbols) - 1):
            offer(i, i + 1)
        while heap:
            _, left, right, joined = heapq.heappop(heap)
            if symbols[left] is None or symbols[right] is None or symbols[left] + symbols[right] != joined:
                continue
            symbols[left], symbols[right] = joined, None
            following[left] = following[right]
            if following[left] >= 0:
                before[following[left]] = left
            offer(before[left], left)
            offer(left, following[left])
        return [i for symbol in symbols if symbol is not None for i in self.ids_of(symbol)]

    def ids_of(self, symbol):
        if symbol in self.score:
            return [self.score[symbol][1]]
        return [self.byte[f"<0x{b:02X}>"] for b in symbol.encode()]

    def text_of(self, token):
        piece = self.pieces[token]
        return piece.replace(SPACE, " ")
