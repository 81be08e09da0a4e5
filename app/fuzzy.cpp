#include "app/fuzzy.h"

namespace microtome {

int fuzzyScore(const QString& query, const QString& text)
{
    if (query.isEmpty())
        return 1;
    const QString q = query.simplified().toCaseFolded();
    const QString t = text.toCaseFolded();
    int score = 1;
    qsizetype at = 0;
    qsizetype previous = -2;
    for (const QChar c : q) {
        if (c.isSpace())
            continue;
        const qsizetype found = t.indexOf(c, at);
        if (found < 0)
            return 0;
        const bool begins = found == 0 || !t[found - 1].isLetterOrNumber();
        score += found == previous + 1 ? 6 : begins ? 5 : 1;
        previous = found;
        at = found + 1;
    }
    if (t.startsWith(q))
        score += 20;
    else if (t.contains(q))
        score += 10;
    return score * 100 - static_cast<int>(std::min<qsizetype>(t.size(), 99));
}

} // namespace microtome
