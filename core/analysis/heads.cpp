#include "core/analysis/heads.h"

#include "core/analysis/bundle.h"
#include "core/analysis/fields.h"
#include "core/work/error.h"

#include <cmath>

namespace microtome {

namespace {

constexpr std::array<const char*, headScoreCount> names{
    "previous", "duplicate", "induction", "sink", "self", "entropy"};

/// Scores of one head, in the order of HeadScore.
using OneHead = std::array<double, headScoreCount>;

/// mean A[i, i - distance] over the queries from `first` on.
double diagonal(const Matrix& a, std::size_t distance, std::size_t first)
{
    double sum = 0;
    std::size_t count = 0;
    for (std::size_t i = std::max(first, distance); i < a.rows(); ++i, ++count)
        sum += static_cast<double>(a(i, i - distance));
    return count == 0 ? 0 : sum / static_cast<double>(count);
}

double sink(const Matrix& a)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.rows(); ++i)
        sum += static_cast<double>(a(i, 0));
    return sum / static_cast<double>(a.rows());
}

double rowEntropy(const Matrix& a)
{
    double sum = 0;
    for (const float p : a.values())
        if (p > 0)
            sum -= static_cast<double>(p) * std::log(static_cast<double>(p));
    return sum / static_cast<double>(a.rows());
}

Matrix oneHead(const Matrix& whole, std::size_t head, std::size_t tokens)
{
    const auto part = whole.values().subspan(head * tokens * tokens, tokens * tokens);
    return {tokens, tokens, {part.begin(), part.end()}};
}

/// Runs a subject and adds every head's scores, divided by `sequences`.
void accumulate(Model& model, const Subject& subject,
    const std::function<OneHead(const Matrix&)>& score, double sequences,
    std::array<std::vector<double>, headScoreCount>& sums, const Progress& progress)
{
    const Architecture& a = model.architecture();
    const auto heads = static_cast<std::size_t>(a.heads);
    std::vector<Site> sites;
    for (int l = 0; l < a.layers; ++l)
        sites.push_back({Point::Pattern, Layer(l), {}});
    captureEach(
        model, subject, sites,
        [&](const Site& site, const Matrix& pattern) {
            for (std::size_t h = 0; h < heads; ++h) {
                const OneHead own = score(oneHead(pattern, h, subject.tokens()));
                for (std::size_t k = 0; k < headScoreCount; ++k)
                    sums[k][static_cast<std::size_t>(site.layer.value()) * heads + h]
                        += own[k] / sequences;
            }
        },
        progress);
}

void store(const Architecture& a, const std::array<std::vector<double>, headScoreCount>& sums,
    HeadScores& scores)
{
    for (std::size_t k = 0; k < headScoreCount; ++k)
        scores.scores[k] = Matrix(static_cast<std::size_t>(a.layers),
            static_cast<std::size_t>(a.heads), {sums[k].begin(), sums[k].end()});
}

std::array<std::vector<double>, headScoreCount> emptySums(const Architecture& a)
{
    std::array<std::vector<double>, headScoreCount> sums;
    sums.fill(std::vector<double>(static_cast<std::size_t>(a.layers * a.heads)));
    return sums;
}

} // namespace

const char* headScoreName(HeadScore kind)
{
    return names[static_cast<std::size_t>(kind)];
}

Matrix detectionPattern(HeadScore kind, const std::vector<TokenId>& ids)
{
    const std::size_t n = ids.size();
    std::vector<float> d(n * n);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j <= i; ++j) {
            // Induction is the duplicate pattern one column on, cut to j <= i: where a token
            // follows itself, it counts its own position.
            const bool hit = kind == HeadScore::Previous ? j + 1 == i
                : kind == HeadScore::Duplicate           ? j < i && ids[j] == ids[i]
                : kind == HeadScore::Induction           ? j > 0 && ids[j - 1] == ids[i]
                                                         : false;
            d[i * n + j] = hit ? 1.f : 0.f;
        }
    return {n, n, std::move(d)};
}

