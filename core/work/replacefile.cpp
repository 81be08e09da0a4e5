#include "core/work/replacefile.h"

#include "core/work/error.h"

#include <fstream>

#include <fcntl.h>
#include <unistd.h>

namespace microtome {

namespace fs = std::filesystem;

void settle(const fs::path& path)
{
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return;
    ::fsync(file);
    ::close(file);
}

void replaceFile(const fs::path& path, std::string_view content)
{
    fs::path beside = path;
    beside += ".part";
    std::error_code ignored;
    {
        std::ofstream out(beside, std::ios::binary | std::ios::trunc);
        out.write(content.data(), static_cast<std::streamsize>(content.size()));
        out.close();
        if (!out) {
            fs::remove(beside, ignored);
            throw Error(
                "Cannot write " + path.string() + ": is the folder there and the disk not full?");
        }
    }
    settle(beside);
    std::error_code error;
    fs::rename(beside, path, error);
    if (error) {
        fs::remove(beside, ignored);
        throw Error("Cannot write " + path.string() + ": " + error.message() + ".");
    }
    settle(path.has_parent_path() ? path.parent_path() : fs::path("."));
}

} // namespace microtome
