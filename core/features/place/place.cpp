#include "core/features/place/place.h"

#include "core/work/error.h"

#include <algorithm>
#include <numeric>

namespace microtome {

namespace {

/// The model that the dictionary was trained on had what is written centred: SAELens says so.
bool trainedCentred(const SparseCoder& coder)
{
    const auto found = coder.declared.other.find("model_from_pretrained_kwargs");
    return found != coder.declared.other.end()
        && found->second.find("\"center_writing_weights\":true") != std::string::npos;
}

bool isResidual(Point point)
{
    return point == Point::ResidPre || point == Point::ResidMid || point == Point::ResidPost;
}

class Finder {
public:
    Finder(const SparseCoder& coder, const Architecture& architecture)
        : m_architecture(architecture)
        , m_centred(trainedCentred(coder) && architecture.norm == Norm::LayerNorm)
    {
    }

    CoderSite at(const std::string& point, std::size_t width, const char* verb, const char* option)
    {
        const std::string wayOut
            = std::string(" Say where with ") + option + ", for example blocks.3.hook_resid_post.";
        if (point.empty())
            throw Error("The dictionary's file does not say where it " + (verb + ("." + wayOut)));
        auto place = coderSiteNamed(point);
        if (!place)
            throw Error(std::string("The dictionary ") + verb + " " + point.substr(0, 100)
                + ", which is no point of a model that is known here." + wayOut);
        m_architecture.check(place->site);
        place->centred = m_centred && isResidual(place->site.point);
        if (const auto there = static_cast<std::size_t>(widthAt(*place, m_architecture));
            there != width)
            throw Error(std::string("The dictionary ") + verb + " " + std::to_string(width)
                + " numbers a token at " + point.substr(0, 100) + ", where this model has "
                + std::to_string(there) + ": it was made for another model or another place.");
        return *place;
    }

private:
    const Architecture& m_architecture;
    bool m_centred;
};

void addSites(const std::vector<CoderSite>& places, std::vector<Site>& sites)
{
    for (const CoderSite& place : places)
        if (std::ranges::find(sites, place.site) == sites.end())
            sites.push_back(place.site);
}

const std::string& said(
    const std::vector<std::string>& by, std::size_t i, std::size_t count, const std::string& file)
{
    if (!by.empty() && by.size() != count)
        throw Error("The dictionary has " + std::to_string(count)
            + (count == 1 ? " place" : " places") + " of this kind; name as many.");
    return by.empty() ? file : by[i];
}

} // namespace

CoderPlace placeOf(
    const SparseCoder& coder, const Architecture& architecture, const PlaceOptions& options)
{
    Finder finder(coder, architecture);
    CoderPlace place;
    for (std::size_t i = 0; i < coder.inputs.size(); ++i) {
        const CoderInput& input = coder.inputs[i];
        // matching pursuit has no encoder: it reads what it writes
        const std::size_t width
            = input.encoder.empty() ? coder.outputs[i].decoder.columns() : input.encoder.columns();
        place.reads.push_back(finder.at(
            said(options.reads, i, coder.inputs.size(), input.point), width, "reads", "--reads"));
    }
    const bool same = options.writes.empty() && !options.reads.empty()
        && coder.inputs.size() == coder.outputs.size()
        && std::ranges::equal(
            coder.inputs, coder.outputs, {}, &CoderInput::point, &CoderOutput::point);
    for (std::size_t i = 0; i < coder.outputs.size(); ++i) {
        const CoderOutput& output = coder.outputs[i];
        place.writes.push_back(finder.at(
            same ? options.reads[i] : said(options.writes, i, coder.outputs.size(), output.point),
            output.decoder.columns(), "writes", "--writes"));
    }
    return place;
}

CoderReader::CoderReader(const Model& model, CoderPlace place)
    : m_place(std::move(place))
{
    for (const CoderSite& site : m_place.reads)
        m_readGains.push_back(gainAt(model, site));
    for (const CoderSite& site : m_place.writes)
        m_writeGains.push_back(gainAt(model, site));
}

CoderReader::Gain CoderReader::gainAt(const Model& model, const CoderSite& place)
{
    if (!place.afterGain)
        return {};
    const std::string norm = "blocks." + std::to_string(place.site.layer.value())
        + (place.site.point == Point::Ln1Normalized ? ".ln1." : ".ln2.");
    return {model.weight(norm + "w"), model.weight(norm + "b")};
}

std::vector<Site> CoderReader::wants() const
{
    std::vector<Site> wants = wantsToRead();
    addSites(m_place.writes, wants);
    return wants;
}

std::vector<Site> CoderReader::wantsToRead() const
{
    std::vector<Site> wants;
    addSites(m_place.reads, wants);
    return wants;
}

std::vector<Matrix> CoderReader::inputs(const Trace& trace) const
{
    std::vector<Matrix> all;
    for (std::size_t i = 0; i < m_place.reads.size(); ++i)
        all.push_back(valuesAt(trace, m_place.reads[i], m_readGains[i]));
    return all;
}

std::vector<Matrix> CoderReader::targets(const Trace& trace) const
{
    std::vector<Matrix> all;
    for (std::size_t i = 0; i < m_place.writes.size(); ++i)
        all.push_back(valuesAt(trace, m_place.writes[i], m_writeGains[i]));
    return all;
}

Matrix CoderReader::valuesAt(const Trace& trace, const CoderSite& place, const Gain& gain)
{
    const Matrix values = trace.at(place.site);
    if (!place.afterGain && !place.centred)
        return values;
    std::vector<float> made;
    made.reserve(values.size());
    for (std::size_t t = 0; t < values.rows(); ++t) {
        const auto row = values.row(t);
        const double mean = place.centred
            ? std::accumulate(row.begin(), row.end(), 0.0) / static_cast<double>(row.size())
            : 0;
        for (std::size_t i = 0; i < row.size(); ++i)
            made.push_back(place.afterGain ? row[i] * gain.weight(0, i) + gain.bias(0, i)
                                           : static_cast<float>(row[i] - mean));
    }
    return {values.rows(), values.columns(), std::move(made)};
}

} // namespace microtome
