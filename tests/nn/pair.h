#pragma once

#include "core/nn/open.h"
#include "tests/fakemodel.h"

#include <QTemporaryDir>

namespace microtome {

/// One random decoder twice: the reference in doubles, and the engine on files written from the
/// same weights.
struct Pair {
    std::unique_ptr<QTemporaryDir> folder;
    std::unique_ptr<FakeModel> reference;
    std::unique_ptr<Model> engine;

    const Architecture& architecture() const { return reference->architecture(); }
    std::filesystem::path path() const { return folder->path().toStdString(); }
};

/// Of the families in turn: seeds 0, 4, 8... have TransformerLens's names, 1 GPT-2's, 2 GPT-NeoX's, 3
/// Llama's.
Pair randomPair(std::uint64_t seed);
Pair pairOf(Architecture, std::uint64_t seed, const OpenOptions& = {});

/// max |a - b| / max(1, max |b|) over finite numbers; infinite where shapes differ, or one is not
/// finite and the other not the same.
double distance(const Matrix& a, const Matrix& b);

bool sameBits(const Matrix& a, const Matrix& b);

inline const Site logitsSite {Point::Logits, {}, {}};

/// For messages: every edit of the list with all that acts.
std::string words(const Edits&);

RunRequest requestOf(std::vector<TokenId> ids, std::vector<Site> want, Edits edits = {},
    std::shared_ptr<const Base> base = {});

/// The base of a run with these edits.
std::shared_ptr<const Base> baseOf(Model&, const std::vector<TokenId>& ids, const Edits& = {});

} // namespace microtome
