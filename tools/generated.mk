# What is made in build/gen before any C compiles. Included by the Makefile.
#
# names and definitions: from the npm package hl7.fhir.r4.examples (CC0), by tools/definitions.mjs
# Copenhagen's clock:    from Debian's tzdata
# the content image:     the files of content/, by tools/content.mjs (checked by `limen content check`)
# the pages:             web/ built by Vite

GENERATED :=
EMBEDDED :=
