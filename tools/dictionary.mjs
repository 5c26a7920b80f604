// Writes what a dictionary for bodies is trained on (tools/dictionary.c): R4's examples of what a department keeps, one compact JSON a line.
//
//   node tools/dictionary.mjs PACKAGE OUT
//
// PACKAGE is the unpacked npm package hl7.fhir.r4.examples 4.0.1 (CC0). Nobody's own data is in it: a dictionary outlives what is erased.

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

// Definitions, which are read and not written every day; and what is made of others.
const LEFT_OUT = /^(SearchParameter|ValueSet|CodeSystem|StructureDefinition|ConceptMap|OperationDefinition|Bundle|package|\.)/;
const BYTES_MAX = 60000;

const [folder, out] = process.argv.slice(2);
const lines = [];
for (const file of readdirSync(folder).sort()) {
	if (LEFT_OUT.test(file) || !file.endsWith('.json')) continue;
	const resource = JSON.parse(readFileSync(join(folder, file), 'utf8'));
	delete resource.text;
	const line = JSON.stringify(resource);
	if (line.length <= BYTES_MAX) lines.push(line);
}
mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, `${lines.join('\n')}\n`);
