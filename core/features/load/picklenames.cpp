#include "core/features/load/picklenames.h"

#include "core/features/load/numpyvalues.h"
#include "core/features/load/torchvalues.h"
#include "core/features/load/unreadable.h"
#include "core/text/clip.h"
#include "core/text/unicode.h"

#include <algorithm>
#include <array>

namespace microtome {

namespace {

using std::string_view_literals::operator""sv;

/// Objects that are only looked at. They reach the reader as a name, arguments and attributes.
constexpr std::array inertClasses{
    "argparse.Namespace"sv,
    "builtins.complex"sv,
    "builtins.range"sv,
    "builtins.slice"sv,
    "datetime.date"sv,
    "datetime.datetime"sv,
    "datetime.timedelta"sv,
    "repeng.extract.ControlVector"sv,
    "steering_vectors.steering_vector.SteeringVector"sv,
    "transformer_lens.HookedTransformerConfig.HookedTransformerConfig"sv,
    "types.SimpleNamespace"sv,
};

/// Classes that occur as values, as makers of defaults or as arguments.
constexpr std::array passiveClasses{
    "builtins.bool"sv,
    "builtins.float"sv,
    "builtins.int"sv,
    "builtins.object"sv,
    "builtins.str"sv,
};

using Call = StoredValue (*)(const StoredList&);

struct Callable {
    std::string_view name;
    Call call;
};

[[noreturn]] void unusual(const std::string& function)
{
    throw Unreadable("calls " + text::clip(function)
        + " in a way that Microtome does not know; convert it to safetensors");
}

StoredValue makeList(const StoredList& arguments)
{
    if (arguments.empty())
        return StoredValue(StoredObject{StoredList{}});
    if (arguments.size() != 1 || !arguments[0].list())
        unusual("builtins.list");
    return StoredValue(StoredObject{*arguments[0].list()});
}

StoredValue makeTuple(const StoredList& arguments)
{
    if (arguments.size() != 1 || !arguments[0].list())
        unusual("builtins.tuple");
    return StoredValue(StoredObject{StoredTuple{*arguments[0].list()}});
}

/// dict(), dict(another) and dict([(key, value), ...]).
StoredValue makeDict(const StoredList& arguments)
{
    StoredDict dict;
    if (!arguments.empty()) {
        if (const StoredDict* other = arguments[0].dict())
            dict = *other;
        else if (const StoredList* pairs = arguments[0].list())
            for (const StoredValue& pair : *pairs) {
                if (!pair.list() || pair.list()->size() != 2)
                    unusual("builtins.dict");
                dict.emplace_back(pair.list()->front(), pair.list()->back());
            }
        else
            unusual("builtins.dict");
    }
    return StoredValue(StoredObject{std::move(dict)});
}

StoredValue makeDefaultDict(const StoredList& arguments)
{
    return makeDict(
        arguments.empty() ? arguments : StoredList(arguments.begin() + 1, arguments.end()));
}

StoredValue bytesOf(std::string made)
{
    const auto owner = std::make_shared<const std::string>(std::move(made));
    return StoredValue(StoredObject{StoredBytes({owner, std::as_bytes(std::span(*owner))})});
}

/// _codecs.encode(text, "latin1"), which is how bytes are written before protocol 3.
StoredValue encodeLatin(const StoredList& arguments)
{
    if (arguments.size() != 2 || !arguments[0].text() || !arguments[1].text()
        || (*arguments[1].text() != "latin1" && *arguments[1].text() != "latin-1"))
        unusual("_codecs.encode");
    const std::string& from = *arguments[0].text();
    std::string made;
    for (std::size_t i = 0; i < from.size();) {
        const char32_t c = text::nextCodePoint(from, i);
        if (c > 0xFF)
            unusual("_codecs.encode");
        made += static_cast<char>(static_cast<unsigned char>(c));
    }
    return bytesOf(std::move(made));
}

StoredValue makeBytes(const StoredList& arguments)
{
    if (arguments.empty())
        return bytesOf({});
    if (arguments.size() == 1 && arguments[0].bytes())
        return arguments[0];
    return encodeLatin(arguments);
}

/// pathlib.PosixPath("/", "a", "b") is the text "/a/b".
StoredValue joinPath(const StoredList& arguments)
{
    std::string path;
    for (const StoredValue& part : arguments) {
        if (!part.text())
            unusual("pathlib.PosixPath");
        if (!path.empty() && path.back() != '/')
            path += '/';
        path += *part.text();
    }
    return StoredValue(StoredObject{std::move(path)});
}

/// copyreg._reconstructor(class, object, None) makes an empty object of a class.
StoredValue reconstruct(const StoredList& arguments)
{
    if (arguments.size() != 3 || !arguments[0].className() || !arguments[1].className()
        || *arguments[1].className() != "builtins.object" || !arguments[2].isNone())
        unusual("copyreg._reconstructor");
    const std::string& type = *arguments[0].className();
    if (std::find(inertClasses.begin(), inertClasses.end(), type) == inertClasses.end())
        unusual(type);
    return StoredValue(StoredObject{StoredRecord{type, {}, {}}});
}

constexpr std::array callables{
    Callable{"_codecs.encode", encodeLatin},
    Callable{"builtins.bytearray", makeBytes},
    Callable{"builtins.bytes", makeBytes},
    Callable{"builtins.dict", makeDict},
    Callable{"builtins.frozenset", makeList},
    Callable{"builtins.list", makeList},
    Callable{"builtins.set", makeList},
    Callable{"builtins.tuple", makeTuple},
    Callable{"collections.Counter", makeDict},
    Callable{"collections.OrderedDict", makeDict},
    Callable{"collections.defaultdict", makeDefaultDict},
    Callable{"copyreg._reconstructor", reconstruct},
    Callable{"numpy.core.multiarray._reconstruct", numpyvalues::reconstructArray},
    Callable{"numpy.core.multiarray.scalar", numpyvalues::makeScalar},
    Callable{"numpy.core.numeric._frombuffer", numpyvalues::arrayFromBuffer},
    Callable{"numpy.dtype", numpyvalues::makeDtype},
    Callable{"pathlib.PosixPath", joinPath},
    Callable{"pathlib.PurePosixPath", joinPath},
    Callable{"torch.Size", makeTuple},
    Callable{"torch._tensor._rebuild_from_type_v2", torchvalues::rebuildFromType},
    Callable{"torch._utils._rebuild_parameter", torchvalues::rebuildParameter},
    Callable{"torch._utils._rebuild_parameter_with_state", torchvalues::rebuildParameter},
    Callable{"torch._utils._rebuild_tensor", torchvalues::rebuildTensor},
    Callable{"torch._utils._rebuild_tensor_v2", torchvalues::rebuildTensor},
    Callable{"torch._utils._rebuild_tensor_v3", torchvalues::rebuildTypedTensor},
    Callable{"torch.device", torchvalues::makeDevice},
};

template <class Names> bool holds(const Names& names, std::string_view name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

Call callOf(std::string_view name)
{
    for (const Callable& callable : callables)
        if (callable.name == name)
            return callable.call;
    return nullptr;
}

/// One name for what Python 2, numpy 2 and newer standard libraries call differently.
std::string plainName(std::string_view module, std::string_view name)
{
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> renamed{{
        {"__builtin__", "builtins"},
        {"copy_reg", "copyreg"},
        {"numpy._core.multiarray", "numpy.core.multiarray"},
        {"numpy._core.numeric", "numpy.core.numeric"},
        {"pathlib._local", "pathlib"},
    }};
    for (const auto& [from, to] : renamed)
        if (module == from)
            module = to;
    return std::string(module) + "." + std::string(name);
}

} // namespace

StoredValue nameInPickle(std::string_view module, std::string_view name)
{
    std::string full = plainName(module, name);
    if (torchvalues::isTypeName(full))
        return StoredValue(StoredObject{std::move(full)});
    if (callOf(full) || holds(inertClasses, full) || holds(passiveClasses, full)
        || torchvalues::isClass(full) || full == numpyvalues::arrayClass)
        return StoredValue(StoredObject{StoredClass{std::move(full)}});
    throw Unreadable("asks for " + text::clip(full)
        + ", which Microtome does not run or know; convert it to safetensors");
}

StoredValue callInPickle(const std::string& function, const StoredList& arguments)
{
    if (const Call call = callOf(function))
        return call(arguments);
    if (!holds(inertClasses, function))
        unusual(function);
    return StoredValue(StoredObject{StoredRecord{function, arguments, {}}});
}

void setStateInPickle(StoredObject& object, const StoredValue& state)
{
    if (std::holds_alternative<StoredDict>(object.content))
        return;
    auto* record = std::get_if<StoredRecord>(&object.content);
    if (!record || !record->state.isNone())
        throw Unreadable("gives a state to something that takes none; convert it to safetensors");
    if (record->type == numpyvalues::arrayClass)
        object.content = numpyvalues::arrayFromState(state);
    else
        record->state = state;
}

} // namespace microtome
