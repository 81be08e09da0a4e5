#include "core/store/vectors.h"

#include "core/store/json.h"

namespace microtome {

namespace {

const std::string vectorQuery = "SELECT id, name, site, dtype, data, provenance FROM vector ";

StoredVector vectorFrom(const Statement& row)
{
    StoredVector vector{.id = row.id<VectorId>(0),
        .name = row.text(1),
        .site = row.text(2),
        .values = {},
        .provenance = jsonFrom(row.text(5))};
    const std::optional<Dtype> dtype = dtypeNamed(row.text(3));
    const std::span<const std::byte> bytes = row.blob(4);
    if (!dtype || (*dtype != Dtype::F32 && *dtype != Dtype::F16)
        || bytes.size() % dtypeSize(*dtype) != 0)
        throw Error("The vector “" + vector.name + "” is damaged; make it again.");
    decode(bytes, *dtype, vector.values);
    return vector;
}

} // namespace

VectorId Vectors::add(const StoredVector& vector, Dtype dtype)
{
    if (dtype != Dtype::F32 && dtype != Dtype::F16)
        throw Error("A vector can be kept as f32 or f16 only.");
    const std::vector<std::byte> bytes = encode(vector.values, dtype);
    m_database
        .prepare("INSERT INTO vector (name, site, dtype, data, provenance)"
                 " VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind(vector.name, vector.site, dtypeName(dtype), bytes, jsonText(vector.provenance))
        .run();
    return static_cast<VectorId>(m_database.lastId());
}

std::optional<StoredVector> Vectors::get(VectorId id)
{
    Statement row = m_database.prepare(vectorQuery + "WHERE id = ?1").bind(id);
    return row.step() ? std::optional(vectorFrom(row)) : std::nullopt;
}

std::vector<StoredVector> Vectors::list()
{
    std::vector<StoredVector> vectors;
    Statement row = m_database.prepare(vectorQuery + "ORDER BY id");
    while (row.step())
        vectors.push_back(vectorFrom(row));
    return vectors;
}

void Vectors::rename(VectorId id, const std::string& name)
{
    m_database.prepare("UPDATE vector SET name = ?2 WHERE id = ?1").bind(id, name).run();
}

void Vectors::remove(VectorId id)
{
    m_database.prepare("DELETE FROM vector WHERE id = ?1").bind(id).run();
}

} // namespace microtome
