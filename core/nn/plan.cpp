#include "core/nn/plan.h"

#include "core/work/error.h"

#include <algorithm>
#include <cmath>

namespace microtome::nn {

namespace {

bool isAttentionMap(Point point)
{
    return point == Point::AttnScores || point == Point::Pattern;
}

void checkValues(const Architecture& a, const Edit& e)
{
    const auto refuse = [&](const std::string& why) {
        throw Error("The edit of " + e.site.text() + " does not fit: " + why + ".");
    };
    if (!std::isfinite(e.number) || !std::isfinite(e.strength))
        refuse("its number or strength is not finite");
    const bool needsValues = e.operation == Operation::Patch;
    if (e.values.empty()) {
        if (needsValues)
            refuse("a patch needs the values of another run");
        return;
    }
    if (isAttentionMap(e.site.point)) {
        if (e.unit && e.values.columns() != 1)
            refuse("its values have " + std::to_string(e.values.columns())
                + " columns for one key position");
        if (!e.site.head.valid() && e.values.rows() % static_cast<std::size_t>(a.heads) != 0)
            refuse("its rows are not heads times queries");
        return;
    }
    const int heads = e.site.head.valid() ? 1 : a.headsAt(e.site.point);
    const auto width = e.unit ? 1u : static_cast<std::size_t>(a.widthAt(e.site.point));
    const auto columns = static_cast<std::size_t>(heads) * width;
    if (e.values.columns() != columns)
        refuse("its values have " + std::to_string(e.values.columns()) + " columns, the site has "
            + std::to_string(columns));
}

void checkEdit(const Architecture& a, const Edit& e)
{
    a.check(e.site);
    if (e.operation == Operation::Skip && e.site.point != Point::ResidPost
        && e.site.point != Point::AttnOut && e.site.point != Point::MlpOut)
        throw Error("Skip applies to resid_post, attn_out and mlp_out, not to " + e.site.name() + ".");
    if (e.unit && isAttentionMap(e.site.point) && e.unit->value() < 0)
        throw Error("The edit of " + e.site.text() + " names a key position before the first.");
    if (e.unit && !isAttentionMap(e.site.point)
        && (e.unit->value() < 0 || e.unit->value() >= a.widthAt(e.site.point)))
        throw Error("The edit of " + e.site.text() + " names unit " + std::to_string(e.unit->value())
            + "; there are " + std::to_string(a.widthAt(e.site.point)) + ".");
    if (e.site.point == Point::Tokens && e.operation != Operation::Set
        && e.operation != Operation::Patch && e.operation != Operation::Freeze)
        throw Error("Token ids can only be set, patched or frozen.");
    checkValues(a, e);
}

} // namespace

Plan::Plan(const Architecture& architecture, Edits edits, std::vector<Site> wants)
    : m_order(architecture.layers)
    , m_edits(std::move(edits))
    , m_wants(std::move(wants))
    , m_table(static_cast<std::size_t>(m_order.count()), -1)
{
    for (std::size_t i = 0; i < m_edits.size(); ++i) {
        checkEdit(architecture, m_edits[i]);
        at(m_edits[i].site).edits.push_back(i);
    }
    for (const Site& site : m_wants) {
        architecture.check(site);
        at(site).wants.push_back(site);
    }
}

Plan::Entry& Plan::at(const Site& site)
{
    auto& index = m_table[static_cast<std::size_t>(m_order(site))];
    if (index < 0) {
        index = static_cast<std::int32_t>(m_entries.size());
        m_entries.emplace_back();
    }
    return m_entries[static_cast<std::size_t>(index)];
}

bool touches(const Edit& edit, std::size_t position, const std::vector<TokenId>& ids,
    std::size_t prompt, TokenId bos)
{
    const EditPositions& p = edit.positions;
    const bool isBos = position == 0 && bos >= 0 && ids.front() == bos;
    const bool bosCounts = edit.bos.value_or(edit.operation != Operation::Add);
    const auto at = static_cast<int>(position);
    switch (p.kind) {
    case EditPositions::Kind::All:
        return !isBos || bosCounts;
    case EditPositions::Kind::Prompt:
        return position < prompt && (!isBos || bosCounts);
    case EditPositions::Kind::Generated:
        return position >= prompt;
    case EditPositions::Kind::Last:
        return position + 1 == prompt;
    case EditPositions::Kind::Range:
        return at >= p.from && at < p.to;
    case EditPositions::Kind::Ids:
        return std::find(p.ids.begin(), p.ids.end(), ids[position]) != p.ids.end();
    case EditPositions::Kind::First:
        return at < p.first;
    }
    return false;
}

std::size_t firstTouched(const Edit& edit, const std::vector<TokenId>& ids, TokenId bos)
{
    if (edit.operation == Operation::Mean && edit.values.empty())
        return 0;
    for (std::size_t i = 0; i < ids.size(); ++i)
        if (touches(edit, i, ids, ids.size(), bos))
            return i;
    return ids.size();
}

} // namespace microtome::nn
