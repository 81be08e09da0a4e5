#include "app/cli/pieces.h"

#include "core/text/unicode.h"

#include <cstdio>

namespace microtome::cli {

std::string readable(std::string_view bytes)
{
    std::string out;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t begin = at;
        const char32_t c = text::nextCodePoint(bytes, at);
        const std::string_view part = bytes.substr(begin, at - begin);
        if (c != text::replacementCharacter || part == text::replacementText) {
            out += part;
            continue;
        }
        for (const char byte : part) {
            char hex[8];
            std::snprintf(hex, sizeof hex, "<0x%02X>", static_cast<unsigned>(byte) & 0xffu);
            out += hex;
        }
    }
    return out;
}

nlohmann::json Pieces::of(TokenId id) const
{
    if (!m_tokenizer)
        return nullptr;
    return readable(m_tokenizer->bytes(id));
}

nlohmann::json Pieces::of(const std::vector<TokenId>& ids) const
{
    if (!m_tokenizer)
        return nullptr;
    nlohmann::json pieces = nlohmann::json::array();
    for (const TokenId id : ids)
        pieces.push_back(of(id));
    return pieces;
}

std::string Pieces::shown(TokenId id) const
{
    return m_tokenizer ? quotedPiece(of(id)) : std::to_string(id);
}

nlohmann::json Pieces::text(std::span<const TokenId> ids) const
{
    if (!m_tokenizer)
        return nullptr;
    return m_tokenizer->decode(ids);
}

std::string quotedPiece(const nlohmann::json& piece)
{
    return piece.is_string() ? piece.dump() : std::string();
}

} // namespace microtome::cli
