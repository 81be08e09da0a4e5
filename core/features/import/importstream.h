#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <streambuf>
#include <vector>

namespace microtome {

/// The bytes of a file, inflated where it is a gzip file (of any number of members), a piece at a
/// time. Memory: 128 KB. Between two marks no more than `mostBetween` bytes are given, so that
/// whoever reads records from it is never made to hold more than that.
class ImportStream : public std::streambuf {
public:
    static constexpr std::uint64_t mostBetween = std::uint64_t{64} << 20;

    /// Throws Error with a sentence when the file cannot be read.
    explicit ImportStream(const std::filesystem::path&);
    ~ImportStream() override;

    /// What was read so far is done with.
    void mark() { m_marked = position(); }

    /// Bytes given so far.
    std::uint64_t position() const;

    /// How much of the file has been read, 0 ... 1.
    double fraction() const;

protected:
    /// Throws Unreadable for damaged or torn gzip, and for too much between two marks.
    int_type underflow() override;

private:
    struct Inflater;

    std::size_t fill(); ///< the piece anew; its size, 0 at the end
    std::size_t read(); ///< the packed piece anew

    std::ifstream m_file;
    std::uint64_t m_size = 0; ///< of the file
    std::uint64_t m_read = 0; ///< of it
    std::uint64_t m_given = 0; ///< before the piece that is at hand
    std::uint64_t m_marked = 0;
    std::vector<char> m_piece;
    std::vector<char> m_packed;
    std::unique_ptr<Inflater> m_inflater; ///< none: the file is plain
};

} // namespace microtome
