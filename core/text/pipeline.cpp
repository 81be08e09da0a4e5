#include "core/text/pipeline.h"

#include <algorithm>

namespace microtome::text {

Encoding Pipeline::encode(std::string_view text, bool special) const
{
    Pieces pieces = m_parts.added.cut(Aligned::ofOriginal(text), m_parts.normalizer.get());
    if (m_parts.preTokenizer)
        m_parts.preTokenizer->apply(pieces);

    Encoding encoding;
    const auto add = [&](std::int32_t id, std::size_t begin, std::size_t end) {
        const Origin origin = pieces.text.origin(begin, end);
        encoding.ids.push_back(id);
        encoding.offsets.push_back({origin.begin, origin.end});
    };
    const auto run = m_parts.model->run();
    std::vector<Unit> units;
    for (const Piece& piece : pieces.list) {
        if (piece.id != noId) {
            add(piece.id, piece.begin, piece.end);
            continue;
        }
        units.clear();
        run->tokenize(pieces.view(piece), units);
        for (const Unit& unit : units)
            add(unit.id, piece.begin + unit.begin, piece.begin + unit.end);
    }
    if (special && m_parts.postProcessor)
        m_parts.postProcessor->apply(encoding, text.size());
    return encoding;
}

std::string Pipeline::decode(std::span<const std::int32_t> ids, bool skipSpecial) const
{
    std::vector<std::string> tokens;
    tokens.reserve(ids.size());
    for (const std::int32_t id : ids)
        if (knows(id) && !(skipSpecial && isSpecial(id)))
            tokens.push_back(spelling(id));
    if (m_parts.decoder)
        m_parts.decoder->apply(tokens);
    // Without a decoder tokens are words, with a space between them.
    const std::string_view between = m_parts.decoder ? "" : " ";
    std::string text;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        text += i > 0 ? between : "";
        text += tokens[i];
    }
    return text;
}

std::string Pipeline::spelling(std::int32_t id) const
{
    if (const AddedToken* token = m_parts.added.find(id))
        return token->content;
    return std::string(m_parts.model->vocabulary().spelling(id));
}

std::string Pipeline::bytes(std::int32_t id) const
{
    std::string token = spelling(id);
    if (m_parts.decoder && !m_parts.added.find(id))
        m_parts.decoder->applyInside(token);
    return token;
}

std::optional<std::int32_t> Pipeline::idOf(std::string_view spelling) const
{
    std::int32_t id = m_parts.added.idOf(spelling);
    if (id == noId)
        id = m_parts.model->vocabulary().find(spelling);
    if (id == noId)
        return {};
    return id;
}

bool Pipeline::isSpecial(std::int32_t id) const
{
    return knows(id) && m_parts.added.isSpecial(spelling(id));
}

std::size_t Pipeline::size() const
{
    return std::max(m_parts.model->vocabulary().size(), m_parts.added.size());
}

std::optional<std::int32_t> Pipeline::leading() const
{
    if (!m_parts.postProcessor)
        return {};
    return m_parts.postProcessor->leading();
}

bool Pipeline::knows(std::int32_t id) const
{
    return m_parts.added.find(id) || m_parts.model->vocabulary().has(id);
}

} // namespace microtome::text
