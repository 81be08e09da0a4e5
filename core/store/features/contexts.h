#pragma once

#include "core/store/features/sources.h"

#include <span>
#include <string>

namespace microtome {

/// The text of the strongest contexts of features, to be searched.
class FeatureContexts {
public:
    explicit FeatureContexts(Database& database)
        : m_database(database)
    {
    }

    /// The texts of the latents first, first + 1, ... of a sweep whose run is running; an empty one
    /// is left out. All or none.
    void put(SweepId sweep, std::uint32_t first, std::span<const std::string> texts);

    /// Empty where there is none.
    std::string get(SweepId sweep, std::uint32_t latent);

private:
    Database& m_database;
};

} // namespace microtome
