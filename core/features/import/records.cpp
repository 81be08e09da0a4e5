#include "core/features/import/records.h"

#include "core/features/load/unreadable.h"

#include <istream>
#include <utility>

namespace microtome {

namespace {

using nlohmann::json;

constexpr std::size_t deepest = 16;
constexpr std::size_t mostValues = std::size_t{1} << 21;

/// Builds one value after the other from what the parser meets, and hands on the records.
class Records : public nlohmann::json_sax<json> {
public:
    Records(ImportStream& stream, const OnRecord& onRecord)
        : m_stream(stream)
        , m_onRecord(onRecord)
    {
    }

    bool null() override { return scalar(nullptr); }
    bool boolean(bool value) override { return scalar(value); }
    bool number_integer(number_integer_t value) override { return scalar(value); }
    bool number_unsigned(number_unsigned_t value) override { return scalar(value); }
    bool number_float(number_float_t value, const string_t&) override { return scalar(value); }
    bool string(string_t& value) override { return scalar(std::move(value)); }
    bool binary(binary_t&) override { return false; }

    bool key(string_t& name) override
    {
        m_key = std::move(name);
        return true;
    }

    bool start_object(std::size_t) override { return start(json::object()); }
    bool end_object() override { return end(); }
    bool start_array(std::size_t) override { return start(json::array()); }

    bool end_array() override
    {
        if (m_streaming && m_open.size() == m_bottom) { // the array of the records itself
            m_streaming = false;
            --m_depth;
            return true;
        }
        return end();
    }

    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override
    {
        throw Unreadable("is no JSON, or cut short, at byte " + std::to_string(m_stream.position())
            + "; download or write it again");
    }

private:
    void count()
    {
        if (++m_values > mostValues)
            throw Unreadable("has a record of more than " + std::to_string(mostValues)
                + " values, which no feature, window or explanation has; it is damaged");
    }

    bool isRecord() const { return m_streaming && m_open.size() == m_bottom; }

    /// Puts a value where it belongs and says where it is now.
    json* put(json&& value)
    {
        if (m_open.empty() || isRecord()) {
            m_record = std::move(value);
            return &m_record;
        }
        json& parent = *m_open.back();
        if (parent.is_array()) {
            parent.push_back(std::move(value));
            return &parent.back();
        }
        return &(parent[m_key] = std::move(value));
    }

    void give(const json& around)
    {
        const json record = std::move(m_record);
        m_record = nullptr;
        m_onRecord(record, around);
        m_values = 0;
        m_stream.mark();
    }

    bool scalar(json&& value)
    {
        count();
        const bool whole = m_open.empty() || isRecord();
        put(std::move(value));
        if (whole)
            give(m_streaming && m_bottom > 0 ? m_around : m_none);
        return true;
    }

    bool start(json&& value)
    {
        count();
        if (++m_depth > deepest)
            throw Unreadable("is nested deeper than " + std::to_string(deepest)
                + " levels, as no export is; it is damaged");
        if (m_depth == 1) {
            m_bottom = 0;
            m_around = nullptr;
            m_hadRecords = false;
            if (value.is_array()) {
                m_streaming = true;
                return true;
            }
        }
        if (!m_streaming && !m_hadRecords && m_depth == 2 && m_open.size() == 1 && value.is_array()
            && m_key == "features") {
            m_around = std::exchange(m_record, json::object());
            m_open.assign(1, &m_around);
            m_streaming = m_hadRecords = true;
            m_bottom = 1;
            return true;
        }
        m_open.push_back(put(std::move(value)));
        return true;
    }

    bool end()
    {
        m_open.pop_back();
        --m_depth;
        if (isRecord())
            give(m_bottom > 0 ? m_around : m_none);
        else if (m_open.empty() && !m_hadRecords)
            give(m_none);
        return true;
    }

    ImportStream& m_stream;
    const OnRecord& m_onRecord;
    json m_record;
    json m_around;
    const json m_none;
    std::string m_key;
    std::vector<json*> m_open; ///< the containers that the next value is in
    std::size_t m_bottom = 0; ///< how many of them lie around the records
    std::size_t m_depth = 0;
    std::size_t m_values = 0;
    bool m_streaming = false; ///< within an array of records
    bool m_hadRecords = false; ///< of this document
};

} // namespace

void eachRecord(ImportStream& stream, const OnRecord& onRecord)
{
    std::istream input(&stream);
    Records records(stream, onRecord);
    for (;;) {
        int next = stream.sgetc();
        while (next == ' ' || next == '\n' || next == '\r' || next == '\t')
            next = stream.snextc();
        if (next == std::char_traits<char>::eof())
            return;
        json::sax_parse(input, &records, json::input_format_t::json, false);
    }
}

} // namespace microtome
