#pragma once

#include <string>

namespace microtome::text {

class Fields;

/// How SentencePiece's mark for a space is used, in both directions.
struct Metaspace {
    enum class Prepend { First, Always, Never };

    std::string mark = "\xE2\x96\x81"; // U+2581
    Prepend prepend = Prepend::Always;
    bool split = true;
};

/// From a Metaspace pre-tokenizer or decoder; `add_prefix_space` is how files before 2024 said it.
Metaspace readMetaspaceSettings(const Fields& file);

} // namespace microtome::text
