// Programs that propose conditions while a session runs: the example client over the socket and
// through the folder, and programs that do harm, which must change nothing for anybody else.

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "support/data_dir.hpp"
#include "support/process.hpp"
#include "support/scratch_dir.hpp"

using lanner::test::Finished;
using lanner::test::run_lanner;
using lanner::test::run_program;

namespace {

namespace fs = std::filesystem;

std::string last_line_of(const std::string& text) {
  const std::size_t end = text.find_last_not_of('\n');
  const std::size_t before = text.find_last_of('\n', end);
  return text.substr(before == std::string::npos ? 0 : before + 1);
}

std::string figure(const std::string& json, const std::string& key) {
  const std::size_t at = json.find("\"" + key + "\":");
  REQUIRE_MESSAGE(at != std::string::npos, key);
  const std::size_t begin = at + key.size() + 3;
  return json.substr(begin, json.find_first_of(",}]", begin) - begin);
}

std::string read_all(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<std::string> recorded_run(const fs::path& profile, const fs::path& session,
                                      const std::string& speed) {
  return {"run", "--data", lanner::test::data_dir()->string(), "--from", "2025-05-04", "--to",
          "2025-05-07", "--instruments", "BTCUSDT,ETHUSDT,SOLUSDT", "--speed", speed, "--session",
          session.string(), "--profile", profile.string(), "--json"};
}

int connect_to(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(descriptor);
    return -1;
  }
  const timeval patience{0, 100'000};
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  return descriptor;
}

// Sends the bytes again and again as long as somebody listens; never reads an answer.
void attack(const fs::path& socket, const std::string& bytes, const std::atomic<bool>& is_over) {
  while (!is_over) {
    const int descriptor = connect_to(socket);
    if (descriptor < 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      continue;
    }
    for (int i = 0; i < 200 && !is_over; ++i) {
      if (::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) {
        break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ::close(descriptor);
  }
}

const fs::path kClient = fs::path(LANNER_SOURCE_DIR) / "examples" / "tc1_client.py";

}  // namespace

TEST_CASE("programs that send garbage, flood, hang or never end change no decision of others") {
  SKIP_WITHOUT_DATA();
  const lanner::test::ScratchDir scratch("harm");
  const fs::path profile = scratch.path() / "profile";
  const Finished alone = run_lanner(recorded_run(profile, scratch.path() / "alone", "max"));
  REQUIRE_MESSAGE(alone.code == 0, alone.err);
  const std::string digest = figure(last_line_of(alone.out), "digest");

  const fs::path socket = scratch.path() / "s";
  std::atomic<bool> is_over{false};
  std::vector<std::thread> attackers;
  for (const std::string& bytes :
       {std::string("\x80\x01 no json {{{\n"),
        std::string("{\"schema_version\": \"tc1\", \"conditions\": []}\n"),
        std::string(40'000, '['), std::string("{\"schema_version\""),
        std::string("{\"proposer\": \"wolf\"}\n{\"schema_version\": \"tc1\", \"limits\": "
                    "\"none\", \"conditions\": [{}]}\n")}) {
    attackers.emplace_back([&socket, &is_over, bytes] { attack(socket, bytes, is_over); });
  }
  auto arguments = recorded_run(profile, scratch.path() / "harmed", "60000");
  arguments.insert(arguments.end(), {"--conditions-socket", socket.string()});
  const Finished harmed = run_lanner(arguments);
  is_over = true;
  for (std::thread& attacker : attackers) {
    attacker.join();
  }
  REQUIRE_MESSAGE(harmed.code == 0, harmed.err);
  CHECK(figure(last_line_of(harmed.out), "digest") == digest);
  CHECK(!fs::exists(socket));

  const std::string session = (scratch.path() / "harmed").string();
  const Finished learned = run_lanner({"learn", "status", session, "--profile", profile.string(),
                                       "--json"});
  REQUIRE_MESSAGE(learned.code == 0, learned.err);
  CHECK(learned.out.find("\"state\":\"silenced\"") != std::string::npos);
  CHECK(learned.out.find("\"garbage\"") != std::string::npos);
  CHECK(learned.out.find("\"flood\"") != std::string::npos);
  CHECK(learned.out.find("\"oversize\"") != std::string::npos);
  CHECK(learned.out.find("V1 json") != std::string::npos);
  const Finished replay = run_lanner({"replay", session, "--profile", profile.string()});
  CHECK_MESSAGE(replay.code == 0, replay.err);
}

TEST_CASE("the example client proposes over the socket, and its record is kept under its name") {
  SKIP_WITHOUT_DATA();
  const lanner::test::ScratchDir scratch("client");
  const fs::path profile = scratch.path() / "profile";
  const fs::path socket = scratch.path() / "s";
  const std::string session = (scratch.path() / "session").string();
  Finished client;
  std::thread other([&client, &socket] {
    client = run_program("/usr/bin/env",
                         {"python3", kClient.string(), "--socket", socket.string(), "--coin",
                          "ETHUSDT-PERP.BINANCE", "--name", "tester", "--listen", "2"});
  });
  auto arguments = recorded_run(profile, session, "20000");
  arguments.insert(arguments.end(), {"--conditions-socket", socket.string()});
  const Finished run = run_lanner(arguments);
  other.join();
  REQUIRE_MESSAGE(run.code == 0, run.err);
  CHECK_MESSAGE(client.code == 0, client.out << client.err);
  CHECK(client.out.find("\"proposer\":\"tester\"") != std::string::npos);
  CHECK(client.out.find("\"refreshed\":false") != std::string::npos);
  const Finished learned = run_lanner({"learn", "status", session, "--profile", profile.string(),
                                       "--json"});
  CHECK(learned.out.find("\"name\":\"tester\"") != std::string::npos);
  CHECK(learned.out.find("\"accepted\":1") != std::string::npos);
  const Finished replay = run_lanner({"replay", session, "--profile", profile.string()});
  CHECK_MESSAGE(replay.code == 0, replay.err);
}

TEST_CASE("files in the folder are answered one by one and put away") {
  SKIP_WITHOUT_DATA();
  const lanner::test::ScratchDir scratch("folder");
  const fs::path folder = scratch.path() / "proposals";
  scratch.write("proposals/a.1.json", "no json");
  scratch.write("proposals/a.2.json", R"({"schema_version": "tc1", "conditions": []})");
  scratch.write("proposals/b.part", "not yet");
  auto arguments = recorded_run(scratch.path() / "profile", scratch.path() / "session", "max");
  arguments.insert(arguments.end(), {"--conditions-dir", folder.string()});
  const Finished run = run_lanner(arguments);
  REQUIRE_MESSAGE(run.code == 0, run.err);
  CHECK(read_all(folder / "a.1.json.answer").find("V1 json") != std::string::npos);
  CHECK(read_all(folder / "a.2.json.answer").find("\"refused\":[]") != std::string::npos);
  CHECK(fs::exists(folder / "done" / "a.1.json"));
  CHECK(fs::exists(folder / "b.part"));
  CHECK(!fs::exists(folder / "a.1.json"));
}

TEST_CASE("a folder or a socket that cannot be used is refused with its reason") {
  const lanner::test::ScratchDir scratch("places");
  const Finished none = run_lanner({"run", "--conditions-dir", (scratch.path() / "x").string(),
                                    "--speed", "max", "--profile", scratch.path().string()});
  CHECK(none.code == 2);
  CHECK(none.err.find("no such folder") != std::string::npos);
  const fs::path file = scratch.write("taken", "a file");
  const Finished taken = run_lanner({"run", "--conditions-socket", file.string(), "--speed", "max",
                                     "--profile", scratch.path().string()});
  CHECK(taken.code == 2);
  CHECK(taken.err.find("give another path") != std::string::npos);
  CHECK(read_all(file) == "a file");
}
