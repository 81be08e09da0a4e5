#pragma once

#include "core/model/model.h"

#include <span>
#include <vector>

namespace microtome {

/// The power of one row of numbers over Z_p, frequency by frequency. With
/// F_k = Σ_n x_n exp(-2πi k n / p), frequencies k and p - k of a real row have the same power; the
/// mean (k = 0) is no frequency and counts nowhere below. A row of zeros, or of one number only,
/// has no spectrum: its ratios and its key are 0.
struct RowSpectrum {
    std::vector<double> power; ///< |F_k|² for k = 0 ... p - 1

    /// Inverse participation ratio Σ|F|⁴ / (Σ|F|²)² (methods #54): 1 over the number of frequencies
    /// among which the power is shared. A cosine has 0.5 with k and p - k told apart, 1 with the
    /// two as one; a row of noise about 2 / p and 4 / p.
    double twoSided = 0;
    double oneSided = 0;

    int key = 0; ///< the strongest frequency, 1 ... p / 2
    double share = 0; ///< of the power, that of `key` (and of p - key)
};

/// By the definition, p² products.
RowSpectrum rowSpectrum(std::span<const float> row);

/// How the vectors of p tokens, rows [p, width], are made of waves over the tokens: the power of
/// each frequency k = 0 ... p / 2 (k and p - k together), summed over the dimensions, as a share of
/// all but k = 0.
std::vector<double> embeddingSpectrum(const Matrix& rows);

/// A task over pairs of numbers a, b in Z_p, as prompts of one form.
struct PairTask {
    std::vector<TokenId> numbers; ///< the tokens of 0 ... p - 1
    std::vector<TokenId> prompt; ///< a prompt, in which `a` and `b` are put
    Position a;
    Position b;

    std::size_t modulus() const { return numbers.size(); }
    std::vector<TokenId> idsOf(int a, int b) const;
};

/// The values of a site at the last position on every pair: [p * p, width], pair (a, b) in row
/// a * p + b. Throws Error when the task makes no sense for the model.
Matrix pairValues(Model&, const PairTask&, const Site&, const Progress& = {});

/// How one neuron answers to pairs: the spectra of its mean over everything but a, but b, and but
/// the sum a + b.
struct NeuronSpectra {
    RowSpectrum a;
    RowSpectrum b;
    RowSpectrum sum;
    double deviation = 0; ///< standard deviation over all pairs; 0: the neuron is dead
};

/// Of every column of `values` [p * p, neurons], as pairValues gives them.
std::vector<NeuronSpectra> neuronSpectra(const Matrix& values, int modulus, const Progress& = {});

/// Share of the pairs on which the model's top token is that of a + b mod p. Logits are those of
/// pairValues at the Logits site.
double sumAccuracy(const Matrix& logits, const PairTask&);

} // namespace microtome
