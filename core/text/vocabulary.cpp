#include "core/text/vocabulary.h"

#include "core/text/clip.h"
#include "core/text/fields.h"

#include <nlohmann/json.hpp>

#include <bit>
#include <functional>

namespace microtome::text {

void Vocabulary::reserve(std::size_t tokens, std::size_t bytes)
{
    m_bytes.reserve(bytes);
    m_begin.reserve(tokens + 1);
    m_ids.reserve(tokens);
    grow(std::bit_ceil(2 * tokens + 2));
}

void Vocabulary::add(std::string_view spelling, std::int32_t id)
{
    if (2 * (m_ids.size() + 1) > m_slots.size())
        grow(m_slots.empty() ? 16 : 2 * m_slots.size());
    const std::size_t slot = slotOf(spelling);
    std::uint32_t index = m_slots[slot];
    if (index == none) {
        index = std::uint32_t(m_ids.size());
        m_slots[slot] = index;
        m_bytes += spelling;
        m_begin.push_back(std::uint32_t(m_bytes.size()));
        m_ids.push_back(id);
    }
    m_ids[index] = id;
    if (m_entryOf.size() <= std::size_t(id))
        m_entryOf.resize(std::size_t(id) + 1, none);
    m_entryOf[std::size_t(id)] = index;
}

std::int32_t Vocabulary::find(std::string_view spelling) const
{
    if (m_slots.empty())
        return noId;
    const std::uint32_t index = m_slots[slotOf(spelling)];
    return index == none ? noId : m_ids[index];
}

std::string_view Vocabulary::spelling(std::int32_t id) const
{
    return has(id) ? entry(m_entryOf[std::size_t(id)]) : std::string_view();
}

bool Vocabulary::has(std::int32_t id) const
{
    return id >= 0 && std::size_t(id) < m_entryOf.size() && m_entryOf[std::size_t(id)] != none;
}

std::size_t Vocabulary::slotOf(std::string_view spelling) const
{
    const std::size_t mask = m_slots.size() - 1;
    std::size_t slot = std::hash<std::string_view>()(spelling) & mask;
    while (m_slots[slot] != none && entry(m_slots[slot]) != spelling)
        slot = (slot + 1) & mask;
    return slot;
}

std::string_view Vocabulary::entry(std::uint32_t index) const
{
    return std::string_view(m_bytes).substr(m_begin[index], m_begin[index + 1] - m_begin[index]);
}

void Vocabulary::grow(std::size_t slots)
{
    m_slots.assign(slots, none);
    for (std::uint32_t index = 0; index < m_ids.size(); ++index)
        m_slots[slotOf(entry(index))] = index;
}

Vocabulary readVocabulary(const Fields& file)
{
    if (!file.isObject())
        file.refuse("is not an object of spellings and ids");
    std::size_t bytes = 0;
    for (const auto& [spelling, id] : file.json().items())
        bytes += spelling.size();
    Vocabulary vocabulary;
    vocabulary.reserve(file.json().size(), bytes);
    for (const auto& [spelling, id] : file.json().items()) {
        // Looked at before a place is written down for each of 100,000 entries.
        if (id.is_number_unsigned() && id.get<std::uint64_t>() <= std::uint64_t(largestId))
            vocabulary.add(spelling, id.get<std::int32_t>());
        else
            Fields(id, "The id of “" + clip(spelling) + "” in the vocabulary").whole(0, largestId);
    }
    return vocabulary;
}

} // namespace microtome::text
