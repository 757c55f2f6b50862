#pragma once
// How a request looks: as a row of a table, in full, and in a sentence. Everything that peers chose is made
// harmless here. Pure; any thread.

#include <string>
#include <vector>

#include "api/views.hpp"
#include "base/clock.hpp"
#include "cli/table.hpp"

namespace covey::cli {

/// Columns: id, peer id, direction, state, title, bytes, files, asked at (Unix seconds), reason, name.
Table request_table();
void add_row(Table& table, const api::RequestView& request, WallTime now);

/// "bob asks for Holiday", "you ask bob for Holiday"
std::string request_title(const api::RequestView& request, Glyphs glyphs);
/// Who asks, since when it is known, for what and why: labelled lines of at most `columns`, each with its
/// end.
std::string request_details(const api::RequestView& request, WallTime now, int columns, Glyphs glyphs);

/// What became of it, in a sentence: "bob may fetch Holiday now", "bob has withdrawn the request for
/// Holiday".
std::string outcome_words(const api::RequestView& request, Glyphs glyphs);

}  // namespace covey::cli
