#pragma once

#include "core/model/architecture.h"
#include "core/model/edit.h"

#include <cstdint>
#include <vector>

namespace microtome::nn {

/// A point and layer as one number, in the order in which a forward pass meets them.
class PointOrder {
public:
    explicit PointOrder(int layers)
        : m_layers(layers)
    {
    }

    int operator()(Point point, int layer) const
    {
        constexpr int first = static_cast<int>(Point::ResidPre);
        constexpr int each = static_cast<int>(Point::ResidPost) - first + 1;
        const int p = static_cast<int>(point);
        if (isBefore(point))
            return p;
        return point <= Point::ResidPost ? first + layer * each + (p - first)
                                         : first + m_layers * each + (p - first - each);
    }
    int operator()(const Site& site) const { return (*this)(site.point, site.layer.value()); }
    int count() const { return (*this)(Point::Logits, 0) + 1; }

private:
    static bool isBefore(Point point) { return point < Point::ResidPre; }
    int m_layers;
};

/// What one sequence asks of a forward pass, point by point: which edits act there, in the order of
/// the list, and which sites are to be captured. Asking about a point costs one look into a table.
class Plan {
public:
    struct Entry {
        std::vector<std::size_t> edits; ///< indices into edits()
        std::vector<Site> wants;
    };

    /// `edits` must be active ones. Throws Error when a site does not exist or an edit does not fit.
    Plan(const Architecture&, Edits edits, std::vector<Site> wants);

    /// What is asked at a point; null for nothing.
    const Entry* find(Point point, int layer) const
    {
        const auto index = m_table[static_cast<std::size_t>(m_order(point, layer))];
        return index < 0 ? nullptr : &m_entries[static_cast<std::size_t>(index)];
    }

    const Edits& edits() const { return m_edits; }
    const std::vector<Site>& wants() const { return m_wants; }
    const PointOrder& order() const { return m_order; }

private:
    Entry& at(const Site&);

    PointOrder m_order;
    Edits m_edits;
    std::vector<Site> m_wants;
    std::vector<Entry> m_entries;
    std::vector<std::int32_t> m_table;
};

/// The first position in a prompt of these ids that an edit touches; ids.size() when none.
std::size_t firstTouched(const Edit&, const std::vector<TokenId>& ids, TokenId bos);

/// Whether an edit touches a position, in a sequence whose first `prompt` positions are the prompt.
bool touches(const Edit&, std::size_t position, const std::vector<TokenId>& ids, std::size_t prompt,
    TokenId bos);

} // namespace microtome::nn
