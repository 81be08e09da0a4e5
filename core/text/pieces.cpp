#include "core/text/pieces.h"

#include "core/text/fields.h"

#include <algorithm>

namespace microtome::text {

Cut readCut(const Fields& file)
{
    const std::string name = file.text();
    if (name == "Removed")
        return Cut::Removed;
    if (name == "Isolated")
        return Cut::Isolated;
    if (name == "Contiguous")
        return Cut::Contiguous;
    if (name == "MergedWithPrevious")
        return Cut::MergedWithPrevious;
    if (name == "MergedWithNext")
        return Cut::MergedWithNext;
    file.refuse("is none of Removed, Isolated, Contiguous, MergedWithPrevious and MergedWithNext");
}

namespace {

/// Joins each match to the segment before it (in the order of the list), unless that is a match;
/// with `alike`, joins neighbours that are alike instead.
void join(const std::vector<Segment>& segments, bool alike, std::vector<Segment>& result)
{
    bool previous = false;
    for (const Segment& s : segments) {
        const bool joins = alike ? s.match == previous : s.match && !previous;
        if (joins && !result.empty()) {
            result.back().begin = std::min(result.back().begin, s.begin);
            result.back().end = std::max(result.back().end, s.end);
        } else {
            result.push_back({s.begin, s.end, false});
        }
        previous = s.match;
    }
}

} // namespace

void arrange(const std::vector<Segment>& found, Cut cut, bool invert, std::vector<Segment>& result)
{
    result.clear();
    std::vector<Segment> segments = found;
    for (Segment& s : segments)
        s.match = s.match != invert;
    switch (cut) {
    case Cut::Removed:
        result = std::move(segments);
        break;
    case Cut::Isolated:
        result = std::move(segments);
        for (Segment& s : result)
            s.match = false;
        break;
    case Cut::Contiguous:
        join(segments, true, result);
        break;
    case Cut::MergedWithPrevious:
        join(segments, false, result);
        break;
    case Cut::MergedWithNext:
        std::reverse(segments.begin(), segments.end());
        join(segments, false, result);
        std::reverse(result.begin(), result.end());
        break;
    }
}

} // namespace microtome::text
