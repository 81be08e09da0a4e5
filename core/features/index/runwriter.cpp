#include "core/features/index/runwriter.h"

#include "core/features/index/runlayout.h"
#include "core/features/index/varint.h"
#include "core/work/error.h"
#include "core/work/filebeside.h"
#include "core/work/sha256.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace microtome {

namespace {

/// The bytes of one latent's firings, in order, as they stand in a run.
class Encoder {
public:
    std::span<const std::byte> encode(std::span<const Firing> firings)
    {
        m_bytes.resize(sizeof(RunRecord) + firings.size() * (longestVarint + sizeof(float)));
        RunRecord record;
        record.latent = firings.front().latent;
        record.count = static_cast<std::uint32_t>(firings.size());
        record.first = firings.front().token;
        record.last = firings.back().token;
        std::byte* at = m_bytes.data() + sizeof record;
        for (std::size_t i = 1; i < firings.size(); ++i) {
            if (firings[i].token <= firings[i - 1].token)
                throw Error("The activations of latent " + std::to_string(record.latent)
                    + " do not come in the order of tokens; build the index anew.");
            at = putVarint(at, firings[i].token - firings[i - 1].token - 1);
        }
        record.deltaBytes = static_cast<std::uint32_t>(at - (m_bytes.data() + sizeof record));
        for (const Firing& firing : firings) {
            record.largest = std::max(record.largest, std::abs(firing.value));
            std::memcpy(at, &firing.value, sizeof firing.value);
            at += sizeof firing.value;
        }
        std::memcpy(m_bytes.data(), &record, sizeof record);
        return std::span(m_bytes).first(static_cast<std::size_t>(at - m_bytes.data()));
    }

private:
    std::vector<std::byte> m_bytes;
};

} // namespace

std::string nameOf(const IndexSource& source)
{
    return sha256(source.corpus + source.dictionary + ' ' + std::to_string(source.tokens) + ' '
        + std::to_string(source.latents));
}

void writeRun(const std::filesystem::path& path, const std::string& source, TokenRange tokens,
    std::span<const Firing> firings)
{
    RunHeader header;
    header.begin = tokens.begin;
    header.end = tokens.end;
    header.firings = firings.size();
    std::ranges::copy(source, header.source.begin());
    FileBeside file(path);
    file.seek(sizeof header);
    Encoder encoder;
    for (auto rest = firings; !rest.empty();) {
        const auto other = std::ranges::find_if(
            rest, [&](const Firing& f) { return f.latent != rest.front().latent; });
        const auto count = static_cast<std::size_t>(other - rest.begin());
        const auto bytes = encoder.encode(rest.first(count));
        header.content = checksum(bytes, header.content);
        header.bytes += bytes.size();
        file.write(bytes);
        rest = rest.subspan(count);
    }
    header.check = checkOf(header);
    file.seek(0);
    file.write(std::as_bytes(std::span(&header, 1)));
    file.commit();
}

} // namespace microtome
