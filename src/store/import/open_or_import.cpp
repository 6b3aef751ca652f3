#include "store/catalog.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "store/import/importer.hpp"

namespace lanner::store {
namespace {

// One name for the same files with the same content, wherever the folder lies.
Result<std::string> content_name(const std::filesystem::path& dir,
                                 const std::vector<std::filesystem::path>& files) {
  DigestChain chain;
  for (const std::filesystem::path& path : files) {
    const auto file = MappedFile::open(path);
    if (!file) {
      return tl::unexpected{file.error()};
    }
    const std::string line =
        path.lexically_relative(dir).string() + "\n" + hash128(file->bytes()).hex();
    chain.add(std::as_bytes(std::span{line.data(), line.size()}));
  }
  return chain.value().hex();
}

}  // namespace

Result<Catalog> open_or_import(const std::filesystem::path& data_dir_or_catalog,
                               const std::filesystem::path& cache_dir) {
  if (is_catalog(data_dir_or_catalog)) {
    return Catalog::open(data_dir_or_catalog);
  }
  const auto files = files_below({data_dir_or_catalog});
  if (!files) {
    return tl::unexpected{files.error()};
  }
  const auto name = content_name(data_dir_or_catalog, *files);
  if (!name) {
    return tl::unexpected{name.error()};
  }
  const std::filesystem::path dir = cache_dir / *name;
  if (is_catalog(dir)) {
    return Catalog::open(dir);
  }
  const auto report = import_files({{data_dir_or_catalog}, "", dir, {}});
  if (!report) {
    return tl::unexpected{report.error()};
  }
  if (report->files.empty()) {
    std::error_code error;
    std::filesystem::remove_all(dir, error);
    const std::string first = report->rejected.empty()
                                  ? ""
                                  : " (" + report->rejected[0].path + ": " +
                                        report->rejected[0].reason + ")";
    return fail(ErrorKind::data, data_dir_or_catalog.string() +
                                     " is no catalog and holds no usable bars, trades or funding" +
                                     first + "; lanner data import shows each file's reason");
  }
  return Catalog::open(dir);
}

}  // namespace lanner::store
