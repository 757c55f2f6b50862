#include "cli/shared_options.hpp"

#include <CLI/CLI.hpp>

#include "base/quantity.hpp"

namespace covey::cli {

void add_download_options(CLI::App* command, DownloadOptions& options, const std::string& what,
                          const std::string& description) {
  command->add_option(what, options.what, description)->required();
  command
      ->add_option("-o,--output", options.directory, "Put it into this folder; without it, the current one")
      ->type_name("DIR");
  command
      ->add_option("--select", options.select,
                   "Only what matches, inside a shared folder, for example 'photos/*.jpg'; may be repeated")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  auto* overwrite = command->add_flag("--overwrite", options.overwrite,
                                      "Replace what stands in the way under the same name");
  command
      ->add_flag("--rename", options.rename, "Keep what stands in the way and take another name: 'name (2)'")
      ->excludes(overwrite);
}

void add_setting_options(CLI::App* command, SettingOptions& options) {
  command->add_option("--priority", options.priority, "Which downloads start first: high, normal or low")
      ->check(CLI::IsMember({"high", "normal", "low"}))
      ->type_name("P");
  command->add_flag("--sequential", options.sequential,
                    "From the beginning to the end, for what is used while it arrives");
  command->add_option("--limit-down", options.limit_down, "At most so many bytes a second, for example 5M")
      ->type_name("RATE");
  command->add_option("--limit-up", options.limit_up, "Likewise, for what it hands on to others")
      ->type_name("RATE");
  command
      ->add_option("--seed", options.seed,
                   "Whether it goes on being handed on to others once it is complete: on or off")
      ->check(CLI::IsMember({"on", "off"}))
      ->type_name("on|off");
}

const CLI::Validator& duration() {
  static const CLI::Validator kDuration(
      [](std::string& text) {
        const auto parsed = parse_duration(text);
        return parsed ? std::string{} : parsed.error().context;
      },
      "");
  return kDuration;
}

}  // namespace covey::cli
