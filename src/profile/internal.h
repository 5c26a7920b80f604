/* internal.h: what the files of profile/ share and no other folder sees. */
#ifndef LIMEN_PROFILE_INTERNAL_H
#define LIMEN_PROFILE_INTERNAL_H

#include "profile/profile.h"

/* check_format.c: what is wrong with a primitive's value. `type` is one of PRIMITIVE_… (image_counts.h). */
typedef enum format_verdict { FORMAT_GOOD, FORMAT_BAD_KIND, FORMAT_BAD_VALUE, FORMAT_EMPTY } format_verdict;
format_verdict format_check(uint16_t type, uint8_t kind, text value);
/* The JSON kind a primitive is written as: "string", "number" or "boolean". */
const char *format_json_kind(uint16_t type);

#endif
