#pragma once

// The watched folder: files of proposals, their answers, and the names of who proposes.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace lanner::runtime {

// Makes done/ in it; fails where it is no folder that can be written.
[[nodiscard]] Status prepare_folder(const std::filesystem::path& folder);
// By name, at most 16 a time. Answers, hidden files and what is no plain file are passed over.
[[nodiscard]] std::vector<std::filesystem::path> proposals_in(
    const std::filesystem::path& folder);
// Reads the file and moves it to done/; an error when it is too large or cannot be moved, in which
// case it is put out of the way under another name.
[[nodiscard]] Result<std::string> take_proposal(const std::filesystem::path& file);
// Beside where the file was: NAME.answer. A failure is nobody's loss but the reader's.
void write_answer(const std::filesystem::path& file, const std::string& answer);

// Letters, digits and underscore, at most 24; what is none of them is left out.
[[nodiscard]] std::string proposer_name_of(const std::filesystem::path& file);
// The name in {"proposer": "name"}; nothing for any other line.
[[nodiscard]] std::optional<std::string> introduced_name(std::string_view line);

}  // namespace lanner::runtime
