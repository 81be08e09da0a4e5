#include "core/store/models.h"

#include "core/store/json.h"

namespace microtome {

namespace {

const std::string modelQuery
    = "SELECT id, name, path, family, hash, tokenizer_hash, description FROM model ";
const std::string checkpointQuery = "SELECT id, model, name, path, hash, step FROM checkpoint ";

StoredModel modelFrom(const Statement& row)
{
    return {.id = row.id<ModelId>(0),
        .name = row.text(1),
        .path = row.text(2),
        .family = row.text(3),
        .hash = row.text(4),
        .tokenizerHash = row.text(5),
        .description = jsonFrom(row.text(6))};
}

StoredCheckpoint checkpointFrom(const Statement& row)
{
    return {.id = row.id<CheckpointId>(0),
        .model = row.id<ModelId>(1),
        .name = row.text(2),
        .path = row.text(3),
        .hash = row.text(4),
        .step = row.optionalId<std::int64_t>(5)};
}

} // namespace

ModelId Models::add(const StoredModel& model)
{
    Statement row = m_database.prepare(
        "INSERT INTO model (name, path, family, hash, tokenizer_hash, description)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (hash, path) DO UPDATE SET"
        " name = excluded.name, family = excluded.family, tokenizer_hash = excluded.tokenizer_hash,"
        " description = excluded.description RETURNING id");
    row.bind(model.name, model.path, model.family, model.hash, model.tokenizerHash,
        jsonText(model.description));
    row.step();
    const auto id = row.id<ModelId>(0);
    row.run();
    return id;
}

std::optional<StoredModel> Models::get(ModelId id)
{
    Statement row = m_database.prepare(modelQuery + "WHERE id = ?1").bind(id);
    return row.step() ? std::optional(modelFrom(row)) : std::nullopt;
}

std::optional<StoredModel> Models::withHash(const std::string& hash)
{
    Statement row
        = m_database.prepare(modelQuery + "WHERE hash = ?1 ORDER BY id DESC LIMIT 1").bind(hash);
    return row.step() ? std::optional(modelFrom(row)) : std::nullopt;
}

std::vector<StoredModel> Models::list()
{
    std::vector<StoredModel> models;
    Statement row = m_database.prepare(modelQuery + "ORDER BY id");
    while (row.step())
        models.push_back(modelFrom(row));
    return models;
}

void Models::setPath(ModelId id, const std::string& path)
{
    m_database.prepare("UPDATE model SET path = ?2 WHERE id = ?1").bind(id, path).run();
}

void Models::remove(ModelId id)
{
    m_database.prepare("DELETE FROM model WHERE id = ?1").bind(id).run();
}

CheckpointId Models::addCheckpoint(const StoredCheckpoint& checkpoint)
{
    Statement row = m_database.prepare(
        "INSERT INTO checkpoint (model, name, path, hash, step)"
        " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (model, hash, path)"
        " DO UPDATE SET name = excluded.name, step = excluded.step RETURNING id");
    row.bind(checkpoint.model, checkpoint.name, checkpoint.path, checkpoint.hash, checkpoint.step);
    row.step();
    const auto id = row.id<CheckpointId>(0);
    row.run();
    return id;
}

std::optional<StoredCheckpoint> Models::checkpoint(CheckpointId id)
{
    Statement row = m_database.prepare(checkpointQuery + "WHERE id = ?1").bind(id);
    return row.step() ? std::optional(checkpointFrom(row)) : std::nullopt;
}

std::vector<StoredCheckpoint> Models::checkpoints(ModelId model)
{
    std::vector<StoredCheckpoint> checkpoints;
    Statement row
        = m_database.prepare(checkpointQuery + "WHERE model = ?1 ORDER BY step NULLS LAST, name")
              .bind(model);
    while (row.step())
        checkpoints.push_back(checkpointFrom(row));
    return checkpoints;
}

void Models::remove(CheckpointId id)
{
    m_database.prepare("DELETE FROM checkpoint WHERE id = ?1").bind(id).run();
}

} // namespace microtome
