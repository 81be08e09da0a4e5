#include "views/style/theme.h"

namespace microtome {

namespace {

/// What both themes share: the pins and the two inks.
Theme common()
{
    Theme t;
    t.pins = {QColor(0xd55e00), QColor(0x0072b2), QColor(0x009e73), QColor(0xcc79a7),
        QColor(0xe69f00), QColor(0x56b4e9), QColor(0xf0e442), QColor(0x7f7f7f)};
    t.cellInk = QColor(0x15171a);
    t.cellPaper = QColor(0xf4f6f8);
    return t;
}

} // namespace

Theme Theme::light()
{
    Theme t = common();
    t.name = QStringLiteral("light");
    t.window = QColor(0xf6f6f4);
    t.panel = QColor(0xffffff);
    t.line = QColor(0xd9d9d4);
    t.band = QColor(0xecece8);
    t.text = QColor(0x1d1f22);
    t.secondary = QColor(0x6b6f75);
    t.faint = QColor(0x9a9ea4);
    t.accent = QColor(0x2f6fb2);
    t.accentBackground = QColor(0xe6eff8);
    t.positive = QColor(0xb2402f);
    t.zero = QColor(0xf7f7f5);
    t.negative = QColor(0x2f6fb2);
    t.warning = QColor(0xa66a00);
    t.magnitude = {QColor(0xfbfaf6), QColor(0xdbe7e4), QColor(0xa9cdd3), QColor(0x6fa9c4),
        QColor(0x3f7fae), QColor(0x23578c), QColor(0x123463)};
    return t;
}

Theme Theme::night()
{
    Theme t = common();
    t.name = QStringLiteral("dark");
    t.dark = true;
    t.window = QColor(0x17191c);
    t.panel = QColor(0x1e2125);
    t.line = QColor(0x33373d);
    t.band = QColor(0x262a2f);
    t.text = QColor(0xe4e6e8);
    t.secondary = QColor(0x9aa0a6);
    t.faint = QColor(0x6d737a);
    t.accent = QColor(0x6aa7e0);
    t.accentBackground = QColor(0x21354a);
    t.positive = QColor(0xe07a66);
    t.zero = QColor(0x24272b);
    t.negative = QColor(0x6aa7e0);
    t.warning = QColor(0xd9a441);
    t.magnitude = {QColor(0x1f2328), QColor(0x203445), QColor(0x22506f), QColor(0x2b7196),
        QColor(0x4d98b4), QColor(0x8fc4cc), QColor(0xe4efe6)};
    return t;
}

} // namespace microtome
