#pragma once

#include "core/text/model.h"

#include <string>

namespace microtome::text {

/// Each piece is one token, or the unknown token.
class WordLevel : public SubwordModel {
public:
    WordLevel(Vocabulary vocabulary, std::string unknown);

    std::unique_ptr<Run> run() const override;

private:
    class Lookup;
    std::string m_unknown;
    std::int32_t m_unknownId;
};

std::unique_ptr<const SubwordModel> readWordLevel(const Fields& file);

} // namespace microtome::text
