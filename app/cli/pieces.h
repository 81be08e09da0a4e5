#pragma once

#include "core/model/index.h"
#include "core/text/tokenizer.h"

#include <nlohmann/json.hpp>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace microtome::cli {

/// Token ids as people and documents read them.
class Pieces {
public:
    explicit Pieces(std::shared_ptr<const Tokenizer> tokenizer)
        : m_tokenizer(std::move(tokenizer))
    {
    }

    /// The text a token stands for, its leading space included; bytes that are no character by
    /// themselves as `<0xE2>`. Null without a tokenizer.
    nlohmann::json of(TokenId) const;
    nlohmann::json of(const std::vector<TokenId>&) const;

    /// For tables: the piece in quotes, or the id without a tokenizer.
    std::string shown(TokenId) const;

    /// The text of all ids; null without a tokenizer.
    nlohmann::json text(std::span<const TokenId>) const;

private:
    std::shared_ptr<const Tokenizer> m_tokenizer;
};

/// The text with bytes that belong to no UTF-8 character written as `<0xE2>`.
std::string readable(std::string_view bytes);

/// In quotes, with line ends and tabs as `\n`, `\t`.
std::string quotedPiece(const nlohmann::json& piece);

} // namespace microtome::cli
