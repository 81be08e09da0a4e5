#include "core/text/bytefallback.h"

#include "core/text/unicode.h"

#include <charconv>
#include <optional>

namespace microtome::text {

namespace {

std::optional<char> byteOf(std::string_view token)
{
    if (token.size() != 6 || !token.starts_with("<0x") || token.back() != '>')
        return {};
    unsigned char byte = 0;
    const auto [end, code] = std::from_chars(token.data() + 3, token.data() + 5, byte, 16);
    if (code != std::errc() || end != token.data() + 5)
        return {};
    return char(byte);
}

class ByteFallbackDecoder : public Decoder {
public:
    void apply(std::vector<std::string>& tokens) const override
    {
        std::vector<std::string> result;
        std::string bytes;
        const auto flush = [&] {
            if (bytes.empty())
                return;
            if (validUtf8(bytes) == bytes)
                result.push_back(bytes);
            else
                result.insert(result.end(), bytes.size(), std::string(replacementText));
            bytes.clear();
        };
        for (std::string& token : tokens) {
            if (const auto byte = byteOf(token)) {
                bytes += *byte;
                continue;
            }
            flush();
            result.push_back(std::move(token));
        }
        flush();
        tokens = std::move(result);
    }

    void applyInside(std::string& token) const override
    {
        if (const auto byte = byteOf(token))
            token.assign(1, *byte);
    }
};

} // namespace

std::unique_ptr<const Decoder> byteFallbackDecoder()
{
    return std::make_unique<ByteFallbackDecoder>();
}

} // namespace microtome::text
