#include "core/text/decoder.h"

#include "core/text/bytefallback.h"
#include "core/text/bytelevel.h"
#include "core/text/fields.h"
#include "core/text/metaspace.h"
#include "core/text/pattern.h"
#include "core/text/unicode.h"
#include "core/work/error.h"

#include <algorithm>

namespace microtome::text {

namespace {

constexpr std::size_t largestText = std::size_t(128) << 20;

class SequenceDecoder : public Decoder {
public:
    explicit SequenceDecoder(const Fields& file)
    {
        for (const Fields& part : file.list("decoders"))
            m_parts.push_back(readDecoder(part));
    }

    void apply(std::vector<std::string>& tokens) const override
    {
        for (const auto& part : m_parts)
            part->apply(tokens);
    }

    void applyInside(std::string& token) const override
    {
        for (const auto& part : m_parts)
            part->applyInside(token);
    }

private:
    std::vector<std::unique_ptr<const Decoder>> m_parts;
};

class ByteLevelDecoder : public Decoder {
public:
    void apply(std::vector<std::string>& tokens) const override
    {
        std::string bytes;
        for (const std::string& token : tokens)
            bytes += bytesOfSpelling(token).value_or(token);
        tokens.assign(1, validUtf8(bytes));
    }

    void applyInside(std::string& token) const override
    {
        token = bytesOfSpelling(token).value_or(token);
    }
};

class FuseDecoder : public Decoder {
public:
    void apply(std::vector<std::string>& tokens) const override
    {
        std::string fused;
        for (const std::string& token : tokens)
            fused += token;
        tokens.assign(1, std::move(fused));
    }

    void applyInside(std::string&) const override { }
};

std::string replaced(const std::string& text, Pattern::Search& search, std::string_view by)
{
    std::string result;
    for (const Segment& s : search.segments(text)) {
        if (s.match)
            result += by;
        else
            result.append(text, s.begin, s.end - s.begin);
        if (result.size() > largestText)
            throw Error("The tokenizer's decoder makes a text larger than 128 MB; its file is "
                        "damaged, or fewer ids have to be decoded at once.");
    }
    return result;
}

class ReplaceDecoder : public Decoder {
public:
    ReplaceDecoder(Pattern pattern, std::string content)
        : m_pattern(std::move(pattern))
        , m_content(std::move(content))
    {
    }

    void apply(std::vector<std::string>& tokens) const override
    {
        Pattern::Search search(m_pattern, largestText);
        for (std::string& token : tokens)
            token = replaced(token, search, m_content);
    }

    void applyInside(std::string& token) const override
    {
        Pattern::Search search(m_pattern, token.size());
        token = replaced(token, search, m_content);
    }

private:
    Pattern m_pattern;
    std::string m_content;
};

class MetaspaceDecoder : public Decoder {
public:
    explicit MetaspaceDecoder(const Metaspace& settings)
        : m_mark(Pattern::ofText(settings.mark))
        , m_dropFirst(settings.prepend != Metaspace::Prepend::Never)
    {
    }

    void apply(std::vector<std::string>& tokens) const override
    {
        Pattern::Search search(m_mark, 0);
        for (std::size_t i = 0; i < tokens.size(); ++i)
            tokens[i] = replaced(tokens[i], search, i == 0 && m_dropFirst ? "" : " ");
    }

    void applyInside(std::string& token) const override
    {
        Pattern::Search search(m_mark, 0);
        token = replaced(token, search, " ");
    }

private:
    Pattern m_mark;
    bool m_dropFirst; // every mark of the first token, as Hugging Face's decoder does
};

/// Takes up to so many of a character off both ends of every token (usually after Fuse: of the
/// text). It undoes a prefix, so a token in the middle of a text keeps all its bytes.
class StripDecoder : public Decoder {
public:
    explicit StripDecoder(const Fields& file)
        : m_start(std::size_t(file.whole("start", 0, INT32_MAX)))
        , m_stop(std::size_t(file.whole("stop", 0, INT32_MAX)))
    {
        appendCodePoint(m_content, file.character("content"));
    }

    void apply(std::vector<std::string>& tokens) const override
    {
        for (std::string& token : tokens) {
            std::string_view rest = token;
            for (std::size_t i = 0; i < m_start && rest.starts_with(m_content); ++i)
                rest.remove_prefix(m_content.size());
            for (std::size_t i = 0; i < m_stop && rest.ends_with(m_content); ++i)
                rest.remove_suffix(m_content.size());
            if (rest.size() < token.size())
                token = std::string(rest);
        }
    }

    void applyInside(std::string&) const override { }

private:
    std::string m_content;
    std::size_t m_start;
    std::size_t m_stop;
};

} // namespace

std::unique_ptr<const Decoder> byteLevelDecoder()
{
    return std::make_unique<ByteLevelDecoder>();
}

std::unique_ptr<const Decoder> readDecoder(const Fields& file)
{
    const std::string type = file.type();
    if (type == "Sequence")
        return std::make_unique<SequenceDecoder>(file);
    if (type == "ByteLevel")
        return byteLevelDecoder();
    if (type == "Metaspace")
        return std::make_unique<MetaspaceDecoder>(readMetaspaceSettings(file));
    if (type == "Replace")
        return std::make_unique<ReplaceDecoder>(
            readPattern(file.at("pattern")), file.shortText("content"));
    if (type == "ByteFallback")
        return byteFallbackDecoder();
    if (type == "Fuse")
        return std::make_unique<FuseDecoder>();
    if (type == "Strip")
        return std::make_unique<StripDecoder>(file);
    file.refuseType("decoder");
}

} // namespace microtome::text
