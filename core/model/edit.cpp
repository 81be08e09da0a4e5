#include "core/model/edit.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace microtome {

namespace {

constexpr std::array<std::pair<Operation, const char*>, 8> names {{
    {Operation::Zero, "zero"},
    {Operation::Set, "set"},
    {Operation::Add, "add"},
    {Operation::Scale, "scale"},
    {Operation::Mean, "mean"},
    {Operation::Patch, "patch"},
    {Operation::Freeze, "freeze"},
    {Operation::Skip, "skip"},
}};

std::string shortNumber(double value)
{
    std::array<char, 32> text {};
    std::snprintf(text.data(), text.size(), "%.2f", value);
    return text.data();
}

} // namespace

bool Edit::operator==(const Edit& o) const
{
    return site == o.site && operation == o.operation && positions == o.positions && unit == o.unit
        && bos == o.bos && number == o.number && values == o.values && strength == o.strength
        && enabled == o.enabled;
}

Edits activeEdits(const Edits& edits)
{
    Edits active;
    std::copy_if(edits.begin(), edits.end(), std::back_inserter(active),
        [](const Edit& e) { return e.active(); });
    return active;
}

std::string describe(const Edit& edit)
{
    switch (edit.operation) {
    case Operation::Scale:
        return "scale × " + shortNumber(edit.number);
    case Operation::Set:
        return edit.values.empty() ? "set to " + shortNumber(edit.number) : "set";
    case Operation::Add:
        return edit.values.empty() ? "add " + shortNumber(edit.number * edit.strength)
                                   : "add " + shortNumber(edit.strength) + " v";
    default:
        return operationName(edit.operation);
    }
}

const char* operationName(Operation operation)
{
    return names[static_cast<std::size_t>(operation)].second;
}

std::optional<Operation> operationNamed(std::string_view name)
{
    for (const auto& [operation, text] : names)
        if (name == text)
            return operation;
    return {};
}

} // namespace microtome
