#include "tests/data/plain_forward.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace {

using Row = std::vector<double>;

Row softmax(Row scores)
{
    const double top = *std::max_element(scores.begin(), scores.end());
    double sum = 0;
    for (double& s : scores)
        sum += s = std::exp(s - top);
    for (double& s : scores)
        s /= sum;
    return scores;
}

/// bias + x W, with W [x.size(), bias size] starting at `offset`.
Row affine(const Row& x, const Row& w, std::size_t offset, const double* bias, std::size_t n)
{
    Row y(bias, bias + n);
    for (std::size_t i = 0; i < x.size(); ++i)
        for (std::size_t j = 0; j < n; ++j)
            y[j] += x[i] * w[offset + i * n + j];
    return y;
}

nlohmann::json readJson(const std::filesystem::path& file)
{
    std::ifstream in(file);
    return nlohmann::json::parse(in);
}

} // namespace

PlainModel PlainModel::open(const std::filesystem::path& folder)
{
    PlainModel m;
    const nlohmann::json config = readJson(folder / "config.json");
    m.layers = config.at("n_layers");
    m.heads = config.at("n_heads");
    m.dModel = config.at("d_model");
    m.dHead = config.at("d_head");
    m.vocabulary = config.at("d_vocab");
    m.context = config.at("n_ctx");
    m.ids = readJson(folder / "tokenizer.json").at("model").at("vocab");

    std::ifstream in(folder / "model.safetensors", std::ios::binary);
    std::stringstream all;
    all << in.rdbuf();
    const std::string bytes = all.str();
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), sizeof length);
    const auto header = nlohmann::json::parse(bytes.substr(8, length));
    for (const auto& [name, entry] : header.items()) {
        if (name == "__metadata__")
            continue;
        const std::size_t begin = entry.at("data_offsets").at(0);
        const std::size_t end = entry.at("data_offsets").at(1);
        std::vector<float> values((end - begin) / sizeof(float));
        std::memcpy(values.data(), bytes.data() + 8 + length + begin, end - begin);
        m.tensors[name] = Row(values.begin(), values.end());
    }
    return m;
}

std::vector<int> PlainModel::tokens(const std::string& text) const
{
    std::vector<int> list = {ids.at("<s>")};
    std::istringstream words(text);
    for (std::string word; words >> word;)
        list.push_back(ids.contains(word) ? ids.at(word) : ids.at("<unk>"));
    return list;
}

PlainModel::Result PlainModel::run(const std::vector<int>& list) const
{
    const auto d = static_cast<std::size_t>(dModel);
    const auto k = static_cast<std::size_t>(dHead);
    const auto v = static_cast<std::size_t>(vocabulary);
    std::vector<Row> x;
    for (std::size_t p = 0; p < list.size(); ++p) {
        Row row(d);
        for (std::size_t i = 0; i < d; ++i)
            row[i] = tensors.at("embed.W_E")[static_cast<std::size_t>(list[p]) * d + i]
                + tensors.at("pos_embed.W_pos")[p * d + i];
        x.push_back(row);
    }
    Result result;
    const auto look = [&] {
        result.lens.push_back(softmax(
            affine(x.back(), tensors.at("unembed.W_U"), 0, tensors.at("unembed.b_U").data(), v)));
    };
    look();
    for (int layer = 0; layer < layers; ++layer) {
        const std::string at = "blocks." + std::to_string(layer) + ".attn.";
        std::vector<Row> sum = x;
        result.heads.emplace_back();
        for (std::size_t h = 0; h < static_cast<std::size_t>(heads); ++h) {
            const auto project = [&](const Row& row, const std::string& which) {
                return affine(row, tensors.at(at + "W_" + which), h * d * k,
                    tensors.at(at + "b_" + which).data() + h * k, k);
            };
            std::vector<Row> keys, values;
            Head head;
            for (std::size_t p = 0; p < x.size(); ++p) {
                keys.push_back(project(x[p], "K"));
                values.push_back(project(x[p], "V"));
                const Row query = project(x[p], "Q");
                Row scores;
                for (const Row& key : keys) {
                    double score = 0;
                    for (std::size_t i = 0; i < k; ++i)
                        score += query[i] * key[i];
                    scores.push_back(score / std::sqrt(double(dHead)));
                }
                head.pattern.push_back(softmax(scores));
                Row z(k);
                for (std::size_t j = 0; j <= p; ++j)
                    for (std::size_t i = 0; i < k; ++i)
                        z[i] += head.pattern[p][j] * values[j][i];
                sum[p] = affine(z, tensors.at(at + "W_O"), h * k * d, sum[p].data(), d);
            }
            result.heads.back().push_back(head);
        }
        for (Row& row : sum)
            for (std::size_t i = 0; i < d; ++i)
                row[i] += tensors.at(at + "b_O")[i];
        x = sum;
        look();
    }
    return result;
}