double detectionScore(
    const Matrix& pattern, const Matrix& detection, const HeadScoreOptions& options)
{
    double hit = 0;
    double whole = 0;
    for (std::size_t i = 0; i < pattern.rows(); ++i)
        for (std::size_t j = 0; j < pattern.columns(); ++j) {
            if ((options.excludeBos && j == 0) || (options.excludeCurrent && i == j))
                continue;
            whole += static_cast<double>(pattern(i, j));
            hit += static_cast<double>(pattern(i, j)) * static_cast<double>(detection(i, j));
        }
    return whole > 0 ? hit / whole : 0;
}

HeadScores headScores(
    Model& model, const Subject& subject, const HeadScoreOptions& options, const Progress& progress)
{
    const auto& ids = subject.prompt.ids;
    const Matrix previous = detectionPattern(HeadScore::Previous, ids);
    const Matrix duplicate = detectionPattern(HeadScore::Duplicate, ids);
    const Matrix induction = detectionPattern(HeadScore::Induction, ids);
    auto sums = emptySums(model.architecture());
    accumulate(
        model, subject,
        [&](const Matrix& a) {
            return OneHead{detectionScore(a, previous, options),
                detectionScore(a, duplicate, options), detectionScore(a, induction, options),
                sink(a), diagonal(a, 0, 0), rowEntropy(a)};
        },
        1, sums, progress);

    HeadScores scores;
    scores.length = static_cast<int>(ids.size());
    scores.bos = subject.prompt.bos;
    scores.excludeBos = options.excludeBos;
    scores.excludeCurrent = options.excludeCurrent;
    store(model.architecture(), sums, scores);
    return scores;
}

HeadScores headAtlas(Model& model, const AtlasOptions& options, const Progress& progress)
{
    const auto sequences = atlasSequences(model, options);
    const std::size_t length = sequences.front().size();
    const std::size_t n = length / 2;
    const std::size_t second = length - n;
    auto sums = emptySums(model.architecture());
    for (std::size_t s = 0; s < sequences.size(); ++s) {
        const auto whole = static_cast<double>(sequences.size());
        accumulate(
            model, Subject{{{}, sequences[s], {}, length % 2 == 1}, options.edits, {}},
            [&](const Matrix& a) {
                return OneHead{diagonal(a, 1, 1), diagonal(a, n, second),
                    diagonal(a, n - 1, second), sink(a), diagonal(a, 0, 0), rowEntropy(a)};
            },
            whole, sums,
            progress.part(static_cast<double>(s) / whole, static_cast<double>(s + 1) / whole));
    }

    HeadScores scores;
    scores.synthetic = true;
    scores.sequences = static_cast<int>(sequences.size());
    scores.length = static_cast<int>(length);
    scores.repeated = static_cast<int>(n);
    scores.bos = length % 2 == 1;
    scores.distinct = true;
    for (const auto& ids : sequences)
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < i; ++j)
                scores.distinct = scores.distinct && ids[second - n + i] != ids[second - n + j];
    scores.seed = options.seed;
    store(model.architecture(), sums, scores);
    return scores;
}

Bundle HeadScores::toBundle() const
{
    Bundle b;
    b.fields = {{"kind", "heads"}, {"synthetic", synthetic}, {"sequences", sequences},
        {"length", length}, {"repeated", repeated}, {"bos", bos}, {"distinct", distinct},
        {"seed", seed}, {"excludeBos", excludeBos}, {"excludeCurrent", excludeCurrent}};
    for (std::size_t k = 0; k < headScoreCount; ++k)
        b.matrices[names[k]] = scores[k];
    return b;
}

HeadScores HeadScores::fromBundle(const Bundle& b)
{
    b.expect("heads");
    HeadScores s;
    s.synthetic = fieldOf<bool>(b.fields, "synthetic");
    s.sequences = fieldOf<int>(b.fields, "sequences");
    s.length = fieldOf<int>(b.fields, "length");
    s.repeated = fieldOf<int>(b.fields, "repeated");
    s.bos = fieldOf<bool>(b.fields, "bos");
    s.distinct = fieldOf<bool>(b.fields, "distinct");
    s.seed = fieldOf<std::uint64_t>(b.fields, "seed");
    s.excludeBos = fieldOf<bool>(b.fields, "excludeBos");
    s.excludeCurrent = fieldOf<bool>(b.fields, "excludeCurrent");
    for (std::size_t k = 0; k < headScoreCount; ++k)
        s.scores[k] = b.matrix(names[k]);
    return s;
}

} // namespace microtome
