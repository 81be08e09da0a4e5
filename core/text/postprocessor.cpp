#include "core/text/postprocessor.h"

#include "core/text/fields.h"

namespace microtome::text {

namespace {

class SequencePostProcessor : public PostProcessor {
public:
    SequencePostProcessor(const Fields& file, std::size_t size)
    {
        for (const Fields& part : file.list("processors"))
            m_parts.push_back(readPostProcessor(part, size));
    }

    void apply(Encoding& encoding, std::size_t textSize) const override
    {
        for (const auto& part : m_parts)
            part->apply(encoding, textSize);
    }

    std::optional<std::int32_t> leading() const override
    {
        std::optional<std::int32_t> first;
        for (const auto& part : m_parts)
            if (const auto id = part->leading())
                first = id;
        return first;
    }

private:
    std::vector<std::unique_ptr<const PostProcessor>> m_parts;
};

/// ByteLevel only trims offsets of whitespace; ours keep it, because the token stands for it.
class NothingAdded : public PostProcessor {
public:
    void apply(Encoding&, std::size_t) const override { }
};

class Surround : public PostProcessor {
public:
    Surround(std::vector<std::int32_t> before, std::vector<std::int32_t> behind)
        : m_before(std::move(before))
        , m_behind(std::move(behind))
    {
    }

    void apply(Encoding& encoding, std::size_t textSize) const override
    {
        encoding.ids.insert(encoding.ids.begin(), m_before.begin(), m_before.end());
        encoding.offsets.insert(encoding.offsets.begin(), m_before.size(), {0, 0});
        encoding.ids.insert(encoding.ids.end(), m_behind.begin(), m_behind.end());
        encoding.offsets.insert(encoding.offsets.end(), m_behind.size(), {textSize, textSize});
    }

    std::optional<std::int32_t> leading() const override
    {
        if (m_before.empty())
            return {};
        return m_before.front();
    }

private:
    std::vector<std::int32_t> m_before;
    std::vector<std::int32_t> m_behind;
};

/// The template for a single text; that for pairs is not used. A template that repeats the text is
/// refused.
std::unique_ptr<const PostProcessor> readTemplate(const Fields& file, std::size_t size)
{
    std::vector<std::int32_t> before;
    std::vector<std::int32_t> behind;
    bool seen = false;
    for (const Fields& piece : file.list("single")) {
        if (piece.has("Sequence")) {
            const Fields sequence = piece.at("Sequence");
            if (seen || sequence.text("id") != "A")
                sequence.refuse("is not the text, once, as a template for a single text has it");
            seen = true;
            continue;
        }
        const std::string name = piece.at("SpecialToken").text("id");
        const Fields token = file.at("special_tokens").at(name.c_str());
        for (const Fields& id : token.list("ids"))
            (seen ? behind : before).push_back(std::int32_t(id.whole(0, std::int64_t(size) - 1)));
    }
    if (!seen)
        file.refuse("has no place for the text in its template");
    return surround(std::move(before), std::move(behind));
}

} // namespace

std::unique_ptr<const PostProcessor> surround(
    std::vector<std::int32_t> before, std::vector<std::int32_t> behind)
{
    return std::make_unique<Surround>(std::move(before), std::move(behind));
}

std::unique_ptr<const PostProcessor> readPostProcessor(const Fields& file, std::size_t size)
{
    const std::string type = file.type();
    if (type == "Sequence")
        return std::make_unique<SequencePostProcessor>(file, size);
    if (type == "ByteLevel")
        return std::make_unique<NothingAdded>();
    if (type == "TemplateProcessing")
        return readTemplate(file, size);
    file.refuseType("post-processor");
}

} // namespace microtome::text
