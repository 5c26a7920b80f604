# Builds Limen. `./dev` is the front door; this file is what it calls.
#
#   make V=release|asan|tsan  limen      the program             build/$(V)/limen
#   make V=asan test-FLOOR               one floor's C tests     build/$(V)/tests/FLOOR-*
#
# A floor is a folder of src/; a test in tests/FLOOR/ links that floor and the floors below it, nothing above.

V ?= release
FLOORS := $(shell sed -n 's/^\([a-z]*\):.*/\1/p' DEPENDS)
OUT := build/$(V)
GEN := build/gen

# gcc counts a variable named like a type (path, fact, column) as shadowing; clang, which builds the tests, does not.
SHADOW = $(if $(filter gcc,$(CC)),-Wshadow=local,-Wshadow)
WARN = -Wall -Wextra -Wpedantic -Wconversion -Wno-sign-conversion $(SHADOW) -Wundef -Wvla -Wstrict-prototypes \
  -Wmissing-prototypes -Wwrite-strings -Wcast-qual -Wformat=2 -Wimplicit-fallthrough -Wdouble-promotion
COMMON = -std=c17 -D_GNU_SOURCE -Isrc -I$(GEN) -isystem /usr/include/libxml2 -g -fno-common -fno-strict-aliasing $(WARN) $(if $(CI),-Werror)
HARD := -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE
ifeq ($(V),release)
  CC := gcc
  CXX := g++
  FLAGS := -O2 -D_FORTIFY_SOURCE=3 $(HARD)
  LDFLAGS := -pie -Wl,-z,relro,-z,now
else ifeq ($(V),asan)
  CC := clang
  CXX := clang++
  FLAGS := -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
  LDFLAGS := -fsanitize=address,undefined
else ifeq ($(V),tsan)
  CC := clang
  CXX := clang++
  FLAGS := -O1 -fsanitize=thread -fno-omit-frame-pointer
  LDFLAGS := -fsanitize=thread
else ifeq ($(V),fuzz)
  CC := clang
  CXX := clang++
  FLAGS := -O1 -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined
  LDFLAGS := -fsanitize=address,undefined,fuzzer
endif
CFLAGS = $(COMMON) $(FLAGS)
CXXFLAGS := -std=c++17 -D_GNU_SOURCE -Isrc -I$(GEN) -g -fno-exceptions -fno-rtti -Wall -Wextra $(FLAGS)
LIBS := -lsimdjson -lstdc++ -lsqlite3 -lpq -lzstd -lmicrohttpd -lz -lcurl -lfyaml -lutf8proc -lpcre2-8 -lsodium -lnettle -lxml2 -lpthread -lm

# A linear solver for rosters, where Debian's coinor-libclp-dev is there; without it they are made by search alone.
ifneq ($(wildcard /usr/include/coin/Clp_C_Interface.h),)
  COMMON += -DLIMEN_CLP
  LIBS += -lClp
endif

# libs-upto FLOOR: that floor's library and those below, highest first, as the linker wants them.
upto = $(if $(filter $(1),$(firstword $(2))),$(1),$(call upto,$(1),$(wordlist 2,99,$(2))) $(firstword $(2)))
libs = $(patsubst %,$(OUT)/lib%.a,$(call upto,$(1),$(FLOORS)))

.PHONY: limen all tests generated clean
.DELETE_ON_ERROR:
# Objects are kept; not .SECONDARY, by which one that is missing from an archive newer than its source would never be made.
.PRECIOUS: $(OUT)/obj/%.c.o $(OUT)/obj/tests/%.c.o $(OUT)/obj/%.cpp.o
limen: $(OUT)/limen
all: limen tests

# What is generated before any C compiles: names and definitions from the FHIR package, Copenhagen's clock,
# the content image, the pages.
include tools/generated.mk
generated: $(GENERATED)

define floor_rules
SRC_$(1) := $$(wildcard src/$(1)/*.c src/$(1)/*.cpp)
OBJ_$(1) := $$(patsubst src/%,$(OUT)/obj/%.o,$$(SRC_$(1)))
$(OUT)/lib$(1).a: $$(OBJ_$(1))
	@rm -f $$@
	@ar rcs $$@ $$^
TESTS_$(1) := $$(patsubst tests/$(1)/%.c,$(OUT)/tests/$(1)-%,$$(wildcard tests/$(1)/*.c))
$(OUT)/tests/$(1)-%: $(OUT)/obj/tests/$(1)/%.c.o $(OUT)/obj/tests/harness.c.o $$(call libs,$(1))
	@mkdir -p $$(@D)
	@echo "LINK $$@"
	@$(CC) $(LDFLAGS) -o $$@ $$(filter %.o,$$^) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $(LIBS) -lcmocka
test-$(1): $$(TESTS_$(1))
	@tools/run-tests $$^
tests: $$(TESTS_$(1))
.PHONY: test-$(1)
endef
$(foreach f,$(FLOORS),$(eval $(call floor_rules,$(f))))

$(OUT)/obj/tests/%.c.o: tests/%.c | $(GENERATED)
	@mkdir -p $(@D)
	@echo "CC   $<"
	@$(CC) $(CFLAGS) -Itests -MMD -MP -c -o $@ $<
$(OUT)/obj/%.c.o: src/%.c | $(GENERATED)
	@mkdir -p $(@D)
	@echo "CC   $<"
	@$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<
$(OUT)/obj/%.cpp.o: src/%.cpp | $(GENERATED)
	@mkdir -p $(@D)
	@echo "CXX  $<"
	@$(CXX) $(CXXFLAGS) -MMD -MP -c -o $@ $<
# The steps over columns are loops for vector instructions, which gcc 12 makes of most of them at -O3 only.
build/release/obj/clock/step.c.o build/release/obj/clock/count.c.o: FLAGS += -O3
# What is counted some million times a second.
build/release/obj/plan/ward_place.c.o build/release/obj/plan/ward_move.c.o build/release/obj/plan/ward_nurse.c.o: FLAGS += -O3
# Embedded files (.incbin) are assembled once, from build/gen.
$(OUT)/obj/embedded.o: $(GEN)/embedded.S $(EMBEDDED)
	@mkdir -p $(@D)
	@$(CC) -c -o $@ $<

$(OUT)/limen: $(OUT)/obj/embedded.o $(call libs,$(lastword $(FLOORS)))
	@echo "LINK $@"
	@$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS)

# bench/NAME.c and fuzz/NAME.c are programs of their own, linked with every floor.
$(OUT)/bench/%: bench/%.c $(wildcard bench/*.h) $(OUT)/obj/embedded.o $(call libs,$(lastword $(FLOORS)))
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) -I. $(LDFLAGS) -o $@ $(filter %.c %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS) $(BENCH_LIBS)
$(OUT)/fuzz/%: fuzz/%.c $(OUT)/obj/embedded.o $(call libs,$(lastword $(FLOORS)))
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.c %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS)

clean:
	rm -rf build

-include $(shell find $(OUT)/obj -name '*.d' 2>/dev/null)
