#pragma once

#include "core/model/architecture.h"
#include "core/model/matrix.h"

#include <map>
#include <memory>
#include <vector>

namespace microtome {

/// What the engine keeps of a run so that later runs can continue from it: the residual stream at
/// every layer's input, keys, values and queries. Opaque; only the model that made it can use it.
class Base {
public:
    virtual ~Base() = default;
    virtual std::size_t bytes() const = 0;
};

/// The captured sites of one run. A site's values are a matrix: rows are positions and columns the
/// flattened rest ([tokens, heads, dHead] is tokens x heads*dHead), except AttnScores and Pattern
/// with every head: rows are heads * queries, columns keys. With one head: queries x keys.
struct Trace {
    std::vector<TokenId> ids;
    int heads = 0;   ///< of the model, along the head axis of query points
    int kvHeads = 0; ///< of the model, along the head axis of key and value points
    std::map<Site, Matrix> values;
    std::vector<Position> logitPositions; ///< the rows of the Logits site
    std::shared_ptr<const Base> base;     ///< when it was asked for

    bool has(const Site& site) const { return values.contains(site); }

    /// The site's values; throws Error naming the site when it was not captured. One head of a
    /// site captured whole is cut out of it.
    Matrix at(const Site&) const;
};

} // namespace microtome
