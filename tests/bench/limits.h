#pragma once

namespace microtome::bench {

/// Operations per second of a 2048 x 2048 x 2048 product of f32 matrices on the engine's threads: the
/// best of several.
double matrixRate();

/// Bytes per second of reading memory once on the engine's threads: the best of several.
double readingRate();

/// The largest resident size of this process so far, bytes.
double peakMemory();

} // namespace microtome::bench
