#include "store/mirrored_ring.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "base/ensure.hpp"

namespace lanner::store {
namespace {

tl::unexpected<Error> no_memory(int error) {
  return fail(ErrorKind::failure,
              std::string("no memory for the journal's queue: ") + std::strerror(error));
}

}  // namespace

Result<MirroredRing> MirroredRing::make(std::size_t bytes, std::size_t touched) {
  ENSURE(bytes >= 4096 && (bytes & (bytes - 1)) == 0);
  const int fd = ::memfd_create("lanner-journal", MFD_CLOEXEC);
  if (fd < 0) {
    return no_memory(errno);
  }
  if (::ftruncate(fd, static_cast<off_t>(bytes)) != 0) {
    const int error = errno;
    ::close(fd);
    return no_memory(error);
  }
  void* const both = ::mmap(nullptr, 2 * bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (both == MAP_FAILED) {
    const int error = errno;
    ::close(fd);
    return no_memory(error);
  }
  auto* const data = static_cast<std::byte*>(both);
  bool is_mapped = true;
  for (std::byte* const half : {data, data + bytes}) {
    is_mapped = is_mapped && ::mmap(half, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
                                    fd, 0) != MAP_FAILED;
  }
  const int error = errno;
  ::close(fd);
  if (!is_mapped) {
    ::munmap(both, 2 * bytes);
    return no_memory(error);
  }
  MirroredRing ring{data, bytes};
  ring.touch(0, touched);
  return ring;
}

void MirroredRing::touch(std::size_t from, std::size_t bytes) const noexcept {
  for (std::byte* const half : {data_, data_ + size_}) {
    ::madvise(half + from, bytes, MADV_POPULATE_WRITE);
  }
}

MirroredRing::MirroredRing(MirroredRing&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MirroredRing& MirroredRing::operator=(MirroredRing&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MirroredRing::~MirroredRing() {
  if (data_ != nullptr) {
    ::munmap(data_, 2 * size_);
  }
}

}  // namespace lanner::store
