"""Writes tokenizers.json and components.json: what Hugging Face's tokenizers library (0.23, pip install
tokenizers) makes of strings, with real tokenizers and with small made-up ones that use every component.

    python make.py ../../../../../shared/data
"""
import json
import random
import sys

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

data = sys.argv[1]
R = random.Random(20)

RANGES = [(0x20, 0x7E)] * 4 + [(0, 0x1F), (0x80, 0xFF), (0x300, 0x36F), (0x370, 0x4FF), (0x5D0, 0x6FF),
    (0x900, 0x97F), (0xE00, 0xE7F), (0x1100, 0x11FF), (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x2190, 0x27BF),
    (0x3040, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE00, 0xFE0F),
    (0x1D400, 0x1D7FF), (0x1F300, 0x1F6FF), (0x20000, 0x2A6DF), (0xE0020, 0xE007F)]
WORDS = ["Hello", "world", "don't", "I'LL", "'s", "'S", "''", "...", "!?", "naïve", "e\u0301", "a\u0323\u0307",
    "\u1e9b\u0323", "\u212b", "가", "\u1100\u1161", "👨‍👩‍👧", "🇩🇪", "日本語", "العربية", "क्षि", "def f(x):\n    return x",
    "http://x.y/z?a=b", "1234567890", "3.14", "Ⅷ", "½", "²", "٣", "ſ", "İ", "ß", "ﬁ", "_", "▁", "Ġ", "<0x0A>",
    "<|endoftext|>", "<s>", "</s>", "<unk>", "<|user|>", "\t", "\n", "\n\n", "\r\n", "\u00a0", "\u3000", "\u2028",
    "\x85", "\u200d", "\ufeff", "\x00", "a" * 30, "supercalifragilistic"]


def text(longest, extra=()):
    s = ""
    for _ in range(R.randint(0, longest)):
        if R.random() < 0.25:
            low, high = R.choice(RANGES)
            s += "".join(chr(R.randint(low, high)) for _ in range(R.randint(1, 4)))
        else:
            s += R.choice(WORDS + list(extra))
        if R.random() < 0.4:
            s += " " * R.choice([1, 1, 1, 2, 3, 9])
    return s


def case(t, s):
    bare, special = t.encode(s, add_special_tokens=False), t.encode(s)
    found = {"text": s, "ids": bare.ids, "decoded": t.decode(bare.ids, skip_special_tokens=False)}
    if special.ids != bare.ids:
        found["special"] = special.ids
    if t.decode(bare.ids) != found["decoded"]:
        found["skipped"] = t.decode(bare.ids)
    return found


def write(name, content):
    with open(name, "w") as f:
        json.dump(content, f, ensure_ascii=True, separators=(",", ":"))
        f.write("\n")


def gpt2():
    folder = data + "/tokenizers/gpt2/"
    t = Tokenizer(models.BPE.from_file(folder + "vocab.json", folder + "merges.txt"))
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    t.decoder = decoders.ByteLevel()
    t.add_special_tokens([AddedToken("<|endoftext|>", normalized=False)])
    return t


real = {"tokenizers/gpt2": gpt2()}
for path in ["tokenizers/neox", "tokenizers/phi-2", "tokenizers/phi-3", "models/stories260K", "models/babyllama105"]:
    real[path] = Tokenizer.from_file(f"{data}/{path}/tokenizer.json")
strings = ["", " ", "  ", "\n", *(w for w in WORDS)] + [text(6) for _ in range(35)]
write("tokenizers.json", {path: [case(t, s) for s in strings] for path, t in real.items()})

LLAMA = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+")
CAMEL = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'ll)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
PATTERNS = [LLAMA, LLAMA, CAMEL, r"[一-龥぀-ゟ゠-ヿ]+", r"\w+", r"\W", r"\s", r"[\s\d]+", r"^.", r"(?=[A-Z])", r"\p{Han}+|\p{Greek}",
    r"\p{Letter}+", r"a*", r"(?m:.+)", r"\h+", r"[\w']+|\s+"]
CUTS = ["Removed", "Isolated", "Contiguous", "MergedWithPrevious", "MergedWithNext"]


def pattern():
    return {"Regex": R.choice(PATTERNS)} if R.random() < 0.7 else {"String": R.choice([" ", "  ", "a", "▁", "'"])}


def metaspace():
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": R.choice(["first", "always", "never"]),
        "split": R.random() < 0.6}


def byte_level():
    return {"type": "ByteLevel", "add_prefix_space": R.random() < 0.5, "trim_offsets": True, "use_regex": R.random() < 0.5}


NORMALIZERS = [lambda name=name: {"type": name} for name in ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents"]] + [
    lambda: {"type": "Prepend", "prepend": R.choice(["▁", "x "])},
    lambda: {"type": "Replace", "pattern": pattern(), "content": R.choice(["", "▁", "--"])},
    lambda: {"type": "Strip", "strip_left": R.random() < 0.5, "strip_right": R.random() < 0.5},
    lambda: {"type": "Sequence", "normalizers": [make(NORMALIZERS[:-1]) for _ in range(2)]}]
