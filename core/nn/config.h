#pragma once

#include "core/model/architecture.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

namespace microtome::nn {

/// A JSON object from a file of at most `longest` bytes. Throws Error with a sentence when it is not
/// that, or is nested too deeply to be handled safely.
nlohmann::json readJson(const std::filesystem::path&, std::uintmax_t longest);

/// A model's config.json, read with sentences for what is missing or of the wrong kind.
class Config {
public:
    explicit Config(const nlohmann::json& form)
        : m_form(form)
    {
    }

    bool has(const char* key) const;
    int integer(const char* key) const; ///< throws Error when missing
    int integer(const char* key, int otherwise) const;
    double number(const char* key, double otherwise) const;
    bool flag(const char* key, bool otherwise) const;
    std::string text(const char* key, const std::string& otherwise) const;
    Config object(const char* key) const; ///< an empty one when missing
    const nlohmann::json& form() const { return m_form; }

private:
    nlohmann::json m_form;
};

/// The activation by its name in configurations (`gelu_new`, `silu`, ...). Throws Error when unknown.
Activation activationNamed(const std::string&);

/// Rotary base and scaling: `rope_theta` and `rope_scaling` (with `type` or `rope_type`), or
/// `rope_parameters` of transformers 5. Throws Error for a kind of scaling that is not known.
void readRope(const Config&, Architecture&);

/// `bos_token_id`, `eos_token_id` (a number or a list).
void readSpecialTokens(const Config&, Architecture&);

} // namespace microtome::nn
