#pragma once

#include "core/text/vocabulary.h"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace microtome::text {

class Fields;

/// A token found in a piece, and the bytes [begin, end) of the piece it stands for.
struct Unit {
    std::int32_t id = 0;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

/// The part of a tokenizer that knows the vocabulary: it turns pieces of text into tokens.
class SubwordModel {
public:
    explicit SubwordModel(Vocabulary vocabulary)
        : m_vocabulary(std::move(vocabulary))
    {
    }
    virtual ~SubwordModel() = default;

    /// One thread's use of the model, with what it remembers between pieces.
    class Run {
    public:
        virtual ~Run() = default;

        /// Adds the tokens of a piece of valid UTF-8. The piece must stay where it is while the run
        /// lives.
        virtual void tokenize(std::string_view piece, std::vector<Unit>& units) = 0;
    };
    virtual std::unique_ptr<Run> run() const = 0;

    const Vocabulary& vocabulary() const { return m_vocabulary; }

private:
    Vocabulary m_vocabulary;
};

/// The "model" of a tokenizer.json.
std::unique_ptr<const SubwordModel> readModel(const Fields& file);

} // namespace microtome::text
