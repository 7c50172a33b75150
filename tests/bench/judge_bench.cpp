// SPDX-License-Identifier: Apache-2.0
// How long a decision takes: by the index, and by a look at one rule after the other, of the same
// rules in the same run.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "daemon/policy/rule_index.h"
#include "tests/bench/judge_shapes.h"

namespace usher::bench {
namespace {

/// One line of the table: microseconds by each way.
struct Line {
  double index = 0;
  double scan = 0;
};

/// Collects what was measured and prints it as one table.
class Table : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& /*context*/) override { return true; }

  void ReportRuns(const std::vector<Run>& runs) override {
    constexpr double kMicroseconds = 1e6;
    for (const Run& run : runs) {
      const std::string& name = run.run_name.function_name;
      const std::size_t way = name.rfind('/');
      const double time =
          run.GetAdjustedCPUTime() / benchmark::GetTimeUnitMultiplier(run.time_unit);
      Line& line = line_named(name.substr(0, way));
      (name.substr(way + 1) == "index" ? line.index : line.scan) = time * kMicroseconds;
    }
  }

  void Finalize() override {
    std::printf("%-30s %12s %12s %8s\n", "rules/request", "index, us", "scan, us", "ratio");
    for (const auto& [name, line] : lines_)
      std::printf("%-30s %12.2f %12.2f %8.1f\n", name.c_str(), line.index, line.scan,
                  line.scan / line.index);
  }

 private:
  Line& line_named(const std::string& name) {
    if (lines_.empty() || lines_.back().first != name) lines_.emplace_back(name, Line{});
    return lines_.back().second;
  }

  std::vector<std::pair<std::string, Line>> lines_;
};

template <typename Rules>
void measure(const std::string& name, const Rules& rules, const Facts& facts) {
  benchmark::RegisterBenchmark(name.c_str(), [&rules, facts](benchmark::State& state) {
    for ([[maybe_unused]] const auto& round : state) {
      Decision decision = judge(rules, facts);
      benchmark::DoNotOptimize(decision);
    }
  });
}

/// The requests: of the last rule, of none, from nobody knows where.
void measure_shape(const Shape& shape, const RuleIndex& index) {
  static const Person kStranger{.name = "stranger", .uid = 2000, .groups = {{"strangers", 2000}}};
  const Facts last{.service = "sshd",
                   .source = shape.last_source,
                   .tty = "ssh",
                   .now = kNoon,
                   .person = &shape.last};
  const Decision decision = judge(index, last);
  if (decision.rule != &shape.rules.rules.back() || decision.kind != Decision::Kind::ask)
    throw std::logic_error(shape.name + ": the last rule does not decide: " + decision.reason);
  Facts none = last;
  none.person = &kStranger;
  none.source = Source::of("198.51.100.1");
  Facts unknown = last;
  unknown.source = Source::of("host.example");
  for (const auto& [name, facts] : {std::pair{"last", last}, {"none", none}, {"unknown", unknown}})
    for (const bool by_index : {true, false}) {
      const std::string path = shape.name + '/' + name + (by_index ? "/index" : "/scan");
      by_index ? measure(path, index, facts) : measure(path, shape.rules, facts);
    }
}

}  // namespace
}  // namespace usher::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const std::vector<usher::bench::Shape> shapes = usher::bench::all_shapes();
  std::vector<std::unique_ptr<usher::RuleIndex>> indexes;
  for (const usher::bench::Shape& shape : shapes) {
    indexes.push_back(std::make_unique<usher::RuleIndex>(shape.rules));
    usher::bench::measure_shape(shape, *indexes.back());
  }
  usher::bench::Table table;
  benchmark::RunSpecifiedBenchmarks(&table);
  return 0;
}
