#include "data/formats/unpack.hpp"

#include "common/error.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <zlib.h>
#include <zstd.h>

namespace dk::data {

namespace {

constexpr std::size_t step = std::size_t{1} << 20U;

[[noreturn]] void damaged(const std::string& path, const std::string& why) {
  throw failure{errc::data, path + ": " + why + "; fetch it again"};
}

struct end_inflate {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};

std::string gunzip(std::string_view packed, const std::string& path, std::size_t most) {
  z_stream stream{};
  constexpr int gzip_header = 16;
  if (inflateInit2(&stream, MAX_WBITS + gzip_header) != Z_OK)
    throw std::bad_alloc{};
  const std::unique_ptr<z_stream, end_inflate> ending{&stream};
  std::string all;
  int state = Z_OK;
  auto* const first = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data())); // zlib's old signature; it only reads
  for (std::size_t at = 0; all.size() < most;) {
    const auto given = static_cast<uInt>(std::min<std::size_t>(packed.size() - at, step));
    stream.next_in = first + at;
    stream.avail_in = given;
    const auto before = all.size();
    all.resize(before + step);
    stream.next_out = reinterpret_cast<Bytef*>(all.data() + before);
    stream.avail_out = static_cast<uInt>(step);
    state = inflate(&stream, Z_NO_FLUSH);
    all.resize(before + step - stream.avail_out);
    at += given - stream.avail_in;
    if (state == Z_STREAM_END) {
      if (at == packed.size())
        return all;
      inflateReset(&stream); // another member follows, as `cat a.gz b.gz` makes
      state = Z_OK;
      continue;
    }
    if (state != Z_OK && state != Z_BUF_ERROR)
      damaged(path, std::string{"is packed by gzip, and damaged ("} + (stream.msg ? stream.msg : "bad data") + ')');
    if (given == 0 && all.size() == before)
      damaged(path, "is packed by gzip, and cut short");
  }
  return all;
}

struct free_stream {
  void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
};

std::string unzstd(std::string_view packed, const std::string& path, std::size_t most) {
  const std::unique_ptr<ZSTD_DStream, free_stream> stream{ZSTD_createDStream()};
  if (!stream)
    throw std::bad_alloc{};
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  std::string all;
  std::size_t state = 1;
  while ((in.pos < in.size || state != 0) && all.size() < most) {
    const auto before = all.size();
    const auto read_before = in.pos;
    all.resize(before + step);
    ZSTD_outBuffer out{all.data() + before, step, 0};
    state = ZSTD_decompressStream(stream.get(), &out, &in);
    all.resize(before + out.pos);
    if (ZSTD_isError(state) != 0)
      damaged(path, std::string{"is packed by zstd, and damaged ("} + ZSTD_getErrorName(state) + ')');
    if (out.pos == 0 && in.pos == read_before)
      damaged(path, "is packed by zstd, and cut short");
  }
  return all;
}

} // namespace

packing packing_of(std::string_view start) {
  if (start.substr(0, 2) == "\x1f\x8b")
    return packing::gzip;
  if (start.substr(0, 4) == "\x28\xb5\x2f\xfd")
    return packing::zstd;
  return packing::none;
}

std::string unpacked(std::string_view packed, packing how, const std::string& path, std::size_t most) {
  if (how == packing::gzip)
    return gunzip(packed, path, most);
  if (how == packing::zstd)
    return unzstd(packed, path, most);
  return std::string{packed.substr(0, most)};
}

} // namespace dk::data
