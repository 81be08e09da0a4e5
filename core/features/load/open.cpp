#include "core/features/load/open.h"

#include "core/features/load/saelens.h"
#include "core/work/error.h"

#include <array>
#include <new>
#include <stdexcept>

namespace microtome {

namespace {

constexpr std::array formats{
    CoderFormat{"SAELens", recognisesSaeLens, readSaeLens},
};

std::string knownFormats()
{
    std::string names;
    for (const CoderFormat& format : formats)
        names += (names.empty() ? "" : ", ") + std::string(format.name);
    return names;
}

} // namespace

std::span<const CoderFormat> coderFormats()
{
    return formats;
}

SparseCoder openCoder(const std::filesystem::path& path)
{
    try {
        const CoderFolder folder(path);
        for (const CoderFormat& format : formats) {
            if (!format.recognises(folder))
                continue;
            SparseCoder coder = format.read(folder);
            check(coder);
            return coder;
        }
    } catch (const std::bad_alloc&) {
        throw Error("The dictionary " + path.string() + " takes more memory than there is.");
    } catch (const std::length_error&) {
        throw Error("The dictionary " + path.string() + " takes more memory than there is.");
    }
    throw Error(path.string() + " holds no dictionary of a known format (" + knownFormats()
        + "); choose the folder in which its description and its weights lie.");
}

} // namespace microtome
