#pragma once

#include "core/text/addedtokens.h"
#include "core/text/decoder.h"
#include "core/text/model.h"
#include "core/text/normalizer.h"
#include "core/text/postprocessor.h"
#include "core/text/pretokenizer.h"
#include "core/text/tokenizer.h"

namespace microtome::text {

/// The parts a tokenizer is put together from; all but the model may be absent.
struct Parts {
    AddedTokens added;
    std::unique_ptr<const Normalizer> normalizer;
    std::unique_ptr<const PreTokenizer> preTokenizer;
    std::unique_ptr<const SubwordModel> model;
    std::unique_ptr<const PostProcessor> postProcessor;
    std::unique_ptr<const Decoder> decoder;
    std::string hash;
};

/// A tokenizer as Hugging Face's library runs it: added tokens, normaliser, pre-tokenizer, model,
/// post-processor; and the decoder for the way back.
class Pipeline : public Tokenizer {
public:
    explicit Pipeline(Parts parts)
        : m_parts(std::move(parts))
    {
    }

    Encoding encode(std::string_view text, bool special) const override;
    std::string decode(std::span<const std::int32_t> ids, bool skipSpecial) const override;
    std::string spelling(std::int32_t id) const override;
    std::string bytes(std::int32_t id) const override;
    std::optional<std::int32_t> idOf(std::string_view spelling) const override;
    bool isSpecial(std::int32_t id) const override;
    std::size_t size() const override;
    std::optional<std::int32_t> leading() const override;
    std::string hash() const override { return m_parts.hash; }

private:
    bool knows(std::int32_t id) const;

    Parts m_parts;
};

} // namespace microtome::text
