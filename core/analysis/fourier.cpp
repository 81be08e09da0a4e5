#include "core/analysis/fourier.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace microtome {

namespace {

/// cos and sin of 2π n / p for n = 0 ... p - 1.
struct Circle {
    std::vector<double> cosines, sines;

    explicit Circle(std::size_t p)
    {
        for (std::size_t n = 0; n < p; ++n) {
            const double angle
                = 2 * std::numbers::pi * static_cast<double>(n) / static_cast<double>(p);
            cosines.push_back(std::cos(angle));
            sines.push_back(std::sin(angle));
        }
    }
};

/// |F_k|² for k = 0 ... p - 1. Σ x_n exp(-2πi k n / p) of deviations from the mean, so that a row
/// of equal numbers has no power beside k = 0.
template <class Number>
std::vector<double> powers(std::span<const Number> row, const Circle& circle)
{
    const std::size_t p = row.size();
    double mean = 0;
    for (const Number x : row)
        mean += static_cast<double>(x) / static_cast<double>(p);
    std::vector<double> power(p);
    for (std::size_t k = 1; k <= p / 2; ++k) {
        double real = 0;
        double imaginary = 0;
        for (std::size_t n = 0, turn = 0; n < p; ++n, turn = (turn + k) % p) {
            real += (static_cast<double>(row[n]) - mean) * circle.cosines[turn];
            imaginary += (static_cast<double>(row[n]) - mean) * circle.sines[turn];
        }
        power[k] = power[p - k] = real * real + imaginary * imaginary;
    }
    if (p > 0)
        power[0] = mean * mean * static_cast<double>(p) * static_cast<double>(p);
    return power;
}

/// `size` is the mean square of the numbers that the row was made of: what is less than a millionth
/// of them is rounding.
template <class Number>
RowSpectrum spectrum(std::span<const Number> row, const Circle& circle, double size)
{
    RowSpectrum out;
    const std::size_t p = row.size();
    out.power = powers(row, circle);
    double all = 0;
    double squares = 0;
    double pairSquares = 0;
    double most = 0;
    for (std::size_t k = 1; k <= p / 2; ++k) {
        const double sides = 2 * k == p ? 1 : 2; // p / 2 is its own mirror image
        const double power = sides * out.power[k];
        all += power;
        squares += sides * out.power[k] * out.power[k];
        pairSquares += power * power;
        if (power > most) {
            most = power;
            out.key = static_cast<int>(k);
        }
    }
    if (all <= 1e-12 * size * static_cast<double>(p * p)) { // Parseval: Σ|F|² = p Σ x²
        out.key = 0;
        return out;
    }
    out.twoSided = squares / (all * all);
    out.oneSided = pairSquares / (all * all);
    out.share = most / all;
    return out;
}

} // namespace

RowSpectrum rowSpectrum(std::span<const float> row)
{
    double size = 0;
    for (const float x : row)
        size += static_cast<double>(x) * static_cast<double>(x) / static_cast<double>(row.size());
    return spectrum(row, Circle(row.size()), size);
}

std::vector<double> embeddingSpectrum(const Matrix& rows)
{
    const std::size_t p = rows.rows();
    const Circle circle(p);
    std::vector<double> out(p / 2 + 1);
    std::vector<float> column(p);
    for (std::size_t d = 0; d < rows.columns(); ++d) {
        for (std::size_t n = 0; n < p; ++n)
            column[n] = rows(n, d);
        const auto power = powers(std::span<const float>(column), circle);
        for (std::size_t k = 0; k <= p / 2; ++k)
            out[k] += k == 0 || 2 * k == p ? power[k] : 2 * power[k];
    }
    double all = 0;
    for (std::size_t k = 1; k < out.size(); ++k)
        all += out[k];
    for (double& x : out)
        x = all > 0 ? x / all : 0;
    return out;
}

