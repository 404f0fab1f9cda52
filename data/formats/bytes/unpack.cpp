#include "data/formats/bytes/unpack.hpp"

#include "common/error.hpp"

#include <algorithm>
#include <new>
#include <zlib.h>
#include <zstd.h>

namespace dk::data {

namespace {

[[noreturn]] void bad_packing(const std::string& path, const std::string& why) {
  throw failure{errc::data, path + ": " + why + "; fetch it again"};
}

class no_packing final : public unpacker {
public:
  void unpack(std::string_view& packed, std::string& to) override {
    const auto now = packed.substr(0, step);
    to += now;
    packed.remove_prefix(now.size());
  }

  bool is_complete() const override { return true; }
};

class gzip_unpacker final : public unpacker {
public:
  explicit gzip_unpacker(std::string path) : path_(std::move(path)) {
    constexpr int gzip_header = 16;
    if (inflateInit2(&stream_, MAX_WBITS + gzip_header) != Z_OK)
      throw std::bad_alloc{};
  }
  gzip_unpacker(const gzip_unpacker&) = delete;
  gzip_unpacker& operator=(const gzip_unpacker&) = delete;
  ~gzip_unpacker() override { inflateEnd(&stream_); }

  void unpack(std::string_view& packed, std::string& to) override {
    if (is_complete_) // another member follows, as `cat a.gz b.gz` makes
      inflateReset(&stream_);
    const auto given = static_cast<uInt>(std::min(packed.size(), step));
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data())); // zlib's old signature; it only reads
    stream_.avail_in = given;
    const auto before = to.size();
    to.resize(before + step);
    stream_.next_out = reinterpret_cast<Bytef*>(to.data() + before);
    stream_.avail_out = static_cast<uInt>(step);
    const auto state = inflate(&stream_, Z_NO_FLUSH);
    to.resize(before + step - stream_.avail_out);
    packed.remove_prefix(given - stream_.avail_in);
    is_complete_ = state == Z_STREAM_END;
    if (state != Z_OK && state != Z_BUF_ERROR && state != Z_STREAM_END)
      bad_packing(path_,
                  std::string{"is packed by gzip, and damaged ("} + (stream_.msg ? stream_.msg : "bad data") + ')');
    if (given == 0 && to.size() == before && !is_complete_)
      bad_packing(path_, "is packed by gzip, and cut short");
  }

  bool is_complete() const override { return is_complete_; }

private:
  std::string path_;
  z_stream stream_{};
  bool is_complete_ = false;
};

struct free_stream {
  void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
};

class zstd_unpacker final : public unpacker {
public:
  explicit zstd_unpacker(std::string path) : path_(std::move(path)), stream_(ZSTD_createDStream()) {
    if (!stream_)
      throw std::bad_alloc{};
  }

  void unpack(std::string_view& packed, std::string& to) override {
    ZSTD_inBuffer in{packed.data(), packed.size(), 0};
    const auto before = to.size();
    to.resize(before + step);
    ZSTD_outBuffer out{to.data() + before, step, 0};
    const auto state = ZSTD_decompressStream(stream_.get(), &out, &in);
    to.resize(before + out.pos);
    packed.remove_prefix(in.pos);
    if (ZSTD_isError(state) != 0)
      bad_packing(path_, std::string{"is packed by zstd, and damaged ("} + ZSTD_getErrorName(state) + ')');
    is_complete_ = state == 0;
    if (in.pos == 0 && out.pos == 0 && !is_complete_)
      bad_packing(path_, "is packed by zstd, and cut short");
  }

  bool is_complete() const override { return is_complete_; }

private:
  std::string path_;
  std::unique_ptr<ZSTD_DStream, free_stream> stream_;
  bool is_complete_ = false;
};

} // namespace

packing packing_of(std::string_view start) {
  if (start.substr(0, 2) == "\x1f\x8b")
    return packing::gzip;
  if (start.substr(0, 4) == "\x28\xb5\x2f\xfd")
    return packing::zstd;
  return packing::none;
}

std::unique_ptr<unpacker> make_unpacker(packing how, const std::string& path) {
  if (how == packing::gzip)
    return std::make_unique<gzip_unpacker>(path);
  if (how == packing::zstd)
    return std::make_unique<zstd_unpacker>(path);
  return std::make_unique<no_packing>();
}

std::string unpacked(std::string_view packed, packing how, const std::string& path, std::size_t most) {
  const auto one = make_unpacker(how, path);
  std::string all;
  while (all.size() < most && !(packed.empty() && one->is_complete()))
    one->unpack(packed, all);
  return all;
}

} // namespace dk::data
