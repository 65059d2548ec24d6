"""Makes Tests/Fixtures/tokenizer: small tokenizers in llm.c's format, and tiktoken's tokens of awkward texts.

    python make_fixture.py

small: GPT-2's 256 bytes in GPT-2's order, 500 merges trained on sample.txt, and end-of-text.
boundaries: merges of every byte with each class of neighbour, so that the tokens show where pieces end.
The same sample, and a Python with the same Unicode tables, gives the same files.
"""

import collections
import json
import pathlib
import random
import unicodedata

import regex

import gpt2_tokenizer

HERE = pathlib.Path(__file__).parent
OUTPUT = HERE / "../../Tests/Fixtures/tokenizer"
MERGES = 500


def train(text):
    """Plain BPE: again and again the most frequent pair, of equals the one with the lowest bytes."""
    tokens = gpt2_tokenizer.byte_order()
    pieces = collections.Counter(
        tuple(bytes([b]) for b in piece.encode()) for piece in regex.findall(gpt2_tokenizer.PATTERN, text))
    for _ in range(MERGES):
        pairs = collections.Counter()
        for piece, count in pieces.items():
            for pair in zip(piece, piece[1:]):
                pairs[pair] += count
        # A token is only made once, whichever of its cuts comes up first.
        best = min((p for p in pairs if p[0] + p[1] not in tokens), key=lambda p: (-pairs[p], p))
        tokens.append(best[0] + best[1])
        merged = collections.Counter()
        for piece, count in pieces.items():
            result, i = [], 0
            while i < len(piece):
                step = 2 if piece[i : i + 2] == best else 1
                result.append(b"".join(piece[i : i + step]))
                i += step
            merged[tuple(result)] += count
        pieces = merged
    return tokens + [b"<|endoftext|>"]


SPACES = " \t\n\r\x0b\x0c\x1c\x1f\x85\xa0\u1680\u180e\u2003\u2028\u200b\u202f\u205f\u3000\ufeff"


def fixed_texts():
    yield ""
    yield from map(chr, range(128))
    yield from ["é", "ß", "µ", "½", "²", "Ⅳ", "①", "१२३", "٣", "𝟘", "一", "〇", "𠀀", "ǅ", "ʰ", "ª", "_", "‿"]
    # Around white space that is and is not ASCII, and what only looks like it.
    for c in SPACES:
        yield from [c, c * 2, c * 3, f"a{c}b", f"a {c}b", f"a{c} b", f"a{c}{c}1", f" {c}", f"{c} ", f"{c}\n.", f"{c}!"]
    for n in [1, 2, 3, 7, 8, 9, 16, 17, 32, 33, 95, 96, 97, 98, 255, 256, 257]:
        yield from [" " * n, " " * n + "x", "\n" * n, "\n" * n + "x", "a" * n, "=" * n, "th" * (n // 2), " \n" * (n // 2)]
    for suffix in ["s", "t", "re", "ve", "m", "ll", "d"]:
        for form in ["it'{}", "it'{}x", "IT'{}", "'{}", " '{}", "''{}", "it '{}", "it’{}", "1'{}", ".'{}", "'{}'{}"]:
            yield form.format(suffix, suffix)
            yield form.format(suffix.upper(), suffix.upper())
    yield from ["'", "''", "a'", "'r", "'v", "'l", "'lx", "'rx", "'vx", "l'", "'ſ"]
    yield from ["<|endoftext|>", "a<|endoftext|>b", "<|endoftext|", "|endoftext|>"]
    yield from ["e\u0301", "\u0301", " \u0301", "a\u0301\u0302b", "\u0903a", "क्षि", "กำ", "Å", "Å"]
    yield from ["👩‍👩‍👧‍👦", "👍🏽", "❤️", "🇩🇪", "\u200d", "a\u200db", "a\u200cb", "😀😀", "😀 😀", " 😀", "😀a1"]
    yield from ["x86_64", "3.14", "a1b2", "1st", "10,000", "１２", "abc１２", "ab½c", "http://a.b/c?d=e&f", "\\n", "--flag"]
    yield from ["你好，世界", "こんにちは、世界。", "안녕하세요", "Привет, мир!", "שלום עולם", "مرحبا", "ไทย", "\ufffd", "\0\0"]
    yield from ["line\r\nline\r\n\r\nline", "tab\tbed", "trailing  ", "  leading", "a\n\n\nb", "a \n \n b", "\n a"]


def random_texts():
    generator = random.Random(20240328)
    # Blocks that have not changed for long, so that every version of Unicode classes them alike.
    blocks = [(0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x36F), (0x391, 0x3C9), (0x410, 0x44F), (0x5D0, 0x5EA),
              (0x905, 0x939), (0x2000, 0x206F), (0x2150, 0x2188), (0x2460, 0x24FF), (0x3041, 0x3096),
              (0x4E00, 0x9FA5), (0xAC00, 0xD7A3), (0x1F600, 0x1F64F), (0x20000, 0x2A6D6), (0x9, 0xD)]
    for length in [97, 150, 300]:
        yield "".join(generator.choices("etaoinhs", k=length))
    letters = list("etaoin shrdlu'.,  \n")
    for index in range(240):
        length = generator.randrange(1, 80)
        if index % 3 == 0:
            yield "".join(generator.choices(letters, k=length))
        elif index % 3 == 1:
            yield "".join(chr(generator.randint(*generator.choice(blocks))) for _ in range(length))
        else:
            words = (HERE / "sample.txt").read_text().split(" ")
            yield " ".join(generator.choices(words, k=length // 4 + 1))


def boundary_texts():
    """The first, a middle and the last character of every general category, and all that is or looks like
    white space, between characters of each class."""
    by_category = collections.defaultdict(list)
    for code in range(0x110000):
        if not 0xD800 <= code < 0xE000:
            by_category[unicodedata.category(chr(code))].append(chr(code))
    characters = list(SPACES)
    for members in by_category.values():
        characters += [members[0], members[len(members) // 2], members[-1]]
    # Letters of Unicode 17.0, which tiktoken's Unicode 16.0 does not know.
    characters += ["\U000323b0", "\U00016ea0"]
    for c in dict.fromkeys(characters):
        yield from [f"a{c}a", f"1{c}1", f".{c}.", f" {c} ", f"é{c}é"]


def write_vectors(name, tokens, texts):
    gpt2_tokenizer.write(OUTPUT / f"{name}.bin", tokens, len(tokens) - 1)
    encoding = gpt2_tokenizer.encoding(tokens, len(tokens) - 1)
    lines = [json.dumps({"text": t, "ids": encoding.encode_ordinary(t)}, separators=(",", ":")) for t in texts]
    (OUTPUT / f"{name}.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(f"{name}: {len(tokens)} tokens, {len(texts)} texts")


def main():
    text = (HERE / "sample.txt").read_text()
    OUTPUT.mkdir(parents=True, exist_ok=True)
    write_vectors("small", train(text), list(dict.fromkeys([*fixed_texts(), *random_texts(), text])))
    write_vectors("boundaries", gpt2_tokenizer.boundary_tokens(), list(dict.fromkeys(boundary_texts())))


if __name__ == "__main__":
    main()
