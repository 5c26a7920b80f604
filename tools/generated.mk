# What is made in build/gen before any C compiles. Included by the Makefile.
#
# names and definitions: from the npm package hl7.fhir.r4.examples (CC0), by tools/definitions.mjs
# profiles, code systems: from the same package, as text, by tools/library.mjs
# the dictionary of bodies: trained on the same package's examples, by tools/dictionary.mjs and tools/dictionary.c
# compartments:          from the same package, by tools/compartments.mjs
# Copenhagen's clock:    from Debian's tzdata
# the content image:     the list of the files of content/, by tools/content-files (each is checked when it is loaded)
# the pages:             web/ built by Vite

GENERATED :=
EMBEDDED :=

# The clock of Copenhagen as the bytes of a C array, for src/base/zone.c.
ZONEINFO := /usr/share/zoneinfo/Europe/Copenhagen
GENERATED += $(GEN)/copenhagen.h
$(GEN)/copenhagen.h: $(ZONEINFO)
	@mkdir -p $(@D)
	@od -An -v -tu1 $< | sed 's/\([0-9]\{1,\}\)/\1,/g' >$@

# What FHIR R4 defines. A file that would come out unchanged keeps its time (`@:`, then make looks again), so that a
# second run compiles nothing.
FHIR_PACKAGE := tools/node_modules/hl7.fhir.r4.examples
GENERATED += $(GEN)/names.h $(GEN)/image_counts.h
tools/node_modules/.package-lock.json: tools/package.json tools/package-lock.json
	@echo "NPM  $(FHIR_PACKAGE)"
	@cd tools && npm ci --ignore-scripts --no-audit --no-fund >/dev/null
	@touch $@
$(GEN)/definitions.stamp: tools/definitions.mjs tools/node_modules/.package-lock.json
	@mkdir -p $(GEN)
	@echo "GEN  definitions"
	@node tools/definitions.mjs $(FHIR_PACKAGE) $(GEN)
	@touch $@
$(GEN)/names.h $(GEN)/image_counts.h $(GEN)/definitions.S $(GEN)/definitions.bin: $(GEN)/definitions.stamp
	@:
$(OUT)/obj/definitions.o: $(GEN)/definitions.S $(GEN)/definitions.bin
	@mkdir -p $(@D)
	@$(CC) -c -o $@ $<
$(OUT)/libfhir.a: $(OUT)/obj/definitions.o

# R4's conformance resources as text, for src/profile/library.c. Nothing of it is seen by the compiler.
$(GEN)/library.stamp: tools/library.mjs tools/node_modules/.package-lock.json
	@mkdir -p $(GEN)
	@echo "GEN  library"
	@node tools/library.mjs $(FHIR_PACKAGE) $(GEN)
	@touch $@
$(GEN)/library.S $(GEN)/library.bin: $(GEN)/library.stamp
	@:
$(OUT)/obj/library.o: $(GEN)/library.S $(GEN)/library.bin
	@mkdir -p $(@D)
	@$(CC) -c -o $@ $<
$(OUT)/libprofile.a: $(OUT)/obj/library.o

# The dictionary that bodies are packed with, for src/record/dictionary.c.
$(GEN)/samples.ndjson: tools/dictionary.mjs tools/node_modules/.package-lock.json
	@echo "GEN  dictionary"
	@node tools/dictionary.mjs $(FHIR_PACKAGE) $@
$(GEN)/train: tools/dictionary.c
	@mkdir -p $(@D)
	@cc -O2 -D_GNU_SOURCE -o $@ $< -lzstd
$(GEN)/dictionary.bin: $(GEN)/train $(GEN)/samples.ndjson
	@$(GEN)/train $(GEN)/samples.ndjson $@
$(GEN)/dictionary.S: $(GEN)/dictionary.bin tools/generated.mk
	@printf '.section .rodata\n.global body_dictionary_start\n.global body_dictionary_end\nbody_dictionary_start:\n.incbin "$<"\nbody_dictionary_end:\n.section .note.GNU-stack,"",%%progbits\n' >$@
$(OUT)/obj/dictionary.o: $(GEN)/dictionary.S
	@mkdir -p $(@D)
	@$(CC) -c -o $@ $<
$(OUT)/librecord.a: $(OUT)/obj/dictionary.o

# The compartments of R4, for src/record/search_where.c.
GENERATED += $(GEN)/compartments.def
$(GEN)/compartments.def: tools/compartments.mjs tools/node_modules/.package-lock.json
	@mkdir -p $(GEN)
	@node tools/compartments.mjs $(FHIR_PACKAGE) $@

# The content files, put in as they are (src/content/embedded.c): a new file changes its folder, a changed one the object.
CONTENT_FOLDERS := $(shell find content -type d 2>/dev/null)
CONTENT_FILES := $(shell find content -name '*.yaml' 2>/dev/null)
GENERATED += $(GEN)/content_files.h
$(GEN)/content_files.h: tools/content-files $(CONTENT_FOLDERS)
	@mkdir -p $(GEN)
	@tools/content-files >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
	@touch $@
$(OUT)/obj/content/embedded.c.o: $(CONTENT_FILES)

# The pages: built by Vite into web/dist, then put into the program as they are (tools/assets.mjs). Without web/ there are none.
WEB_SOURCES := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' -not -path 'web/dev/*' 2>/dev/null)
ifneq ($(wildcard web/package.json),)
web/node_modules/.package-lock.json: web/package-lock.json
	@echo "NPM  web"
	@cd web && npm ci --no-audit --no-fund >/dev/null
	@touch $@
$(GEN)/web.stamp: $(WEB_SOURCES) web/node_modules/.package-lock.json
	@mkdir -p $(GEN)
	@echo "WEB  web/dist"
	@cd web && npm run --silent build >../$(GEN)/web.log 2>&1 || { cat ../$(GEN)/web.log; exit 1; }
	@touch $@
$(GEN)/embedded.S: $(GEN)/web.stamp
endif
$(GEN)/embedded.S: tools/assets.mjs
	@mkdir -p $(GEN)
	@node tools/assets.mjs web/dist $@
