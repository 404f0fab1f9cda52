// Event files of TensorBoard, byte by byte.

#include "runtime/record/event_format.hpp"
#include "tests/runtime/record/event_reader.hpp"

#include <cmath>
#include <limits>
#include <unistd.h>

using namespace dk;
using namespace dk::test;
using namespace std::string_literals;

TEST_CASE("a checksum is CRC-32C, with the check values of RFC 3720", "[runtime][tensorboard]") {
  CHECK(crc32c("") == 0);
  CHECK(crc32c("123456789") == 0xE3069283);
  CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AA);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62A8AB43);
  std::string ascending;
  for (char c = 0; c < 32; ++c)
    ascending += c;
  CHECK(crc32c(ascending) == 0x46DD794E);
  CHECK(masked_crc32c("123456789") == 0xC78AB0E5); // 0xE3069283 rotated is 0x2507C60D; and 0xA282EAD8 added
}

TEST_CASE("a scalar is these bytes", "[runtime][tensorboard]") {
  summary_event event{1.5, 300};
  CHECK(event.empty());
  event.add_scalar("loss", 0.5);
  CHECK(event.bytes() == "\x09\x00\x00\x00\x00\x00\x00\xf8\x3f" // 1: wall_time, a double
                         "\x10\xac\x02"                         // 2: step, a varint: 0x2c + 2 * 128
                         "\x2a\x0d"                             // 5: summary, of 13 bytes
                         "\x0a\x0b"                             // 1: value, of 11
                         "\x0a\x04loss"                         // 1: tag
                         "\x15\x00\x00\x00\x3f"s);              // 2: simple_value, a float
}

TEST_CASE("a file begins as those of TensorFlow do", "[runtime][tensorboard]") {
  const auto record = framed_record(file_version_event(1.5));
  CHECK(record.substr(0, 12) == "\x18\x00\x00\x00\x00\x00\x00\x00\xa3\x7fK\""s);
  CHECK(record.substr(12, 24) == "\x09\x00\x00\x00\x00\x00\x00\xf8\x3f\x1a\x0d"
                                 "brain.Event:2"s);
  CHECK(record.size() == 40);
}

TEST_CASE("what is not finite stays so, and what no float holds is infinite", "[runtime][tensorboard]") {
  summary_event event{0, 1};
  event.add_scalar("nan", std::nan(""));
  event.add_scalar("inf", std::numeric_limits<double>::infinity());
  event.add_scalar("large", 1e300);
  event.add_scalar("small", -1e300);
  const auto read = event_in(event.bytes()).scalars;
  CHECK(std::isnan(read.at("nan")));
  CHECK(read.at("inf") == std::numeric_limits<float>::infinity());
  CHECK(read.at("large") == std::numeric_limits<float>::infinity());
  CHECK(read.at("small") == -std::numeric_limits<float>::infinity());
}

TEST_CASE("a histogram has a bucket for each whole number, or for several", "[runtime][tensorboard]") {
  const auto of = [](const std::map<std::uint64_t, std::uint64_t>& counts) {
    summary_event event{0, 1};
    event.add_histogram("staleness", counts);
    return event_in(event.bytes()).histograms.at("staleness");
  };
  const auto few = of({{1, 7}, {3, 2}});
  CHECK(few.least == 1);
  CHECK(few.most == 3);
  CHECK(few.count == 9);
  CHECK(few.buckets == std::vector<std::pair<double, double>>{{1.5, 7}, {2.5, 0}, {3.5, 2}});
  CHECK(of({{4, 1}}).buckets == std::vector<std::pair<double, double>>{{4.5, 1}});
  const auto many = of({{0, 1}, {9, 2}, {10, 4}, {1279, 8}});
  REQUIRE(many.buckets.size() == 128); // of ten numbers each
  CHECK(many.buckets[0] == std::pair<double, double>{9.5, 3});
  CHECK(many.buckets[1] == std::pair<double, double>{19.5, 4});
  CHECK(many.buckets[127] == std::pair<double, double>{1279.5, 8});
}

TEST_CASE("a text and the begin of a session come back", "[runtime][tensorboard]") {
  summary_event event{2, 5};
  event.add_text("config", "gr\xc3\xbc\xc3\x9f" + std::string(300, 'e'));
  CHECK(event_in(event.bytes()).texts.at("config") == "gr\xc3\xbc\xc3\x9f" + std::string(300, 'e'));
  const auto session = event_in(session_event(3, 61));
  CHECK(session.begins_session);
  CHECK(session.step == 61);
  CHECK(session.wall_time == 3);
}

TEST_CASE("each event file is a new one, named by time, host and process", "[runtime][tensorboard]") {
  const temporary_folder folder;
  const auto into = folder.path("tensorboard");
  event_file first{into, 1700000000};
  first.write("one");
  event_file second{into, 1700000000};
  first.flush();
  const auto files = event_files_in(into);
  REQUIRE(files.size() == 2);
  const auto name = std::filesystem::path{files[0]}.filename().string();
  CHECK(name.rfind("events.out.tfevents.1700000000.", 0) == 0);
  CHECK(name.find('.' + std::to_string(getpid())) != std::string::npos);
  CHECK(files[1] == files[0] + ".2");
  CHECK(file_bytes(files[0]) == framed_record("one"));
  CHECK_THAT(failure_in(folder, errc::resources,
                        [&] {
                          event_file{folder.path("none/x"), 1};
                        }),
             Catch::StartsWith("cannot make the folder none/x: "));
}
