"""Texts that are awkward to train a tokenizer on, by name."""

from pathlib import Path

TEXTS = {
    # Every pair as often as another: only the order of the tokens decides.
    "ties": "zy xw vu ts zy xw vu ts\n" * 3,
    # Runs of one letter: their pairs overlap.
    "runs": "aaaa aaa aaaaaaa a aa\nbbbbbbbb abababab babababa aabbaabb\n" * 4,
    "white space": "a\n\n\nb\n \n  c\t\td   \n\n    e  f\n\r\n\r\n\u00a0g\u2003\u2003h \n" * 3,
    "many bytes": "Größe größer Größte, né naïve café; Привет, привет мир. 你好，世界 你好吗 世界 🙂🙂 👍🏽 👍🏽\n" * 3,
    "digits": "1 12 123 1234 12345 2024-01-02 2024-01-03 3.14 3.14159 1,000,000 ½ ² Ⅳ १२३ १२३\n" * 3,
    "contractions": "it's he'll we'd I'm they've you're IT'S 'twas 'tis ''s 's' don't can't o'clock\n" * 3,
    "empty lines": "\n\n\none\n\n\n\none two\n\n\n\n\none two three\n\n\n",
    # The best pair vanishes bit by bit, and comes back behind others.
    "stale": "abc abc abc abd abd bcd bcd bcd bcd xbc xbc xab xab cab cab cabc cabc\n" * 2,
    "one letter": "aaaaaaaaa",
    "no pair": "a b c 1 2 3",
    "sample": (Path(__file__).parent / "sample.txt").read_text(),
}
