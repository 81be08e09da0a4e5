#pragma once

#include "core/text/tokenizer.h"

#include <memory>
#include <optional>
#include <vector>

namespace microtome::text {

class Fields;

/// One step that adds the tokens a model expects around a text.
class PostProcessor {
public:
    virtual ~PostProcessor() = default;

    /// `textSize`: bytes of the text, where tokens behind it have their empty range.
    virtual void apply(Encoding& encoding, std::size_t textSize) const = 0;

    /// The id it puts first, if it does.
    virtual std::optional<std::int32_t> leading() const { return {}; }
};

/// Ids before and behind the text.
std::unique_ptr<const PostProcessor> surround(
    std::vector<std::int32_t> before, std::vector<std::int32_t> behind);

/// The "post_processor" of a tokenizer.json, or a part of it; ids have to be below `size`.
std::unique_ptr<const PostProcessor> readPostProcessor(const Fields& file, std::size_t size);

} // namespace microtome::text
