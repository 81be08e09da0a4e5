#include "core/analysis/subject.h"

#include "core/work/error.h"

namespace microtome {

Position Subject::resolve(Position position) const
{
    const auto count = static_cast<int>(tokens());
    if (count == 0)
        throw Error("There is nothing to look at: the prompt has no tokens.");
    if (!position.valid())
        return Position(count - 1);
    if (position.value() >= count)
        throw Error("There is no position " + std::to_string(position.value()) + ": the prompt has "
            + std::to_string(count) + " tokens, counted from 0.");
    return position;
}

RunRequest Subject::request(std::vector<Site> want) const
{
    RunRequest request;
    request.ids = prompt.ids;
    request.want = std::move(want);
    request.edits = edits;
    request.base = base;
    return request;
}

Subject subjectOf(Model& model, Prompt prompt, const Progress& progress)
{
    Subject subject{std::move(prompt), {}, {}};
    RunRequest request = subject.request({});
    request.keepBase = true;
    subject.base = model.run(request, progress).base;
    return subject;
}

namespace {

std::uint64_t bytesOf(const Architecture& a, const Site& site, std::size_t tokens)
{
    std::uint64_t bytes = sizeof(float);
    for (const auto n : a.shape(site, static_cast<std::int64_t>(tokens)))
        bytes *= static_cast<std::uint64_t>(n);
    return bytes;
}

} // namespace

void captureEach(Model& model, const Subject& subject, const std::vector<Site>& sites,
    const std::function<void(const Site&, const Matrix&)>& visit, const Progress& progress,
    std::uint64_t budget)
{
    const auto total = static_cast<double>(sites.size());
    for (std::size_t begin = 0; begin < sites.size();) {
        std::size_t end = begin;
        for (std::uint64_t bytes = 0; end < sites.size(); ++end) {
            bytes += bytesOf(model.architecture(), sites[end], subject.tokens());
            if (bytes > budget && end > begin)
                break;
        }
        const auto first = static_cast<std::ptrdiff_t>(begin);
        const auto last = static_cast<std::ptrdiff_t>(end);
        const Trace trace = model.run(
            subject.request({sites.begin() + first, sites.begin() + last}),
            progress.part(static_cast<double>(begin) / total, static_cast<double>(end) / total));
        for (std::size_t i = begin; i < end; ++i)
            visit(sites[i], trace.at(sites[i]));
        begin = end;
    }
}

} // namespace microtome
