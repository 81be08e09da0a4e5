#pragma once

#include <stdexcept>
#include <string>

namespace microtome {

/// Something that could not be done: one sentence for the person (what happened and the way out),
/// and details for the log. Thrown in core, shown inline in the window and on standard error.
class Error : public std::runtime_error {
public:
    explicit Error(const std::string& sentence, std::string details = {})
        : std::runtime_error(sentence)
        , m_details(std::move(details))
    {
    }

    const std::string& details() const { return m_details; }

private:
    std::string m_details;
};

/// Thrown out of a computation that was asked to stop; never shown as a failure.
class Cancelled : public Error {
public:
    Cancelled()
        : Error("Cancelled.")
    {
    }
};

} // namespace microtome
