#include "core/features/load/tensorfile.h"

#include "core/features/load/numpyfile.h"
#include "core/features/load/pickle.h"
#include "core/features/load/torchfile.h"
#include "core/features/load/unreadable.h"
#include "core/features/load/ziparchive.h"
#include "core/text/clip.h"
#include "core/work/mappedfile.h"

#include <new>
#include <stdexcept>

namespace microtome {

namespace {

TensorFile readArchive(const std::shared_ptr<const MappedFile>& file)
{
    const ZipArchive archive(file);
    if (isTorchArchive(archive))
        return {TensorFileKind::Torch, readTorchArchive(archive)};
    if (isNumpyArchive(archive))
        return {TensorFileKind::NumpyArchive, readNumpyArchive(archive)};
    throw Unreadable("is a zip archive of neither torch nor numpy");
}

TensorFile readContent(const std::shared_ptr<const MappedFile>& file)
{
    const auto bytes = file->bytes();
    if (bytes.empty())
        throw Unreadable("is empty; download or save it again");
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (text.starts_with("PK"))
        return readArchive(file);
    if (isNumpyArray(bytes))
        return {TensorFileKind::NumpyArray, readNumpyArray(StoredBytes(HeldBytes{file, bytes}))};
    if (isLegacyTorch(bytes))
        return {TensorFileKind::LegacyTorch, readLegacyTorch({file, bytes})};
    const auto noStorage = [](const StoredValue&) -> StoredValue {
        throw Unreadable("is a pickle that refers to data outside of it");
    };
    if (text.size() > 1 && text[0] == '\x80' && text[1] >= 2 && text[1] <= 5)
        return {TensorFileKind::Pickle, readPickle({file, bytes}, noStorage).value};
    if (text.size() > 8 && text[8] == '{')
        throw Unreadable("is a safetensors file rather than one of torch or numpy; name it "
                         ".safetensors");
    throw Unreadable("is no file of torch or numpy that Microtome knows");
}

} // namespace

TensorFile readTensorFile(const std::filesystem::path& path)
{
    const auto file = std::make_shared<const MappedFile>(path);
    const auto refuse = [&](const std::string& why) {
        return Error(text::clip(path.filename().string()) + " " + why + ".");
    };
    try {
        return readContent(file);
    } catch (const Unreadable& error) {
        throw refuse(error.what());
    } catch (const std::bad_alloc&) {
        throw refuse("takes more memory than there is");
    } catch (const std::length_error&) {
        throw refuse("takes more memory than there is");
    }
}

} // namespace microtome
