#include "core/analysis/bundle.h"

#include "core/work/error.h"

namespace microtome {

const Matrix& Bundle::matrix(const std::string& name) const
{
    const auto found = matrices.find(name);
    if (found == matrices.end())
        throw Error("The stored result is damaged: \"" + name + "\" is missing. Compute it again.");
    return found->second;
}

void Bundle::expect(const std::string& kind) const
{
    if (fields.value("kind", std::string()) != kind)
        throw Error("The stored result is not of the kind \"" + kind + "\".");
}

} // namespace microtome
