#include "core/features/load/torchfile.h"

#include "core/features/load/bytecursor.h"
#include "core/features/load/pickle.h"
#include "core/features/load/torchvalues.h"
#include "core/features/load/unreadable.h"
#include "core/text/clip.h"

#include <algorithm>
#include <map>

namespace microtome {

namespace {

constexpr std::uint64_t longestPickle = 1ULL << 30;
constexpr std::string_view pickleName = "/data.pkl";

// 0x1950a86a20f9469cfc6c, which is pickled first in a legacy file, in any protocol.
constexpr std::string_view magic = "l\xfc\x9c"
                                   "F\xf9 j\xa8P\x19";
constexpr std::size_t longestMagic = 32;

/// A reference ("storage", class, key, device, count, view) as torch writes it.
struct StorageId {
    std::string key;
    StoredDtype dtype = StoredDtype::U8;
    std::int64_t count = 0;
    std::uint64_t bytes = 0;
};

StorageId readId(const StoredValue& id)
{
    const StoredList* parts = id.list();
    if (!parts || parts->size() < 5 || !(*parts)[0].text() || *(*parts)[0].text() != "storage"
        || !(*parts)[1].className() || !(*parts)[2].text() || !(*parts)[4].integer())
        throw Unreadable("refers to data in a way that Microtome does not know; convert it to "
                         "safetensors");
    if (parts->size() > 5 && !(*parts)[5].isNone())
        throw Unreadable("was written by a torch before 0.4, as views of storages; save it with a "
                         "newer one");
    StorageId storage{*(*parts)[2].text(), torchvalues::dtypeOfStorage(*(*parts)[1].className()),
        *(*parts)[4].integer(), 0};
    if (storage.count < 0
        || __builtin_mul_overflow(static_cast<std::uint64_t>(storage.count),
            std::uint64_t(sizeOf(storage.dtype)), &storage.bytes))
        throw Unreadable("holds a storage whose size overflows; it is damaged");
    return storage;
}

/// A storage as a tensor of one axis, which the tensors over it are made from.
StoredValue wholeStorage(
    const StorageId& id, bool swapped, std::shared_ptr<const StoredBytes> bytes)
{
    return StoredValue(
        StoredObject{StoredTensor({id.dtype, swapped, {id.count}, {1}, 0}, std::move(bytes))});
}

std::string textOf(const StoredBytes* member, std::size_t longest)
{
    if (!member)
        return {};
    const auto head = member->head(longest);
    return {reinterpret_cast<const char*>(head.data()), head.size()};
}

/// The folder that holds data.pkl; empty when there is none or more than one.
std::string folderOf(const ZipArchive& archive)
{
    std::string folder;
    for (const auto& [name, bytes] : archive.members()) {
        const auto slash = name.find('/');
        if (slash == std::string::npos || name.substr(slash) != pickleName)
            continue;
        if (!folder.empty())
            return {};
        folder = name.substr(0, slash);
    }
    return folder;
}

std::int64_t integerAt(const HeldBytes& held, std::size_t& position)
{
    ByteCursor cursor(held.bytes, "list of storages", position);
    const auto value = cursor.number<std::int64_t>();
    position = cursor.position();
    return value;
}

} // namespace

bool isTorchArchive(const ZipArchive& archive)
{
    return !folderOf(archive).empty();
}

StoredValue readTorchArchive(const ZipArchive& archive)
{
    const std::string folder = folderOf(archive);
    if (archive.find(folder + "/constants.pkl"))
        throw Unreadable("is a TorchScript program rather than a file of tensors; save its "
                         "state_dict as safetensors");
    const bool swapped = textOf(archive.find(folder + "/byteorder"), 8).starts_with("big");
    const StoredBytes& pickle = *archive.find(folder + std::string(pickleName));
    if (pickle.size() > longestPickle)
        throw Unreadable("holds a pickle of more than 1 GB beside its tensors; save its numbers as "
                         "tensors");
    std::map<std::string, std::shared_ptr<const StoredBytes>> storages;
    const auto storageOf = [&](const StoredValue& value) {
        const StorageId id = readId(value);
        auto& bytes = storages[id.key];
        if (!bytes) {
            const StoredBytes* member = archive.find(folder + "/data/" + id.key);
            if (!member)
                throw Unreadable(
                    "lacks its storage " + text::clip(id.key) + "; download or save it again");
            bytes = std::make_shared<const StoredBytes>(*member);
        }
        if (bytes->size() < id.bytes)
            throw Unreadable("holds the storage " + text::clip(id.key)
                + " shorter than it says; download or save it again");
        return wholeStorage(id, swapped, bytes);
    };
    return readPickle(pickle.bytes(), storageOf).value;
}

bool isLegacyTorch(std::span<const std::byte> bytes)
{
    const std::string_view head(reinterpret_cast<const char*>(bytes.data()),
        std::min<std::size_t>(bytes.size(), longestMagic));
    return head.starts_with('\x80') && head.find(magic) != std::string_view::npos;
}

StoredValue readLegacyTorch(const HeldBytes& file)
{
    std::size_t position = 0;
    std::map<std::string, std::shared_ptr<StoredBytes>> storages;
    std::map<std::string, std::uint64_t> sizes;
    std::map<std::string, std::size_t> widths;
    bool swapped = false;
    const auto storageOf = [&](const StoredValue& value) {
        const StorageId id = readId(value);
        auto& bytes = storages[id.key];
        if (!bytes) {
            bytes = std::make_shared<StoredBytes>(StoredBytes::promised(id.bytes));
            widths[id.key] = sizeOf(id.dtype);
        }
        if (bytes->size() != id.bytes || widths[id.key] != sizeOf(id.dtype))
            throw Unreadable("tells two sizes of one storage; it is damaged");
        return wholeStorage(id, swapped, bytes);
    };
    const auto next = [&] {
        Unpickled part = readPickle({file.owner, file.bytes.subspan(position)}, storageOf);
        position += part.length;
        return part.value;
    };
    next(); // the magic number
    next(); // the protocol's version
    const StoredValue system = next();
    if (const StoredValue* little = system.find("little_endian"))
        swapped = little->boolean() == false;
    StoredValue value = next();
    const StoredValue keys = next();
    if (!keys.list())
        throw Unreadable("is damaged: it lacks the list of its storages");
    for (const StoredValue& key : *keys.list()) {
        const auto place = key.text() ? storages.find(*key.text()) : storages.end();
        if (place == storages.end() || !sizes.emplace(place->first, position).second)
            throw Unreadable("is damaged: the list of its storages does not fit its tensors");
        const std::uint64_t told = place->second->size();
        const std::int64_t count = integerAt(file, position);
        if (count < 0 || static_cast<std::uint64_t>(count) != told / widths[place->first])
            throw Unreadable("tells two sizes of one storage; it is damaged");
        ByteCursor data(file.bytes, "storage", position);
        *place->second = StoredBytes({file.owner, data.take(told)});
        position = data.position();
    }
    if (sizes.size() != storages.size())
        throw Unreadable("lacks some of its storages; download or save it again");
    return value;
}

} // namespace microtome
