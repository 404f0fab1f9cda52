#include "runtime/record/history_table.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace dk {

void write_history_table(const run_folder& folder) {
  std::ifstream in{folder.history()};
  std::string table;
  for (std::string line; std::getline(in, line);) {
    auto entry = nlohmann::ordered_json::parse(line, nullptr, false);
    if (!entry.is_object())
      continue;             // the half line of a driver that was killed
    entry.erase("session"); // lines of the first one have none
    if (table.empty()) {
      for (const auto& [key, value] : entry.items())
        table += (table.empty() ? "" : ",") + key;
      table += '\n';
    }
    std::string row;
    for (const auto& [key, value] : entry.items())
      row += (row.empty() ? "" : ",") + (value.is_null() ? "" : value.dump());
    table += row + '\n';
  }
  write_text(folder.history_table(), table);
}

} // namespace dk
