// The only C++ of the house: simdjson's first stage behind two C functions. Its second stage is not used: json.c builds our own
// tree and is stricter.
#include "fhir/internal.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <simdjson.h>

namespace {

// More than this is given back after use; less stays for the thread's next text.
constexpr size_t kept_bytes_max = size_t{4} << 20;
constexpr size_t kept_bytes_min = size_t{64} << 10;

using parser = simdjson::internal::dom_parser_implementation;

struct thread_parser {
	std::unique_ptr<parser> it;
	size_t capacity = 0;
	std::unique_ptr<char[]> copy; // of a text that ends too near the end of a page
};

thread_local thread_parser mine;

bool make_room(size_t size)
{
	if (mine.it && size <= mine.capacity) return true;
	size_t capacity = mine.capacity < kept_bytes_min ? kept_bytes_min : mine.capacity;
	while (capacity < size) capacity *= 2;
	mine.capacity = 0;
	// Depth is of its second stage; one is the least it takes.
	auto wrong = simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, 1, mine.it);
	if (wrong) return false;
	mine.capacity = capacity;
	return true;
}

// simdjson may read SIMDJSON_PADDING bytes past the end; what they are does not matter, only that they can be read. They can
// where they lie in the same page of memory; else (one text in 64) it is given a copy.
const char *padded(const char *bytes, size_t size)
{
	constexpr size_t page = 4096; // the smallest of any machine
	size_t in_page = (reinterpret_cast<uintptr_t>(bytes) + size) % page;
	if (in_page > 0 && in_page + simdjson::SIMDJSON_PADDING <= page) return bytes;
	mine.copy.reset(new (std::nothrow) char[size + simdjson::SIMDJSON_PADDING]);
	if (mine.copy) std::memcpy(mine.copy.get(), bytes, size);
	return mine.copy.get();
}

} // namespace

extern "C" bool json_structure_find(const char *bytes, uint32_t size, json_structure *out)
{
	if (size == 0) return false;
	const char *readable = padded(bytes, size);
	if (!readable || !make_room(size)) std::abort(); // no memory at all
	auto wrong = mine.it->stage1(reinterpret_cast<const uint8_t *>(readable), size, simdjson::stage1_mode::regular);
	if (wrong) return false;
	out->at = mine.it->structural_indexes.get();
	out->count = mine.it->n_structural_indexes;
	return out->count > 0;
}

extern "C" void json_structure_done(void)
{
	mine.copy.reset();
	if (mine.capacity <= kept_bytes_max) return;
	mine.it.reset();
	mine.capacity = 0;
}
