#include "tests/core/features/load/told.h"

#include <span>

using namespace microtome;

namespace {

std::string hex(std::span<const std::byte> bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::byte b : bytes) {
        text += digits[std::to_integer<std::size_t>(b >> 4)];
        text += digits[std::to_integer<std::size_t>(b & std::byte{15})];
    }
    return text;
}

std::string joined(const StoredList& items)
{
    std::string text;
    for (const StoredValue& item : items)
        text += (text.empty() ? "" : ",") + told(item);
    return text;
}

std::string told(const StoredTensor& tensor)
{
    constexpr std::string_view names[]{
        "F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "Bool"};
    std::string shape;
    for (const auto size : tensor.shape())
        shape += (shape.empty() ? "" : ",") + std::to_string(size);
    const std::vector<float> floats = tensor.floats();
    return std::string(names[static_cast<std::size_t>(tensor.dtype())]) + "[" + shape
        + "]=" + hex(std::as_bytes(std::span(floats)));
}

} // namespace

std::string told(const StoredValue& value)
{
    if (const auto yes = value.boolean())
        return *yes ? "True" : "False";
    if (const auto whole = value.integer())
        return std::to_string(*whole);
    if (const auto number = value.number())
        return "float " + hex(std::as_bytes(std::span(&*number, 1)));
    if (const std::string* text = value.text())
        return "text " + hex(std::as_bytes(std::span(*text)));
    if (const StoredBytes* bytes = value.bytes())
        return "bytes " + hex(bytes->bytes().bytes);
    if (const StoredList* list = value.list())
        return value.isTuple() ? "(" + joined(*list) + ")" : "[" + joined(*list) + "]";
    if (const StoredDict* dict = value.dict()) {
        std::string text;
        for (const auto& [key, item] : *dict)
            text += (text.empty() ? "" : ",") + told(key) + ":" + told(item);
        return "{" + text + "}";
    }
    if (const StoredTensor* tensor = value.tensor())
        return told(*tensor);
    if (const StoredRecord* record = value.record())
        return "record " + record->type + "(" + joined(record->arguments) + ")"
            + told(record->state);
    if (const std::string* name = value.className())
        return "class " + *name;
    return "None";
}
