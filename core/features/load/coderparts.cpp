#include "core/features/load/coderparts.h"

#include "core/features/load/circuittracer.h"
#include "core/features/load/codebookfeatures.h"
#include "core/features/load/crosslayer.h"
#include "core/features/load/llamascopiumset.h"
#include "core/features/load/sparsify.h"
#include "core/text/clip.h"
#include "core/work/error.h"

#include <algorithm>
#include <array>
#include <new>
#include <stdexcept>

namespace microtome {

namespace {

constexpr std::array formats{sparsifySet, circuitTracerSet, crossLayerSet, gemmaScope2CrossLayerSet,
    llamascopiumSet, codebookSet};

const CoderSetFormat* formatOf(const CoderFolder& folder)
{
    for (const CoderSetFormat& format : formats)
        if (format.recognises(folder))
            return &format;
    return nullptr;
}

} // namespace

std::span<const CoderSetFormat> coderSetFormats()
{
    return formats;
}

std::vector<std::string> coderParts(const std::filesystem::path& path)
{
    const CoderFolder folder(path);
    const CoderSetFormat* format = formatOf(folder);
    return format ? format->parts(folder) : std::vector<std::string>();
}

SparseCoder openCoderPart(const std::filesystem::path& path, const std::string& part)
{
    const CoderFolder folder(path);
    const CoderSetFormat* format = formatOf(folder);
    if (!format)
        throw Error(path.string() + " holds no set of dictionaries of a known format.");
    const auto parts = format->parts(folder);
    if (std::find(parts.begin(), parts.end(), part) == parts.end())
        throw Error(path.string() + " holds no dictionary " + text::clip(part) + ", but "
            + std::to_string(parts.size()) + " others.");
    try {
        SparseCoder coder = format->read(folder, part);
        check(coder);
        return coder;
    } catch (const std::bad_alloc&) {
        throw Error("The dictionary " + text::clip(part) + " takes more memory than there is.");
    } catch (const std::length_error&) {
        throw Error("The dictionary " + text::clip(part) + " takes more memory than there is.");
    }
}

SparseCoder readOnePart(const CoderSetFormat& format, const CoderFolder& folder)
{
    const auto parts = format.parts(folder);
    if (std::find(parts.begin(), parts.end(), folder.chosen()) != parts.end())
        return format.read(folder, folder.chosen());
    if (parts.size() == 1)
        return format.read(folder, parts.front());
    throw Error("This is a set of " + std::to_string(parts.size())
        + " dictionaries that are opened one at a time; name one of them, such as "
        + text::clip(parts.empty() ? std::string() : parts.front()) + ".");
}

} // namespace microtome
