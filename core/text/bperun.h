#pragma once

#include "core/text/bpe.h"

#include <unordered_map>

namespace microtome::text {

/// One text's way through a byte-pair encoding. Pieces that come again are looked up.
class BpeRun : public SubwordModel::Run {
public:
    explicit BpeRun(const Bpe& model)
        : m_model(model)
    {
    }

    void tokenize(std::string_view piece, std::vector<Unit>& units) override;

private:
    /// A token of the piece while it is merged, linked to its neighbours.
    struct Symbol {
        Unit unit;
        std::int32_t previous = -1;
        std::int32_t next = -1;
        bool gone = false;
    };

    /// A merge that may be made at a symbol, if both parts are still there when its turn comes.
    struct Candidate {
        std::uint32_t rank = 0;
        std::int32_t at = 0;
        std::int32_t made = 0;
    };

    void split(std::string_view piece);
    void character(std::string_view spelling, Unit unit);
    void add(Unit unit);
    void flushUnknown();
    void merge();
    void consider(std::int32_t left);

    const Bpe& m_model;
    std::vector<Symbol> m_symbols;
    std::vector<Candidate> m_queue;
    Unit m_unknown; // characters that wait for more to be fused with
    bool m_hasUnknown = false;
    std::string m_spelling;

    // Units of the pieces met so far, and where each piece's are.
    std::vector<Unit> m_known;
    std::unordered_map<std::string_view, std::pair<std::size_t, std::size_t>> m_places;
};

} // namespace microtome::text
