#pragma once

#include "views/canvas/picture.h"

#include <memory>

namespace microtome {

/// A piece of text with a number at every token.
struct ExampleLine {
    double strength = 0; ///< the largest |value|, at the left
    int peak = 0; ///< the token that has it
    QStringList tokens;
    std::vector<float> values; ///< one per token; 0 is not coloured
    bool cutBefore = true; ///< text goes on at this side
    bool cutAfter = true;
};

/// Lines of one group, and what is said over them.
struct ExampleBlock {
    QString head; ///< empty: nothing is said
    std::vector<ExampleLine> lines;
};

/// What is drawn of examples.
struct ExamplesData {
    enum class Form {
        Snippets, ///< one line each, the peaks below one another
        Contexts ///< all tokens, wrapped
    };

    std::vector<ExampleBlock> blocks;
    ColourRange range = {};
    Form form = Form::Snippets;
    bool strengths = true; ///< the numbers at the left
};

/// Pieces of text in which a feature fires, tokens coloured by its value there. Cells are
/// {line, token}, lines counted through all blocks.
class ExamplesPicture final : public Picture {
public:
    explicit ExamplesPicture(ExamplesData data);
    ExamplesPicture(const ExamplesPicture&) = delete;
    ExamplesPicture& operator=(const ExamplesPicture&) = delete;

    void paint(QPainter&, const QRectF& area, const Style&) const override;
    std::optional<Cell> hit(QPointF, const QRectF& area, const Style&) const override;
    QRectF cellRect(const Cell&, const QRectF& area, const Style&) const override;
    QSizeF preferredSize(const Style&) const override;
    std::vector<Label> labels(const QRectF& area, const Style&) const override;
    Cell neighbour(const Cell&, int right, int down) const override;
    QString describe(const Cell&) const override;
    Table table() const override;
    double usedHeight(const QRectF& area, const Style&) const override;
    std::optional<ColourRange> range() const override { return m_data.range; }

    double heightFor(double width, const Style&) const;
    int count() const { return static_cast<int>(m_lines.size()); }
    const ExampleLine& line(int row) const { return *m_lines[static_cast<std::size_t>(row)]; }
    const ExamplesData& data() const { return m_data; }

private:
    struct Placed; ///< a token, a number or a head where it is drawn
    struct Layout;

    const Layout& layout(const QRectF& area, const Style&) const;
    void placeSnippet(Layout&, int row, double y, const QRectF& area, const Style&) const;
    double placeContext(Layout&, int row, double y, const QRectF& area, const Style&) const;
    double gutter(const Style&) const;

    ExamplesData m_data;
    std::vector<const ExampleLine*> m_lines;
    mutable std::shared_ptr<const Layout> m_layout; ///< the last one: texts take long to measure
};

} // namespace microtome
