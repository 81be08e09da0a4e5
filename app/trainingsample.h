#pragma once

#include "core/analysis/training.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace microtome {

/// A training that never was: what a record and a series of checkpoints look like, with numbers by
/// formula, for pictures and tests. Nothing of it is ever put among the data.
struct TrainingSample {
    int checkpoints = 12; ///< before the final one
    int tasks = 12;
    int layers = 3;
    int heads = 4;
    bool scores = true;
    std::int64_t steps = 12000;

    std::vector<std::int64_t> checkpointSteps() const
    {
        std::vector<std::int64_t> at{0};
        for (int i = 1; i < checkpoints; ++i)
            at.push_back(std::llround(std::pow(double(steps), double(i) / checkpoints)) + i);
        return at;
    }

    static std::string nameOf(std::int64_t step)
    {
        std::string digits = std::to_string(step);
        return "step-" + std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits;
    }

    /// Rises from 0 to 1 about `middle`, over the step's logarithm.
    static double rise(std::int64_t step, double middle, double width = 0.15)
    {
        return 1 / (1 + std::exp(-(std::log10(1 + double(step)) - middle) / width));
    }

    /// Head 2.1 becomes an induction head about step 400; head 0.2 looks one back from step 60 on.
    double score(const std::string& kind, std::int64_t step, int layer, int head) const
    {
        const double ripple = 0.02 * (1 + std::sin(layer * 5.0 + head * 3.0 + double(step)));
        if (kind == "induction" && layer == layers - 1 && head == 1)
            return 0.02 + 0.9 * rise(step, 2.6);
        if (kind == "previous" && layer == 0 && head == heads / 2)
            return 0.02 + 0.95 * rise(step, 1.8);
        return ripple;
    }

    TrainingRecord record() const
    {
        static const char* names[]
            = {"induction", "indirect_object", "coloured_objects", "greater_than", "pronoun",
                "number", "one_hop", "two_hop", "sentiment", "language", "refusal", "sorting"};
        TrainingRecord r;
        r.steps = steps;
        const auto lossAt = [&](std::int64_t step) {
            const double loss = 1.4 + 6 * (1 - rise(step, 0.54 * std::log10(double(steps)), 0.5));
            r.losses.push_back({step, step * 4096, loss, loss + 0.05, 1e-3, 1});
        };
        for (std::int64_t step = 0; step < steps; step = step < 10 ? step + 2 : step * 5 / 4)
            lossAt(step);
        lossAt(steps);
        std::vector<std::int64_t> at = checkpointSteps();
        for (const std::int64_t step : at)
            r.checkpoints.push_back({step, nameOf(step)});
        at.push_back(steps);
        for (int t = 0; t < tasks; ++t)
            for (const std::int64_t step : at)
                r.tasks[names[t % 12] + std::string(t < 12 ? "" : "_2")].push_back(
                    {step, (0.9 + t * 0.008) * rise(step, 1.5 + t * 0.18), 0.1});
        for (const std::int64_t step : at) {
            TrainingRecord::Heads all{step, {}};
            for (const char* kind : {"previous", "duplicate", "induction"})
                for (int l = 0; l < layers; ++l) {
                    auto& rows = all.scores[kind];
                    rows.emplace_back();
                    for (int h = 0; h < heads; ++h)
                        rows.back().push_back(score(kind, step, l, h));
                }
            if (scores)
                r.heads.push_back(all);
        }
        return r;
    }

    /// Makes a model's folder look trained: a record, and checkpoints with the files of the model.
    void writeTo(const std::filesystem::path& folder, bool withRecord = true) const
    {
        namespace fs = std::filesystem;
        fs::create_directories(folder);
        if (!fs::exists(folder / "config.json"))
            std::ofstream(folder / "config.json") << "{}";
        std::vector<fs::path> files;
        for (const auto& entry : fs::directory_iterator(folder))
            if (entry.is_regular_file())
                files.push_back(entry.path());
        for (const std::int64_t step : checkpointSteps()) {
            const fs::path at = folder / "checkpoints" / nameOf(step);
            fs::create_directories(at);
            for (const fs::path& file : files)
                fs::copy_file(file, at / file.filename(), fs::copy_options::overwrite_existing);
        }
        if (withRecord)
            std::ofstream(folder / "training.json") << record().toJson();
    }
};

} // namespace microtome
