#include "runtime/proposers/line_socket.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace lanner::runtime {

LineSocket::~LineSocket() { close(); }

void LineSocket::close() noexcept {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
    descriptor_ = -1;
  }
}

std::vector<std::string> LineSocket::read_lines(WallTime wall) {
  std::vector<std::string> lines;
  flush();
  // One helping a time, so that nobody keeps the loop to himself.
  char bytes[64 * 1024];
  const ssize_t got = descriptor_ < 0 ? 0 : ::recv(descriptor_, bytes, sizeof bytes, MSG_DONTWAIT);
  if (descriptor_ >= 0 && (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))) {
    close();
  }
  if (got > 0) {
    if (in_.empty()) {
      line_begun_ = wall;
    }
    in_.append(bytes, static_cast<std::size_t>(got));
  }
  std::size_t begin = 0;
  for (std::size_t end = in_.find('\n'); end != std::string::npos; end = in_.find('\n', begin)) {
    lines.push_back(in_.substr(begin, end - begin));
    begin = end + 1;
    line_begun_ = wall;
  }
  in_.erase(0, begin);
  if (in_.size() > kLineMax) {
    trouble_ = model::ProposerReason::oversize;
  } else if (!in_.empty() && wall - line_begun_ > kLinePatience) {
    trouble_ = model::ProposerReason::hang;
  }
  return lines;
}

void LineSocket::send_line(std::string_view text) {
  if (descriptor_ < 0 || trouble_) {
    return;
  }
  out_ += text;
  out_ += '\n';
  flush();
  if (out_.size() > kUnreadMax) {
    trouble_ = model::ProposerReason::hang;
  }
}

void LineSocket::flush() noexcept {
  while (descriptor_ >= 0 && !out_.empty()) {
    const ssize_t sent = ::send(descriptor_, out_.data(), out_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent <= 0) {
      if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        close();
      }
      return;
    }
    out_.erase(0, static_cast<std::size_t>(sent));
  }
}

}  // namespace lanner::runtime