std::vector<TokenId> PairTask::idsOf(int first, int second) const
{
    std::vector<TokenId> ids = prompt;
    ids.at(static_cast<std::size_t>(a.value())) = numbers.at(static_cast<std::size_t>(first));
    ids.at(static_cast<std::size_t>(b.value())) = numbers.at(static_cast<std::size_t>(second));
    return ids;
}

Matrix pairValues(Model& model, const PairTask& task, const Site& site, const Progress& progress)
{
    const auto length = static_cast<int>(task.prompt.size());
    const auto within = [&](Position p) { return p.value() >= 0 && p.value() < length; };
    if (task.numbers.size() < 2 || !within(task.a) || !within(task.b) || task.a == task.b)
        throw Error("Pairs need at least two numbers, and a place for each of the two in the "
                    "prompt.");
    model.architecture().check(site);
    if (site.point == Point::AttnScores || site.point == Point::Pattern)
        throw Error("A map of attention has no values of one position; choose another site.");
    constexpr std::size_t batch = 512;
    const auto p = static_cast<int>(task.modulus());
    const auto pairs = task.modulus() * task.modulus();
    std::vector<float> values;
    std::size_t width = 0;
    for (std::size_t from = 0; from < pairs; from += batch) {
        std::vector<RunRequest> requests;
        for (std::size_t i = from; i < std::min(pairs, from + batch); ++i) {
            const auto pair = static_cast<int>(i);
            RunRequest request;
            request.ids = task.idsOf(pair / p, pair % p);
            request.want = {site};
            if (site.point == Point::Logits)
                request.logitPositions = {Position(length - 1)};
            requests.push_back(std::move(request));
        }
        for (const Trace& trace : model.run(requests)) {
            const Matrix all = trace.at(site);
            const auto row = all.row(all.rows() - 1);
            width = row.size();
            values.insert(values.end(), row.begin(), row.end());
        }
        progress.step(
            static_cast<double>(std::min(pairs, from + batch)) / static_cast<double>(pairs));
    }
    return {pairs, width, std::move(values)};
}

std::vector<NeuronSpectra> neuronSpectra(
    const Matrix& values, int modulus, const Progress& progress)
{
    const auto p = static_cast<std::size_t>(std::max(modulus, 0));
    if (p == 0 || values.rows() != p * p)
        throw Error("Spectra over pairs need a row for every pair of numbers below the modulus.");
    const Circle circle(p);
    std::vector<NeuronSpectra> out;
    for (std::size_t unit = 0; unit < values.columns(); ++unit) {
        std::vector<double> a(p), b(p), sum(p);
        double mean = 0;
        double square = 0;
        for (std::size_t i = 0; i < p; ++i)
            for (std::size_t j = 0; j < p; ++j) {
                const double x = static_cast<double>(values(i * p + j, unit));
                a[i] += x;
                b[j] += x;
                sum[(i + j) % p] += x;
                mean += x;
                square += x * x;
            }
        const auto n = static_cast<double>(p * p);
        mean /= n;
        NeuronSpectra one;
        one.deviation = std::sqrt(std::max(0.0, square / n - mean * mean));
        for (const auto& [row, to] : {std::pair{&a, &one.a}, {&b, &one.b}, {&sum, &one.sum}}) {
            for (double& x : *row)
                x /= static_cast<double>(p);
            *to = spectrum(std::span<const double>(*row), circle, square / n);
        }
        out.push_back(std::move(one));
        progress.step(static_cast<double>(unit + 1) / static_cast<double>(values.columns()));
    }
    return out;
}

double sumAccuracy(const Matrix& logits, const PairTask& task)
{
    const std::size_t p = task.modulus();
    if (p == 0 || logits.rows() != p * p)
        throw Error("The accuracy over pairs needs the logits of every pair.");
    std::size_t right = 0;
    for (std::size_t i = 0; i < p * p; ++i) {
        const auto row = logits.row(i);
        const auto top = std::max_element(row.begin(), row.end()) - row.begin();
        right += top == task.numbers[(i / p + i % p) % p];
    }
    return static_cast<double>(right) / static_cast<double>(p * p);
}

} // namespace microtome
