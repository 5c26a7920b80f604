/* vector.h: loops that the compiler turns into vector instructions. A function marked VECTOR is compiled for the plain processor, for
 * AVX2 and for AVX-512, and the program takes the best that is there when it starts. Only gcc, which builds the release: the resolvers
 * run before clang's sanitizers are up, so the tests run the plain one, and `bench clock` compares the others with the rules one by one. */
#ifndef LIMEN_BASE_VECTOR_H
#define LIMEN_BASE_VECTOR_H

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define VECTOR __attribute__((target_clones("default", "avx2", "avx512f")))
/* Before a loop: no turn of it reads what another writes. gcc 12 does not take that from `restrict` where it gathers. */
#define TURNS_APART _Pragma("GCC ivdep")
#else
#define VECTOR
#define TURNS_APART
#endif

#endif
