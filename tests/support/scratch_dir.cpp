#include "support/scratch_dir.hpp"

#include <unistd.h>

#include <atomic>
#include <fstream>
#include <string>

namespace lanner::test {
namespace {

// Two threads of one test may run a program each.
std::atomic<unsigned> next_scratch{0};

}  // namespace

ScratchDir::ScratchDir(std::string_view name)
    : path_(std::filesystem::temp_directory_path() /
            ("lanner-" + std::string(name) + "-" + std::to_string(::getpid()) + "-" +
             std::to_string(next_scratch++))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
}

ScratchDir::~ScratchDir() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
}

std::filesystem::path ScratchDir::write(std::string_view relative, std::string_view content) const {
    const std::filesystem::path path = path_ / relative;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream out(path, std::ios::binary);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    return path;
}

}  // namespace lanner::test
