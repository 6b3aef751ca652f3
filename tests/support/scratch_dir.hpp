#pragma once

#include <filesystem>
#include <string_view>

namespace lanner::test {

/// An empty directory of one test, removed with all it holds at the end.
class ScratchDir {
public:
    explicit ScratchDir(std::string_view name);
    ~ScratchDir();
    ScratchDir(const ScratchDir&) = delete;
    ScratchDir& operator=(const ScratchDir&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    /// Writes a file below it, with its folders, and returns its path.
    std::filesystem::path write(std::string_view relative, std::string_view content) const;

private:
    std::filesystem::path path_;
};

}  // namespace lanner::test
