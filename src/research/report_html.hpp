#pragma once

// A session as one HTML page without scripts or outside resources: it opens from a disk, in light
// and dark, and prints. Each figure stands with its exact value in a <data> element.

#include <string>
#include <vector>

#include "views/run_result.hpp"

namespace lanner::research {

struct ReportPage {
  const views::RunResult& result;
  std::vector<std::string> warnings;  // sentences, shown first
  std::string figures_json;           // the same figures for machines, embedded
  std::string version;                // of the build that made the page
};

[[nodiscard]] std::string report_html(const ReportPage& page);

}  // namespace lanner::research
