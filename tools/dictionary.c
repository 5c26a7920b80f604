/* dictionary SAMPLES OUT: trains a zstd dictionary on lines of text. Run once, at build; what it gives is kept with the data it packs, so
 * another build may come to another dictionary. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zdict.h>

enum { DICTIONARY_BYTES = 32 * 1024, SAMPLES_MAX = 10000 };

int main(int argc, char **argv)
{
	static size_t sizes[SAMPLES_MAX];
	static char dictionary[DICTIONARY_BYTES];
	FILE *in = argc == 3 ? fopen(argv[1], "rb") : NULL;
	if (!in) return fputs("dictionary SAMPLES OUT\n", stderr), 2;
	char *samples = NULL, *line = NULL;
	size_t total = 0, room = 0;
	unsigned count = 0;
	for (ssize_t n; count < SAMPLES_MAX && (n = getline(&line, &room, in)) > 1;) {
		size_t bytes = (size_t)n - 1; /* without the line end */
		samples = realloc(samples, total + bytes);
		if (!samples) abort();
		memcpy(samples + total, line, bytes);
		total += bytes;
		sizes[count++] = bytes;
	}
	fclose(in);
	size_t made = ZDICT_trainFromBuffer(dictionary, DICTIONARY_BYTES, samples, sizes, count);
	FILE *out = ZDICT_isError(made) ? NULL : fopen(argv[2], "wb");
	if (!out) return fprintf(stderr, "dictionary: %s\n", ZDICT_getErrorName(made)), 1;
	int failed = fwrite(dictionary, 1, made, out) != made;
	failed |= fclose(out) != 0;
	free(samples);
	free(line);
	return failed;
}
