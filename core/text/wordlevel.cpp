#include "core/text/wordlevel.h"

#include "core/text/clip.h"
#include "core/text/fields.h"
#include "core/work/error.h"

namespace microtome::text {

class WordLevel::Lookup : public SubwordModel::Run {
public:
    explicit Lookup(const WordLevel& model)
        : m_model(model)
    {
    }

    void tokenize(std::string_view piece, std::vector<Unit>& units) override
    {
        std::int32_t id = m_model.vocabulary().find(piece);
        if (id == noId)
            id = m_model.m_unknownId;
        if (id == noId)
            throw Error("“" + clip(piece)
                + "” is not in the tokenizer's vocabulary, which has no token "
                  "“"
                + clip(m_model.m_unknown) + "” for unknown words either; use words it has.");
        units.push_back({id, 0, std::uint32_t(piece.size())});
    }

private:
    const WordLevel& m_model;
};

WordLevel::WordLevel(Vocabulary words, std::string unknown)
    : SubwordModel(std::move(words))
    , m_unknown(std::move(unknown))
    , m_unknownId(vocabulary().find(m_unknown))
{
}

std::unique_ptr<SubwordModel::Run> WordLevel::run() const
{
    return std::make_unique<Lookup>(*this);
}

std::unique_ptr<const SubwordModel> readWordLevel(const Fields& file)
{
    return std::make_unique<WordLevel>(
        readVocabulary(file.at("vocab")), file.text("unk_token", "<unk>"));
}

} // namespace microtome::text
