#pragma once

#include "core/text/aligned.h"
#include "core/text/pattern.h"
#include "core/text/vocabulary.h"

#include <vector>

namespace microtome::text {

/// A stretch [begin, end) of the normalised text; with an id it is a token already (an added
/// token), and nothing may cut or change it any more.
struct Piece {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::int32_t id = noId;
};

/// A normalised text cut into pieces.
struct Pieces {
    Aligned text;
    std::vector<Piece> list;

    std::string_view view(const Piece& piece) const
    {
        return text.text().substr(piece.begin, piece.end - piece.begin);
    }
};

/// What happens to the matches when a text is cut at them.
enum class Cut { Removed, Isolated, Contiguous, MergedWithPrevious, MergedWithNext };

Cut readCut(const Fields& file);

/// Cuts each free piece into the segments that `segments(view)` gives, treated as `cut` says; with
/// `invert`, matches and what lies between them change roles. No piece is empty afterwards.
template <typename Segments>
void cutPieces(Pieces& pieces, Cut cut, bool invert, Segments segments);

/// Writes each free piece anew with `write(view, piece, result)`; the list of pieces stays.
template <typename Write> void rewritePieces(Pieces& pieces, Write write)
{
    Pieces result;
    result.text.reserve(pieces.text.size());
    result.list.reserve(pieces.list.size());
    for (const Piece& piece : pieces.list) {
        const std::size_t begin = result.text.size();
        if (piece.id != noId)
            result.text.append(pieces.text, piece.begin, piece.end);
        else
            write(pieces.view(piece), piece, result.text);
        result.list.push_back({begin, result.text.size(), piece.id});
    }
    pieces = std::move(result);
}

/// Puts matches and non-matches together as `cut` says; what is still marked as a match afterwards
/// is to be removed.
void arrange(const std::vector<Segment>& found, Cut cut, bool invert, std::vector<Segment>& result);

template <typename Segments> void cutPieces(Pieces& pieces, Cut cut, bool invert, Segments segments)
{
    std::vector<Piece> list;
    list.reserve(pieces.list.size());
    std::vector<Segment> arranged;
    for (const Piece& piece : pieces.list) {
        if (piece.id != noId) {
            list.push_back(piece);
            continue;
        }
        arrange(segments(pieces.view(piece)), cut, invert, arranged);
        for (const Segment& s : arranged)
            if (s.begin < s.end && !s.match)
                list.push_back({piece.begin + s.begin, piece.begin + s.end});
    }
    pieces.list = std::move(list);
}

} // namespace microtome::text
