/* roster_linear.c: linear programs by CLP, where it is built in. */
#include "plan/roster_linear.h"

#include <stddef.h>
#include <stdint.h>

#ifdef LIMEN_CLP
#include <coin/Clp_C_Interface.h>

static Clp_Simplex *model(const linear *l)
{
	return (Clp_Simplex *)(uintptr_t)l;
}

bool linear_built(void)
{
	return true;
}

linear *linear_new(int rows, const double *low, const double *high)
{
	Clp_Simplex *m = Clp_newModel();
	if (!m) return NULL;
	Clp_setLogLevel(m, 0);
	Clp_setPerturbation(m, 50);
	Clp_resize(m, rows, 0);
	Clp_chgRowLower(m, low);
	Clp_chgRowUpper(m, high);
	return (linear *)(uintptr_t)m;
}

void linear_free(linear *l)
{
	if (l) Clp_deleteModel(model(l));
}

void linear_add(linear *l, const linear_column *c)
{
	CoinBigIndex starts[2] = {0, c->count};
	Clp_addColumns(model(l), 1, &c->low, &c->high, &c->cost, starts, c->rows, c->values);
}

void linear_bounds(linear *l, int column, double low, double high)
{
	Clp_columnLower(model(l))[column] = low;
	Clp_columnUpper(model(l))[column] = high;
}

bool linear_solve(linear *l, bool bounds_moved)
{
	Clp_Simplex *m = model(l);
	int status = bounds_moved ? Clp_dual(m, 0) : Clp_primal(m, 0);
	if (status != 0) status = Clp_initialSolve(m);
	return status == 0 && Clp_status(m) == 0;
}

double linear_value(const linear *l)
{
	return Clp_objectiveValue(model(l));
}

const double *linear_prices(const linear *l)
{
	return Clp_dualRowSolution(model(l));
}

const double *linear_columns(const linear *l)
{
	return Clp_primalColumnSolution(model(l));
}
#else
bool linear_built(void)
{
	return false;
}

linear *linear_new(int rows, const double *low, const double *high)
{
	(void)rows, (void)low, (void)high;
	return NULL;
}

void linear_free(linear *l)
{
	(void)l;
}

void linear_add(linear *l, const linear_column *c)
{
	(void)l, (void)c;
}

void linear_bounds(linear *l, int column, double low, double high)
{
	(void)l, (void)column, (void)low, (void)high;
}

bool linear_solve(linear *l, bool bounds_moved)
{
	(void)l, (void)bounds_moved;
	return false;
}

double linear_value(const linear *l)
{
	(void)l;
	return 0;
}

const double *linear_prices(const linear *l)
{
	(void)l;
	return NULL;
}

const double *linear_columns(const linear *l)
{
	(void)l;
	return NULL;
}
#endif
