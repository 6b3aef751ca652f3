#include "runtime/proposers/proposal_folder.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace lanner::runtime {
namespace {

constexpr std::size_t kFilesATime = 16;
constexpr std::uintmax_t kFileBytesMax = 256 * 1024;
constexpr std::size_t kNameMax = 24;

bool is_name_letter(char letter) noexcept {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || letter == '_';
}

}  // namespace

Status prepare_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    return fail(ErrorKind::usage,
                "--conditions-dir " + folder.string() + ": no such folder; make it first");
  }
  std::filesystem::create_directory(folder / "done", error);
  if (!std::filesystem::is_directory(folder / "done", error)) {
    return fail(ErrorKind::usage, "--conditions-dir " + folder.string() +
                                      ": cannot be written; proposals are moved to done/ in it");
  }
  return {};
}

std::vector<std::filesystem::path> proposals_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  std::filesystem::directory_iterator it(folder, error);
  for (const std::filesystem::directory_iterator end; !error && it != end; it.increment(error)) {
    const std::filesystem::path& path = it->path();
    const std::string name = path.filename().string();
    if (path.extension() == ".json" && name.front() != '.' &&
        std::filesystem::is_regular_file(std::filesystem::symlink_status(path, error))) {
      files.push_back(path);
    }
  }
  std::sort(files.begin(), files.end());
  files.resize(std::min(files.size(), kFilesATime));
  return files;
}

Result<std::string> take_proposal(const std::filesystem::path& file) {
  std::error_code error;
  const std::filesystem::path kept = file.parent_path() / "done" / file.filename();
  const bool is_large = std::filesystem::file_size(file, error) > kFileBytesMax;
  std::string text;
  if (!is_large) {
    std::ifstream in(file, std::ios::binary);
    text.assign(std::istreambuf_iterator<char>(in), {});
  }
  std::filesystem::rename(file, kept, error);
  if (error) {
    std::filesystem::rename(file, std::filesystem::path(file.string() + ".refused"), error);
    return fail(ErrorKind::data, "V1: cannot be moved to done/");
  }
  if (is_large) {
    return fail(ErrorKind::data, "V1: is larger than 256 KiB");
  }
  return text;
}

void write_answer(const std::filesystem::path& file, const std::string& answer) {
  const std::filesystem::path made = file.string() + ".answer.part";
  {
    std::ofstream out(made, std::ios::binary | std::ios::trunc);
    out << answer << '\n';
  }
  std::error_code ignored;
  std::filesystem::rename(made, std::filesystem::path(file.string() + ".answer"), ignored);
}

std::string proposer_name_of(const std::filesystem::path& file) {
  std::string name;
  for (const char letter : file.filename().string()) {
    if (letter == '.' || name.size() == kNameMax) {
      break;
    }
    if (is_name_letter(letter)) {
      name += letter;
    }
  }
  return name.empty() ? "folder" : name;
}

std::optional<std::string> introduced_name(std::string_view line) {
  constexpr std::string_view kBefore = R"({"proposer":)";
  std::string packed;
  for (const char letter : line.substr(0, 128)) {
    if (letter != ' ' && letter != '\t' && letter != '\r') {
      packed += letter;
    }
  }
  if (packed.rfind(kBefore, 0) != 0 || packed.size() < kBefore.size() + 4 ||
      packed[kBefore.size()] != '"' || packed.substr(packed.size() - 2) != "\"}") {
    return std::nullopt;
  }
  const std::string name =
      packed.substr(kBefore.size() + 1, packed.size() - kBefore.size() - 3);
  const bool is_good = !name.empty() && name.size() <= kNameMax &&
                       std::all_of(name.begin(), name.end(), is_name_letter);
  return is_good ? std::optional(name) : std::nullopt;
}

}  // namespace lanner::runtime
