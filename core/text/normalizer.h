#pragma once

#include "core/text/aligned.h"

#include <memory>

namespace microtome::text {

class Fields;

/// One step that changes a text before it is cut into pieces, such as Unicode's NFC.
class Normalizer {
public:
    virtual ~Normalizer() = default;
    virtual Aligned apply(Aligned text) const = 0;
};

/// The "normalizer" of a tokenizer.json, or a part of it.
std::unique_ptr<const Normalizer> readNormalizer(const Fields& file);

} // namespace microtome::text
