#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace microtome {

/// The numbers of one latent's values v_1 ... v_n where it fires. All are 0 for a dead latent.
struct ValueNumbers {
    std::uint32_t count = 0; ///< n
    double sum = 0; ///< Σ v, in f64 in the order of tokens
    double sumSquares = 0; ///< Σ v²
    float max = 0;
    float min = 0;

    /// Third standardised moment m_3 / m_2^1.5 with m_k = Σ (v - mean)^k / n; 0 where all are
    /// equal.
    float skew = 0;

    /// Quantiles: the smallest stored value that at least q n of the stored ones do not exceed
    /// (inverse of the empirical distribution), cut to min ... max.
    float q50 = 0;
    float q90 = 0;
    float q99 = 0;
};

/// Takes the values of one latent after the other and gives their numbers; its memory does not grow
/// with them.
class ValueCounter {
public:
    /// For values of at most this size: it decides the exponent. Forgets what was before.
    void begin(float largest);

    /// The exponent that values are stored with, which puts the largest |value| into 2^14 ... 2^15:
    /// so 11 bits are kept of every value down to 2^-28 of the largest (and above 2^-114).
    std::int32_t exponent() const { return m_exponent; }

    /// Counts a value, not 0, and returns the half h that is stored for it: value ~ h 2^exponent.
    /// One that is too small for that is stored as the smallest of its sign.
    std::uint16_t add(float value);

    ValueNumbers numbers();

private:
    float quantile(unsigned percent);

    std::int32_t m_exponent = 0;
    float m_scale = 1; ///< 2^-exponent
    ValueNumbers m_numbers;
    float m_shift = 0; ///< the first value: moments are taken about it
    std::array<double, 3> m_moments{}; ///< Σ (v - shift)^k, k = 1, 2, 3
    std::vector<std::uint16_t> m_few; ///< stored values in the order of floats, while they are few
    std::vector<std::uint32_t> m_counts; ///< how often each, when they are many
    bool m_many = false;
};

/// h 2^exponent.
float storedValue(std::uint16_t half, std::int32_t exponent);

} // namespace microtome