PRETOKENIZERS = [byte_level, metaspace,
    lambda: {"type": "Split", "pattern": pattern(), "behavior": R.choice(CUTS), "invert": R.random() < 0.4},
    lambda: {"type": "Digits", "individual_digits": R.random() < 0.5},
    lambda: {"type": "Punctuation", "behavior": R.choice(CUTS)}, lambda: {"type": "Whitespace"},
    lambda: {"type": "WhitespaceSplit"},
    lambda: {"type": "Sequence", "pretokenizers": [make(PRETOKENIZERS[:-1]) for _ in range(2)]}]
DECODERS = [byte_level, metaspace, lambda: {"type": "Fuse"}, lambda: {"type": "ByteFallback"},
    lambda: {"type": "Replace", "pattern": pattern(), "content": R.choice(["", " "])},
    lambda: {"type": "Strip", "content": R.choice([" ", "a"]), "start": R.randint(0, 2), "stop": R.randint(0, 2)},
    lambda: {"type": "Sequence", "decoders": [make(DECODERS[:-1]) for _ in range(3)]}]


def make(kinds):
    return R.choice(kinds)()


def bpe(alphabet, tries, pairs):
    vocab = {c: i for i, c in enumerate(alphabet)}
    merges = []
    for _ in range(tries):
        a, b = R.choice(list("▁Ġ elotnrsd'") + list(vocab)[-20:]), R.choice(list("elotnrsdawi1.\n"))
        if a in vocab and b in vocab and a + b not in vocab and len(a + b) < 6:
            vocab[a + b] = len(vocab)
            merges.append([a, b] if pairs else a + " " + b)
    return {"type": "BPE", "vocab": vocab, "merges": merges}


BYTES = sorted(pre_tokenizers.ByteLevel.alphabet())
CHARACTERS = ["<unk>"] + [chr(c) for c in range(0x20, 0x7F)] + list("\t\n▁éïÜ") + [f"<0x{b:02X}>" for b in range(256)]
MODELS = {"bytes": bpe(BYTES, 90, False), "characters": bpe(CHARACTERS, 90, True), "words": {"type": "WordLevel", "unk_token": "[UNK]",
    "vocab": {w: i for i, w in enumerate(["[UNK]", "Hello", "hello", "world", "don", "t", "'", "▁world", "a"])}}}
TEMPLATE = {"type": "Sequence", "processors": [dict(byte_level(), use_regex=True), {"type": "TemplateProcessing",
    "single": [{"SpecialToken": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
        {"SpecialToken": {"id": "B", "type_id": 0}}],
    "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
    "special_tokens": {"A": {"id": "A", "ids": [1, 2], "tokens": ["1", "2"]}, "B": {"id": "B", "ids": [0], "tokens": ["0"]}}}]}
ADDED = ["<ad>", "<x>", "Foo", "é", "hello", "def", "\n"]

files = []
while len(files) < 80:
    name = R.choice(["bytes", "characters", "characters", "words"])
    settings = {}
    if name != "words":
        settings = {"unk_token": R.choice([None, "<unk>" if name == "characters" else "!"]), "dropout": None}
        settings |= {key: R.random() < 0.5 for key in ["fuse_unk", "byte_fallback", "ignore_merges"]}
        if R.random() < 0.2:
            settings |= {"end_of_word_suffix": "e", "continuing_subword_prefix": None}
    model = MODELS[name] | settings
    size = max(model["vocab"].values()) + 1
    file = {"normalizer": R.random() < 0.7 and make(NORMALIZERS) or None,
        "pre_tokenizer": make(PRETOKENIZERS) if name == "words" or R.random() < 0.8 else None,
        "decoder": R.random() < 0.8 and make(DECODERS) or None, "post_processor": R.choice([None, TEMPLATE]), "added_tokens": []}
    if name == "bytes":
        file["pre_tokenizer"] = byte_level()
    for content in R.sample(ADDED, R.randint(0, 4)):
        known = model["vocab"].get(content)
        # What the library makes of a normalised token differs between its versions at decoding.
        file["added_tokens"].append({"id": size if known is None else known, "content": content,
            "normalized": file["normalizer"] is None and R.random() < 0.5}
            | {key: R.random() < 0.3 for key in ["single_word", "lstrip", "rstrip", "special"]})
        size += known is None
    t = Tokenizer.from_str(json.dumps(file | {"version": "1.0", "truncation": None, "padding": None, "model": model}))
    cases = []
    while len(cases) < 4:
        s = text(4, ADDED)
        try:
            cases.append(case(t, s))
        except BaseException:  # the library gives up on some of its own files
            break
    else:
        files.append({"model": name, "settings": settings, "file": file, "cases": cases})
write("components.json", {"models": MODELS, "files": files})
