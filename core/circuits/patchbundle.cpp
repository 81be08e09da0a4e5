#include "core/analysis/bundle.h"
#include "core/analysis/fields.h"
#include "core/circuits/patch.h"
#include "core/work/error.h"

namespace microtome {

Bundle PatchSweep::toBundle() const
{
    Bundle b;
    b.fields = {{"kind", "patch"}, {"sweep", sweepName(sweep)}, {"byPosition", byPosition},
        {"denoising", denoising}, {"clean", clean}, {"corrupted", corrupted}, {"metric", metric},
        {"layers", layers}, {"positions", positions}, {"heads", heads},
        {"cleanMetric", cleanMetric}, {"corruptedMetric", corruptedMetric}, {"remark", remark}};
    b.matrices = {{"raw", raw}, {"normalised", normalised}};
    return b;
}

PatchSweep PatchSweep::fromBundle(const Bundle& b)
{
    b.expect("patch");
    PatchSweep out;
    const auto sweep = sweepNamed(fieldOf<std::string>(b.fields, "sweep"));
    if (!sweep)
        throw Error("The stored sweep is of an unknown kind. Compute it again.");
    out.sweep = *sweep;
    out.byPosition = fieldOf<bool>(b.fields, "byPosition");
    out.denoising = fieldOf<bool>(b.fields, "denoising");
    out.clean = fieldOf<std::vector<TokenId>>(b.fields, "clean");
    out.corrupted = fieldOf<std::vector<TokenId>>(b.fields, "corrupted");
    out.metric = fieldOf<std::string>(b.fields, "metric");
    out.layers = fieldOf<int>(b.fields, "layers");
    out.positions = fieldOf<int>(b.fields, "positions");
    out.heads = fieldOf<int>(b.fields, "heads");
    out.cleanMetric = fieldOf<double>(b.fields, "cleanMetric");
    out.corruptedMetric = fieldOf<double>(b.fields, "corruptedMetric");
    out.remark = fieldOf<std::string>(b.fields, "remark");
    out.raw = b.matrix("raw");
    out.normalised = b.matrix("normalised");
    const auto rows = static_cast<std::size_t>(out.layers);
    const auto columns
        = static_cast<std::size_t>(out.positions) * static_cast<std::size_t>(out.heads);
    if (out.raw.rows() != rows || out.raw.columns() != columns || out.normalised.rows() != rows
        || out.normalised.columns() != columns)
        throw Error("The stored sweep is damaged: it has the wrong size. Compute it again.");
    return out;
}

} // namespace microtome
