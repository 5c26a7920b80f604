/* internal.h: what only the files of content/ share. */
#ifndef LIMEN_CONTENT_INTERNAL_H
#define LIMEN_CONTENT_INTERNAL_H

#include "content/content.h"

/* A YAML file as a tree: node 0 is an array of the file's documents. Arrays are indexed by node. */
typedef struct yaml_tree {
	doc *d;
	int32_t *lines;   /* from 1; of a mapping's value: the line of its key */
	int32_t *columns; /* from 1, of a text that stands on one line; else 0 */
} yaml_tree;

bool yaml_read(arena *a, text name, text source, issues *sink, yaml_tree *out);

/* holiday.c: the kind content itself understands, and the calendar made of its entries. */
const content_kind *holiday_kind(void);
const calendar *holiday_calendar(const image *m);

#endif
