/* embedded.c: the files of content/, put into the program as they are by the assembler. build/gen/content_files.h is the list
 * (tools/content-files writes it): CONTENT_FILE(number, "dk/holidays.yaml", "content/dk/holidays.yaml"). */
#include "content/internal.h"

#define CONTENT_FILE(number, shown, path)                                                                              \
	__asm__(".pushsection .rodata\n"                                                                               \
		".global limen_content_" #number "\n"                                                                  \
		".global limen_content_end_" #number "\n"                                                              \
		"limen_content_" #number ":\n.incbin \"" path "\"\n"                                                   \
		"limen_content_end_" #number ":\n.byte 0\n.popsection\n");                                             \
	extern const char limen_content_##number[], limen_content_end_##number[];
#include "content_files.h"
#undef CONTENT_FILE

const content_file *content_embedded(int *count)
{
	static content_file files[] = {
#define CONTENT_FILE(number, shown, path) {.name = {(shown), sizeof(shown) - 1}, .source = {limen_content_##number, 0}},
#include "content_files.h"
#undef CONTENT_FILE
	};
	static const char *const ends[] = {
#define CONTENT_FILE(number, shown, path) limen_content_end_##number,
#include "content_files.h"
#undef CONTENT_FILE
	};
	*count = (int)(sizeof ends / sizeof *ends);
	for (int i = 0; i < *count; i++) files[i].source.len = ends[i] - files[i].source.at;
	return files;
}
