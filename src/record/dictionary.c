/* The dictionary that bodies are packed with, trained at build on R4's examples (tools/dictionary.c) and put in as it is. Every store keeps
 * the dictionary it was written with. */
#include "record/internal.h"

extern const char body_dictionary_start[], body_dictionary_end[];

text body_dictionary(void)
{
	return (text){body_dictionary_start, body_dictionary_end - body_dictionary_start};
}
