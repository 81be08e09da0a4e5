#pragma once

#include "views/canvas/picture.h"

namespace microtome {

/// A text as its tokens, wrapped in lines.
struct TokenStripData {
    enum class Form {
        Chips, ///< framed, apart from each other, as in the prompt bar
        Text ///< side by side, as running text
    };

    QStringList tokens; ///< as displayToken() writes them
    std::vector<float> values = {}; ///< one per token to colour it by, or empty
    ColourRange range = {};
    Form form = Form::Chips;
};

/// Tokens as chips or as running text, coloured by a number each. Cells are {0, token}.
class TokenStripPicture final : public Picture {
public:
    explicit TokenStripPicture(TokenStripData data);

    void paint(QPainter&, const QRectF& area, const Style&) const override;
    std::optional<Cell> hit(QPointF, const QRectF& area, const Style&) const override;
    QRectF cellRect(const Cell&, const QRectF& area, const Style&) const override;
    QSizeF preferredSize(const Style&) const override;
    std::vector<Label> labels(const QRectF& area, const Style&) const override;
    Cell neighbour(const Cell&, int right, int down) const override;
    QString describe(const Cell&) const override;
    Table table() const override;
    double usedHeight(const QRectF& area, const Style&) const override;
    std::optional<ColourRange> range() const override;

    /// Height that all tokens take in lines of `width`.
    double heightFor(double width, const Style&) const;

private:
    /// Every token's rectangle in lines of `area`'s width, from its top left corner.
    std::vector<QRectF> arrange(const QRectF& area, const Style&) const;
    std::vector<Label> labelsOn(
        const std::vector<QRectF>&, const QRectF& visible, const Style&) const;
    double width(int token, const Style&) const;
    bool hasValue(std::size_t token) const;
    int count() const { return static_cast<int>(m_data.tokens.size()); }

    TokenStripData m_data;
};

} // namespace microtome
