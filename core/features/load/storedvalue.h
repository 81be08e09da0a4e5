#pragma once

#include "core/features/load/storedtensor.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace microtome {

struct StoredObject;
struct StoredRecord;
class StoredValue;

using StoredList = std::vector<StoredValue>;

/// Keys of any kind in the order of the file; no text or integer comes twice.
using StoredDict = std::vector<std::pair<StoredValue, StoredValue>>;

/// What a tensor file holds: nothing, a number, or an object (text, bytes, a list or tuple, a dict,
/// a tensor, an inert record or the name of a class). Cheap to copy. What readTensorFile() gives
/// has no cycles, is at most 200 deep and can be walked as a tree.
class StoredValue {
public:
    StoredValue() = default;
    explicit StoredValue(bool value)
        : m_value(value)
    {
    }
    explicit StoredValue(std::int64_t value)
        : m_value(value)
    {
    }
    explicit StoredValue(double value)
        : m_value(value)
    {
    }
    explicit StoredValue(std::shared_ptr<StoredObject> object)
        : m_value(std::move(object))
    {
    }
    explicit StoredValue(StoredObject);

    bool isNone() const { return std::holds_alternative<std::monostate>(m_value); }

    /// Each gives nothing, or null, when the value is of another kind.
    std::optional<bool> boolean() const;
    std::optional<std::int64_t> integer() const;
    std::optional<double> number() const; ///< an integer or a float
    const std::string* text() const;
    const StoredBytes* bytes() const;
    const StoredList* list() const; ///< a list or a tuple
    bool isTuple() const;
    const StoredDict* dict() const;
    const StoredTensor* tensor() const;
    const StoredRecord* record() const;
    const std::string* className() const; ///< a class that stands for itself, "torch.FloatStorage"

    /// What a dict holds under a text; null when absent or this is no dict.
    const StoredValue* find(std::string_view key) const;

    /// The object shared by copies, for the readers that build it; null for nothing and numbers.
    std::shared_ptr<StoredObject> object() const;

private:
    template <class T> const T* content() const;

    std::variant<std::monostate, bool, std::int64_t, double, std::shared_ptr<StoredObject>> m_value;
};

/// A tuple, told from a list where a file's machinery needs it.
struct StoredTuple {
    StoredList items;
};

/// The name of a class or function.
struct StoredClass {
    std::string name;
};

/// An object of a known class that is only looked at: what it was made from and its attributes.
struct StoredRecord {
    std::string type; ///< "argparse.Namespace"
    StoredList arguments;
    StoredValue state; ///< nothing, or mostly a dict of attributes
};

/// What values refer to.
struct StoredObject {
    std::variant<std::string, StoredBytes, StoredList, StoredTuple, StoredDict, StoredTensor,
        StoredRecord, StoredClass>
        content;
};

} // namespace microtome
