#include "views/style/tokentext.h"

#include <QStringList>

#include <cstdint>

namespace microtome {

namespace {

struct Decoded {
    char32_t code = 0;
    std::size_t length = 0; // 0: no whole character starts here
};

/// The UTF-8 character at the start of `s`, refusing overlong forms and surrogates (RFC 3629).
Decoded decodeFirst(std::string_view s)
{
    const auto lead = static_cast<std::uint8_t>(s[0]);
    if (lead < 0x80)
        return {lead, 1};
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || s.size() < length)
        return {};
    char32_t code = lead & (0x7fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        const auto byte = static_cast<std::uint8_t>(s[i]);
        if ((byte & 0xc0) != 0x80)
            return {};
        code = (code << 6) | (byte & 0x3f);
    }
    const char32_t least = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80;
    if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return {};
    return {code, length};
}

QString bracketed(const QString& inside)
{
    return QStringLiteral("\u27e8") + inside + QStringLiteral("\u27e9");
}

QString visible(char32_t code, bool first)
{
    switch (code) {
    case '\n':
        return QStringLiteral("\u23ce");
    case '\t':
        return QStringLiteral("\u21e5");
    case 0x7f:
        return QStringLiteral("\u2421");
    case 0xa0:
        return QStringLiteral("\u237d");
    default:
        break;
    }
    if (code < 0x20)
        return QChar(static_cast<char16_t>(0x2400 + code));
    const auto category = QChar::category(code);
    const bool invisible = category == QChar::Other_Control || category == QChar::Other_Format
        || category == QChar::Other_NotAssigned || category == QChar::Other_PrivateUse
        || category == QChar::Separator_Line || category == QChar::Separator_Paragraph
        || category == QChar::Separator_Space;
    if (invisible && code != ' ')
        return bracketed(QStringLiteral("U+")
            + QString::number(static_cast<uint>(code), 16).toUpper().rightJustified(4, u'0'));
    const QString text = QString::fromUcs4(&code, 1);
    const bool combining = category == QChar::Mark_NonSpacing || category == QChar::Mark_Enclosing
        || category == QChar::Mark_SpacingCombining;
    return first && combining ? QStringLiteral("\u25cc") + text : text;
}

QString nameOfSpecial(std::string_view bytes)
{
    for (const char* begin : {"<s>", "<bos>", "<BOS>", "[BOS]", "<|begin_of_text|>",
             "<|startoftext|>", "<|bos|>", "<|begin_of_sentence|>"}) {
        if (bytes == begin)
            return QStringLiteral("BOS");
    }
    for (const char* end : {"</s>", "<eos>", "<EOS>", "[EOS]", "<|end_of_text|>", "<|eos|>"}) {
        if (bytes == end)
            return QStringLiteral("EOS");
    }
    return {};
}

} // namespace

QString displayToken(std::string_view bytes, bool special)
{
    if (bytes.empty())
        return QStringLiteral("\u2205");
    if (special) {
        if (const QString name = nameOfSpecial(bytes); !name.isEmpty())
            return name;
    }
    const std::size_t firstInk = bytes.find_first_not_of(' ');
    const std::size_t lastInk = bytes.find_last_not_of(' ');
    QString shown;
    QStringList stray;
    const auto closeStray = [&] {
        if (!stray.isEmpty())
            shown += bracketed(stray.join(QLatin1Char(' ')));
        stray.clear();
    };
    for (std::size_t i = 0; i < bytes.size();) {
        const Decoded d = decodeFirst(bytes.substr(i));
        if (d.length == 0) {
            stray << QString::number(static_cast<std::uint8_t>(bytes[i]), 16)
                         .toUpper()
                         .rightJustified(2, QLatin1Char('0'));
            ++i;
            continue;
        }
        closeStray();
        const bool edge = firstInk == std::string_view::npos || i < firstInk || i > lastInk;
        shown
            += d.code == ' ' && edge ? QStringLiteral("\u00b7") : visible(d.code, shown.isEmpty());
        i += d.length;
    }
    closeStray();
    return shown;
}

} // namespace microtome
