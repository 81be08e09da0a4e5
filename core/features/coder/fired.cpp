#include "core/features/coder/fired.h"

namespace microtome {

Matrix FiredLatents::dense() const
{
    std::vector<float> values(tokens() * latents);
    for (std::size_t t = 0; t < tokens(); ++t)
        for (std::size_t i = starts[t]; i < starts[t + 1]; ++i)
            values[t * latents + latent[i]] = value[i];
    return {tokens(), latents, std::move(values)};
}

FiredLatents FiredLatents::of(const Matrix& dense)
{
    FiredLatents made;
    made.latents = dense.columns();
    for (std::size_t t = 0; t < dense.rows(); ++t) {
        const auto row = dense.row(t);
        for (std::size_t i = 0; i < row.size(); ++i)
            if (row[i] != 0) {
                made.latent.push_back(static_cast<std::uint32_t>(i));
                made.value.push_back(row[i]);
            }
        made.starts.push_back(made.latent.size());
    }
    return made;
}

} // namespace microtome
