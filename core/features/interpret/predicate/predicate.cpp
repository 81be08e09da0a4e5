#include "core/features/interpret/predicate/predicate.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

struct Complexity {
    double operator()(const AllOf& all) const { return sum(all.parts); }
    double operator()(const AnyOf& any) const { return sum(any.parts); }
    double operator()(const NoneOf& none) const { return 0.5 + sum(none.parts); }
    double operator()(const TokenIs& token) const { return set(token.ids); }
    double operator()(const TokenNear& near) const { return 0.5 + set(near.ids); }
    double operator()(const PositionIs&) const { return 1.5; }
    double operator()(const PieceIs&) const { return 1; }
    double operator()(const LengthIs&) const { return 1.5; }
    double operator()(const TextMatches&) const { return 2; }
    double operator()(const HasLabel&) const { return 1; }

    static double set(const std::vector<std::uint32_t>& ids)
    {
        return 1 + std::log2(std::max<double>(1, static_cast<double>(ids.size()))) / 2;
    }

    static double sum(const std::vector<Predicate>& parts)
    {
        double all = 0;
        for (const Predicate& part : parts)
            all += complexity(part);
        return all;
    }
};

} // namespace

double complexity(const Predicate& predicate)
{
    return std::visit(Complexity{}, predicate.is);
}

} // namespace microtome
