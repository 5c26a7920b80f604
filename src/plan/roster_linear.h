/* roster_linear.h: a linear program that grows by columns, solved by CLP (Debian's coinor-libclp-dev). Optional at build: without it
 * linear_new gives NULL and rosters are made by search alone. Of one thread at a time. */
#ifndef LIMEN_PLAN_ROSTER_LINEAR_H
#define LIMEN_PLAN_ROSTER_LINEAR_H

#include <stdbool.h>

typedef struct linear linear;
typedef struct linear_column {
	double cost, low, high;
	int count;
	const int *rows;
	const double *values;
} linear_column;

bool linear_built(void);
linear *linear_new(int rows, const double *low, const double *high);
void linear_free(linear *l); /* NULL is fine */
void linear_add(linear *l, const linear_column *c);
void linear_bounds(linear *l, int column, double low, double high);
/* Least cost. `bounds_moved`: columns are the same as last time, their bounds are not. False: none, or numbers broke down. */
bool linear_solve(linear *l, bool bounds_moved);
double linear_value(const linear *l);
const double *linear_prices(const linear *l); /* of rows; good until the next change */
const double *linear_columns(const linear *l);

#endif
