#include "core/text/bpe.h"

#include "core/text/bperun.h"
#include "core/text/clip.h"
#include "core/text/fields.h"
#include "core/work/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace microtome::text {

namespace {

using Pair = std::pair<std::string, std::string>;

Pair readPair(const nlohmann::json& merge, std::size_t rank)
{
    const auto isText = [](const nlohmann::json& value) { return value.is_string(); };
    if (merge.is_array() && merge.size() == 2 && std::all_of(merge.begin(), merge.end(), isText))
        return {merge[0].get<std::string>(), merge[1].get<std::string>()};
    if (merge.is_string()) {
        const auto& text = merge.get_ref<const std::string&>();
        const std::size_t space = text.find(' ');
        if (space != std::string::npos && text.find(' ', space + 1) == std::string::npos)
            return {text.substr(0, space), text.substr(space + 1)};
    }
    throw Error("The tokenizer's merge number " + std::to_string(rank)
        + " is not two spellings; the file is damaged.");
}

std::int32_t idOfPart(const Vocabulary& vocabulary, const std::string& spelling)
{
    const std::int32_t id = vocabulary.find(spelling);
    if (id == noId)
        throw Error("A merge of the tokenizer names “" + clip(spelling)
            + "”, which is not in its vocabulary; the file is damaged.");
    return id;
}

} // namespace

Bpe::Bpe(Vocabulary spellings, const std::vector<Pair>& pairs, Settings settings)
    : SubwordModel(std::move(spellings))
    , m_settings(std::move(settings))
{
    m_merges.reserve(pairs.size());
    for (std::uint32_t rank = 0; rank < pairs.size(); ++rank) {
        const auto& [left, right] = pairs[rank];
        const std::int32_t leftId = idOfPart(vocabulary(), left);
        const std::int32_t rightId = idOfPart(vocabulary(), right);
        const std::size_t cut = std::min(right.size(), m_settings.continuingPrefix.size());
        m_merges.add(leftId, rightId, {rank, idOfPart(vocabulary(), left + right.substr(cut))});
    }
    if (!m_settings.unknown.empty())
        m_unknownId = vocabulary().find(m_settings.unknown);
    for (unsigned byte = 0; byte < 256; ++byte) {
        constexpr std::string_view digits = "0123456789ABCDEF";
        const std::string spelling
            = std::string("<0x") + digits[byte >> 4] + digits[byte & 15] + ">";
        m_byteIds[byte] = vocabulary().find(spelling);
    }
    m_allBytes = std::find(m_byteIds.begin(), m_byteIds.end(), noId) == m_byteIds.end();
}

std::unique_ptr<SubwordModel::Run> Bpe::run() const
{
    return std::make_unique<BpeRun>(*this);
}

std::unique_ptr<const SubwordModel> readBpe(const Fields& file)
{
    if (file.has("dropout")
        && (!file.at("dropout").json().is_number() || file.at("dropout").json().get<double>() != 0))
        file.refuse("asks for dropout, which makes ids random and is not supported");
    Bpe::Settings settings;
    settings.unknown = file.text("unk_token", "");
    if (file.has("continuing_subword_prefix"))
        settings.continuingPrefix = file.shortText("continuing_subword_prefix", 64);
    if (file.has("end_of_word_suffix"))
        settings.endSuffix = file.shortText("end_of_word_suffix", 64);
    settings.fuseUnknown = file.flag("fuse_unk", false);
    settings.byteFallback = file.flag("byte_fallback", false);
    settings.ignoreMerges = file.flag("ignore_merges", false);

    const Fields merges = file.at("merges");
    if (!merges.json().is_array())
        merges.refuse("is not a list");
    std::vector<Pair> pairs;
    pairs.reserve(merges.json().size());
    for (const nlohmann::json& merge : merges.json())
        pairs.push_back(readPair(merge, pairs.size()));
    return std::make_unique<Bpe>(readVocabulary(file.at("vocab")), pairs, std::move(settings));
}

} // namespace microtome::text
