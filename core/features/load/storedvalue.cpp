#include "core/features/load/storedvalue.h"

namespace microtome {

StoredValue::StoredValue(StoredObject object)
    : m_value(std::make_shared<StoredObject>(std::move(object)))
{
}

template <class T> const T* StoredValue::content() const
{
    const auto* object = std::get_if<std::shared_ptr<StoredObject>>(&m_value);
    return object ? std::get_if<T>(&(*object)->content) : nullptr;
}

std::optional<bool> StoredValue::boolean() const
{
    const bool* value = std::get_if<bool>(&m_value);
    return value ? std::optional(*value) : std::nullopt;
}

std::optional<std::int64_t> StoredValue::integer() const
{
    const auto* value = std::get_if<std::int64_t>(&m_value);
    return value ? std::optional(*value) : std::nullopt;
}

std::optional<double> StoredValue::number() const
{
    if (const auto whole = integer())
        return static_cast<double>(*whole);
    const double* value = std::get_if<double>(&m_value);
    return value ? std::optional(*value) : std::nullopt;
}

const std::string* StoredValue::text() const
{
    return content<std::string>();
}

const StoredBytes* StoredValue::bytes() const
{
    return content<StoredBytes>();
}

const StoredList* StoredValue::list() const
{
    const auto* tuple = content<StoredTuple>();
    return tuple ? &tuple->items : content<StoredList>();
}

bool StoredValue::isTuple() const
{
    return content<StoredTuple>() != nullptr;
}

const StoredDict* StoredValue::dict() const
{
    return content<StoredDict>();
}

const StoredTensor* StoredValue::tensor() const
{
    return content<StoredTensor>();
}

const StoredRecord* StoredValue::record() const
{
    return content<StoredRecord>();
}

const std::string* StoredValue::className() const
{
    const auto* object = content<StoredClass>();
    return object ? &object->name : nullptr;
}

const StoredValue* StoredValue::find(std::string_view key) const
{
    if (const StoredDict* entries = dict())
        for (const auto& [name, value] : *entries)
            if (const std::string* text = name.text(); text && *text == key)
                return &value;
    return nullptr;
}

std::shared_ptr<StoredObject> StoredValue::object() const
{
    const auto* object = std::get_if<std::shared_ptr<StoredObject>>(&m_value);
    return object ? *object : nullptr;
}

} // namespace microtome
