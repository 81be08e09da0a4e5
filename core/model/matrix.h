#pragma once

#include "core/work/error.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace microtome {

/// An immutable float32 picture of numbers, rows x columns, row-major. Copies share the values, so it
/// is cheap to copy and safe across threads. No tensor of the engine ever leaves core/nn; this does.
class Matrix {
public:
    Matrix() = default;

    /// Takes `values` of rows * columns numbers.
    Matrix(std::size_t rows, std::size_t columns, std::vector<float> values)
        : m_rows(rows)
        , m_columns(columns)
    {
        if (values.size() != rows * columns)
            throw Error("A matrix was given the wrong number of values.");
        const auto owner = std::make_shared<const std::vector<float>>(std::move(values));
        m_values = std::shared_ptr<const float>(owner, owner->data());
    }

    /// Shares `rows * columns` numbers that somebody else owns and never changes.
    Matrix(std::size_t rows, std::size_t columns, std::shared_ptr<const float> values)
        : m_rows(rows)
        , m_columns(columns)
        , m_values(std::move(values))
    {
    }

    static Matrix filled(std::size_t rows, std::size_t columns, float value)
    {
        return {rows, columns, std::vector<float>(rows * columns, value)};
    }

    std::size_t rows() const { return m_rows; }
    std::size_t columns() const { return m_columns; }
    std::size_t size() const { return m_rows * m_columns; }
    bool empty() const { return size() == 0; }

    float operator()(std::size_t row, std::size_t column) const
    {
        return m_values.get()[row * m_columns + column];
    }

    std::span<const float> row(std::size_t i) const
    {
        return {m_values.get() + i * m_columns, m_columns};
    }

    std::span<const float> values() const
    {
        return {m_values.get(), m_values ? size() : 0};
    }

    /// Equal shape and equal bits for every number but NaN.
    bool operator==(const Matrix& other) const
    {
        return m_rows == other.m_rows && m_columns == other.m_columns
            && (m_values == other.m_values
                || std::equal(values().begin(), values().end(), other.values().begin()));
    }

private:
    std::size_t m_rows = 0;
    std::size_t m_columns = 0;
    std::shared_ptr<const float> m_values;
};

} // namespace microtome
