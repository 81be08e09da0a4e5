#include "core/features/load/codertensors.h"

#include "core/features/load/tensorview.h"
#include "core/text/clip.h"
#include "core/work/error.h"

#include <algorithm>

namespace microtome {

namespace {

std::string shapeText(const std::vector<std::int64_t>& shape)
{
    std::string text;
    for (const auto size : shape)
        text += (text.empty() ? "" : " x ") + std::to_string(size);
    return shape.empty() ? "a single number" : text;
}

std::vector<std::int64_t> signedShape(const std::vector<std::size_t>& shape)
{
    return {shape.begin(), shape.end()};
}

bool isOfTensors(const std::string& file)
{
    return file.ends_with(".safetensors");
}

} // namespace

CoderTensors::CoderTensors(const CoderFolder& folder, const std::string& file)
    : m_file(file)
{
    if (isOfTensors(file))
        m_tensors = viewsOf(folder.safeTensors(file), file);
    else
        *this = CoderTensors(file, folder.tensorFile(file).value);
}

CoderTensors::CoderTensors(std::string file, const StoredValue& dict)
    : m_file(std::move(file))
{
    if (!dict.dict())
        throw Error(text::clip(m_file) + " holds no table of tensors.");
    for (const auto& [name, value] : *dict.dict())
        if (const std::string* text = name.text(); text && value.tensor())
            m_tensors.emplace(*text, *value.tensor());
}

void CoderTensors::refuse(const std::string& name, const std::string& why) const
{
    throw Error("The tensor " + text::clip(name) + " of " + text::clip(m_file) + " " + why + ".");
}

bool CoderTensors::hasAll(std::initializer_list<const char*> names) const
{
    return std::all_of(names.begin(), names.end(), [&](const char* name) { return has(name); });
}

const StoredTensor& CoderTensors::at(const std::string& name) const
{
    const auto found = m_tensors.find(name);
    if (found == m_tensors.end())
        throw Error(text::clip(m_file) + " lacks the tensor " + text::clip(name)
            + ", which its format needs; download it again.");
    return found->second;
}

const std::vector<std::int64_t>& CoderTensors::shape(
    const std::string& name, std::size_t axes) const
{
    const auto& shape = at(name).shape();
    if (shape.size() != axes || at(name).count() == 0)
        refuse(name,
            "has the shape " + shapeText(shape) + " where " + std::to_string(axes)
                + (axes == 1 ? " size" : " sizes") + " above 0 are expected");
    return shape;
}

std::size_t CoderTensors::size(const std::string& name, std::size_t axes, std::size_t axis) const
{
    return static_cast<std::size_t>(shape(name, axes)[axis]);
}

void CoderTensors::checkShape(
    const std::string& name, const std::vector<std::size_t>& expected) const
{
    const auto& stored = at(name).shape();
    auto wanted = signedShape(expected);
    if (stored == wanted)
        return;
    const std::string sizes = "is " + shapeText(stored) + " where " + shapeText(wanted) + " fits";
    std::reverse(wanted.begin(), wanted.end());
    refuse(name, stored == wanted ? sizes + "; its axes are swapped" : sizes);
}

std::vector<float> CoderTensors::vector(const std::string& name, std::size_t size) const
{
    const StoredTensor& tensor = at(name);
    if (tensor.shape().size() != 2 || tensor.shape()[0] != 1) // some keep [1, n]
        checkShape(name, {size});
    else
        checkShape(name, {1, size});
    return tensor.floats();
}

std::vector<float> CoderTensors::vectorIfThere(const std::string& name, std::size_t size) const
{
    return has(name) ? vector(name, size) : std::vector<float>();
}

float CoderTensors::number(const std::string& name) const
{
    if (at(name).count() != 1)
        refuse(name, "has the shape " + shapeText(at(name).shape()) + " where one number fits");
    return at(name).floats().front();
}

Matrix CoderTensors::matrix(
    const std::string& name, std::size_t latents, std::size_t places, Stored stored) const
{
    if (stored == Stored::Either)
        stored = at(name).shape() == signedShape({latents, places}) ? Stored::LatentsFirst
                                                                    : Stored::LatentsLast;
    if (stored == Stored::LatentsFirst) {
        checkShape(name, {latents, places});
        return at(name).matrix();
    }
    checkShape(name, {places, latents});
    return transposed(at(name));
}

StoredTensor CoderTensors::checkedSlice(const std::string& name, std::size_t axis,
    std::size_t index, const std::vector<std::size_t>& expected) const
{
    auto stored = shape(name, 3);
    if (static_cast<std::int64_t>(index) >= stored[axis])
        refuse(name, "has no entry " + std::to_string(index));
    stored.erase(stored.begin() + static_cast<std::ptrdiff_t>(axis));
    if (stored != signedShape(expected))
        refuse(name,
            "is " + shapeText(at(name).shape()) + ", in which " + shapeText(signedShape(expected))
                + " does not fit");
    return sliced(at(name), axis, static_cast<std::int64_t>(index));
}

Matrix CoderTensors::slice(const std::string& name, std::size_t axis, std::size_t index,
    std::size_t rows, std::size_t columns) const
{
    return checkedSlice(name, axis, index, {rows, columns}).matrix();
}

Matrix CoderTensors::transposedSlice(const std::string& name, std::size_t axis, std::size_t index,
    std::size_t rows, std::size_t columns) const
{
    return transposed(checkedSlice(name, axis, index, {columns, rows}));
}

} // namespace microtome
