#include "views/prompt/hints.h"

#include "views/session/session.h"

#include <algorithm>
#include <cctype>

namespace microtome {

namespace {

bool isPunctuation(const std::string& bytes)
{
    const auto isMark = [](unsigned char c) { return std::ispunct(c) || std::isspace(c); };
    return !bytes.empty() && std::ranges::all_of(bytes, isMark);
}

Hint targetHint(const Session& session, const Tokenizer& tok)
{
    const TokenId target = session.settings().target;
    const std::string bytes = tok.bytes(target);
    const bool word = !bytes.empty() && std::isalpha(static_cast<unsigned char>(bytes.front()));
    const QString& text = session.promptText();
    if (!word || text.isEmpty() || text.back().isSpace())
        return {};
    const auto spaced = tok.encode(" " + bytes, false).ids;
    if (spaced.size() != 1 || spaced.front() == target)
        return {};
    return {Session::tr("The target “%1” has no leading space; in running text it would be “%2”.")
                .arg(session.tokenText(target), session.tokenText(spaced.front())),
        Session::tr("Use that"), [id = spaced.front()](Session& s) {
            RunSettings settings = s.settings();
            settings.target = id;
            s.setSettings(settings);
        }};
}

} // namespace

std::vector<Hint> hintsFor(const Session& session)
{
    std::vector<Hint> hints;
    if (!session.promptError().isEmpty())
        hints.push_back({session.promptError(), {}, {}, true});
    const QString& text = session.promptText();
    if (text.endsWith(u' '))
        hints.push_back(
            {Session::tr("The prompt ends with a space: most models then predict badly."),
                Session::tr("Remove it"), [](Session& s) {
                    QString trimmed = s.promptText();
                    while (trimmed.endsWith(u' '))
                        trimmed.chop(1);
                    s.setPromptText(trimmed);
                }});
    const auto tok = session.tokenizer();
    if (!tok)
        return hints;
    if (session.settings().target >= 0)
        if (Hint hint = targetHint(session, *tok); !hint.sentence.isEmpty())
            hints.push_back(std::move(hint));
    if (const RunPointer run = session.edited(); run && !run->next.top.empty()) {
        const TokenId top = run->next.top.front().id;
        const auto& eos = session.architecture().eos;
        if (std::ranges::find(eos, top) != eos.end() || tok->isSpecial(top))
            hints.push_back({Session::tr("The model thinks the text ends here."), {}, {}});
        else if (isPunctuation(tok->bytes(top)))
            hints.push_back(
                {Session::tr("The model expects “%1” next, as if the sentence were finished.")
                        .arg(session.tokenText(top)),
                    {}, {}});
    }
    return hints;
}

} // namespace microtome
