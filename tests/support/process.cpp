#include "support/process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <fstream>
#include <iterator>

#include "support/scratch_dir.hpp"

namespace lanner::test {
namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words) {
    out.push_back(word.data());
  }
  out.push_back(nullptr);
  return out;
}

}  // namespace

Finished run_program(const std::string& program, const std::vector<std::string>& arguments,
                     const std::vector<std::string>& variables) {
  const ScratchDir scratch{"process"};
  const std::filesystem::path out = scratch.path() / "out";
  const std::filesystem::path err = scratch.path() / "err";
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment{"HOME=" + scratch.path().string(), "PATH=/usr/bin:/bin",
                                       "TERM=dumb"};
  environment.insert(environment.end(), variables.begin(), variables.end());
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  constexpr int kWrite = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, out.c_str(), kWrite, 0600);
  posix_spawn_file_actions_addopen(&files, 2, err.c_str(), kWrite, 0600);
  pid_t child = 0;
  const int problem = posix_spawn(&child, program.c_str(), &files, nullptr,
                                  pointers(words).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&files);
  Finished finished;
  int status = 0;
  if (problem == 0 && waitpid(child, &status, 0) == child) {
    finished.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  finished.out = text_of(out);
  finished.err = text_of(err);
  return finished;
}

pid_t start_lanner(const std::vector<std::string>& arguments) {
  std::vector<std::string> words{LANNER_BINARY};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment{"HOME=/nonexistent"};
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  for (const int fd : {1, 2}) {
    posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_WRONLY, 0);
  }
  pid_t child = 0;
  const int problem = posix_spawn(&child, LANNER_BINARY, &files, nullptr, pointers(words).data(),
                                  pointers(environment).data());
  posix_spawn_file_actions_destroy(&files);
  return problem == 0 ? child : 0;
}

Finished run_lanner(const std::vector<std::string>& arguments,
                    const std::vector<std::string>& variables) {
  return run_program(LANNER_BINARY, arguments, variables);
}

}  // namespace lanner::test
