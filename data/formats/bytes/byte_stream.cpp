#include "data/formats/bytes/byte_stream.hpp"

#include "common/error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unistd.h>
#include <utility>

namespace dk::data {

namespace {

class pipe_stream final : public byte_stream {
public:
  pipe_stream(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}

  bool append_to(std::string& text, std::size_t most) override {
    constexpr std::size_t step = std::size_t{1} << 20U;
    const auto before = text.size();
    text.resize(before + std::min(most, step));
    ssize_t got = 0;
    do
      got = ::read(descriptor_, text.data() + before, text.size() - before);
    while (got < 0 && errno == EINTR);
    text.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0)
      throw failure{errc::data, name_ + ": cannot be read (" + std::strerror(errno) + ')'};
    return got > 0;
  }

  double progress() const override { return 0; }

private:
  int descriptor_;
  std::string name_;
};

class continued_stream final : public byte_stream {
public:
  continued_stream(std::string text, std::unique_ptr<byte_stream> rest)
      : text_(std::move(text)), rest_(std::move(rest)) {}

  bool append_to(std::string& text, std::size_t most) override {
    if (text_.empty())
      return rest_->append_to(text, most);
    text += text_;
    text_.clear();
    return true;
  }

  double progress() const override { return rest_->progress(); }

private:
  std::string text_;
  std::unique_ptr<byte_stream> rest_;
};

} // namespace

std::unique_ptr<byte_stream> open_pipe(int descriptor, std::string name) {
  return std::make_unique<pipe_stream>(descriptor, std::move(name));
}

std::unique_ptr<byte_stream> continued(std::string text, std::unique_ptr<byte_stream> rest) {
  return std::make_unique<continued_stream>(std::move(text), std::move(rest));
}

} // namespace dk::data
