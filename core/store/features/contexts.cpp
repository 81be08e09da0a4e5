#include "core/store/features/contexts.h"

namespace microtome {

namespace {

std::int64_t contextId(SweepId sweep, std::uint32_t latent)
{
    return (static_cast<std::int64_t>(sweep) << 32) | latent;
}

} // namespace

void FeatureContexts::put(SweepId sweep, std::uint32_t first, std::span<const std::string> texts)
{
    Transaction transaction(m_database);
    {
        Statement row = m_database.prepare("SELECT run, source FROM feature_sweep WHERE id = ?1");
        if (!row.bind(sweep).step())
            throw Error("This sweep is not in the project; sweep again.");
        requireRunning(m_database, row.id<RunId>(0));
        const std::uint64_t latents = latentsOf(m_database, row.id<SourceId>(1));
        if (first > latents || texts.size() > latents - first)
            throw Error("There are contexts for more than the " + std::to_string(latents)
                + " latents of the source; sweep it again.");
    }
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const std::int64_t id = contextId(sweep, first + static_cast<std::uint32_t>(i));
        m_database.prepare("DELETE FROM feature_context WHERE id = ?1").bind(id).run();
        if (!texts[i].empty())
            m_database.prepare("INSERT INTO feature_context (id, text) VALUES (?1, ?2)")
                .bind(id, texts[i])
                .run();
    }
    transaction.commit();
}

std::string FeatureContexts::get(SweepId sweep, std::uint32_t latent)
{
    Statement row = m_database.prepare("SELECT c.text FROM feature_context c"
                                       " JOIN feature_sweep s ON s.id = c.sweep"
                                       " JOIN run ON run.id = s.run AND run.status = 'done'"
                                       " WHERE c.id = ?1");
    row.bind(contextId(sweep, latent));
    return row.step() ? row.text(0) : std::string();
}

} // namespace microtome
