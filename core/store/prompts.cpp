#include "core/store/prompts.h"

#include "core/store/clock.h"
#include "core/store/json.h"
#include "core/store/numbers.h"

namespace microtome {

namespace {

const std::string promptQuery
    = "SELECT id, prompt_group, text, ids, offsets, bos, label, extra, created FROM prompt ";

std::vector<std::byte> offsetBytes(const std::vector<Encoding::Span>& offsets)
{
    std::vector<std::int32_t> flat;
    for (const Encoding::Span& span : offsets) {
        flat.push_back(static_cast<std::int32_t>(span.begin));
        flat.push_back(static_cast<std::int32_t>(span.end));
    }
    return encode(flat);
}

StoredPrompt promptFrom(const Statement& row)
{
    StoredPrompt stored;
    stored.id = row.id<PromptId>(0);
    stored.group = row.optionalId<GroupId>(1);
    stored.prompt.text = row.text(2);
    stored.prompt.ids = decodeIntegers(row.blob(3));
    stored.prompt.bos = row.integer(5) != 0;
    stored.label = row.text(6);
    stored.extra = jsonFrom(row.text(7));
    stored.created = row.integer(8);

    // Offsets from a damaged file never lead outside the text.
    const std::vector<std::int32_t> flat = decodeIntegers(row.blob(4));
    const auto inside = [&](std::int32_t offset) {
        return offset >= 0 && static_cast<std::size_t>(offset) <= stored.prompt.text.size();
    };
    for (std::size_t i = 0; i + 1 < flat.size(); i += 2) {
        if (!inside(flat[i]) || !inside(flat[i + 1]) || flat[i] > flat[i + 1])
            throw Error("A prompt in the project is damaged; “microtome-cli project repair” saves "
                        "what can be read.");
        stored.prompt.offsets.push_back(
            {static_cast<std::size_t>(flat[i]), static_cast<std::size_t>(flat[i + 1])});
    }
    return stored;
}

} // namespace

PromptId Prompts::add(const StoredPrompt& stored)
{
    const std::vector<std::byte> ids = encode(stored.prompt.ids);
    const std::vector<std::byte> offsets = offsetBytes(stored.prompt.offsets);
    m_database
        .prepare("INSERT INTO prompt (prompt_group, text, ids, offsets, bos, label, extra, created)"
                 " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
        .bind(stored.group, stored.prompt.text, ids, offsets, stored.prompt.bos, stored.label,
            jsonText(stored.extra), millisecondsNow())
        .run();
    return static_cast<PromptId>(m_database.lastId());
}

std::vector<PromptId> Prompts::add(const std::vector<StoredPrompt>& prompts)
{
    Transaction transaction(m_database);
    std::vector<PromptId> ids;
    ids.reserve(prompts.size());
    for (const StoredPrompt& prompt : prompts)
        ids.push_back(add(prompt));
    transaction.commit();
    return ids;
}

std::optional<StoredPrompt> Prompts::get(PromptId id)
{
    Statement row = m_database.prepare(promptQuery + "WHERE id = ?1").bind(id);
    return row.step() ? std::optional(promptFrom(row)) : std::nullopt;
}

std::optional<PromptId> Prompts::find(const Prompt& prompt)
{
    const std::vector<std::byte> ids = encode(prompt.ids);
    Statement row = m_database.prepare("SELECT id FROM prompt WHERE ids = ?1 AND text = ?2"
                                       " AND bos = ?3 ORDER BY id LIMIT 1");
    row.bind(ids, prompt.text, prompt.bos);
    return row.step() ? std::optional(row.id<PromptId>(0)) : std::nullopt;
}

std::vector<StoredPrompt> Prompts::list(std::optional<GroupId> group)
{
    std::vector<StoredPrompt> prompts;
    Statement row
        = m_database.prepare(promptQuery + "WHERE prompt_group IS ?1 ORDER BY id").bind(group);
    while (row.step())
        prompts.push_back(promptFrom(row));
    return prompts;
}

void Prompts::setLabel(PromptId id, const std::string& label)
{
    m_database.prepare("UPDATE prompt SET label = ?2 WHERE id = ?1").bind(id, label).run();
}

void Prompts::remove(PromptId id)
{
    m_database.prepare("DELETE FROM prompt WHERE id = ?1").bind(id).run();
}

GroupId Prompts::addGroup(const PromptGroup& group)
{
    m_database.prepare("INSERT INTO prompt_group (name, source, notes) VALUES (?1, ?2, ?3)")
        .bind(group.name, group.source, group.notes)
        .run();
    return static_cast<GroupId>(m_database.lastId());
}

std::vector<PromptGroup> Prompts::groups()
{
    std::vector<PromptGroup> groups;
    Statement row
        = m_database.prepare("SELECT id, name, source, notes FROM prompt_group ORDER BY id");
    while (row.step())
        groups.push_back({.id = row.id<GroupId>(0),
            .name = row.text(1),
            .source = row.text(2),
            .notes = row.text(3)});
    return groups;
}

void Prompts::update(const PromptGroup& group)
{
    m_database.prepare("UPDATE prompt_group SET name = ?2, source = ?3, notes = ?4 WHERE id = ?1")
        .bind(group.id, group.name, group.source, group.notes)
        .run();
}

void Prompts::remove(GroupId id)
{
    m_database.prepare("DELETE FROM prompt_group WHERE id = ?1").bind(id).run();
}

} // namespace microtome
