// The compartments of R4 as rows for src/record/search_where.c: node tools/compartments.mjs PACKAGE OUT
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, out] = process.argv.slice(2);
if (!out) {
	console.error('usage: node tools/compartments.mjs PACKAGE OUT');
	process.exit(2);
}
const rows = [];
for (const file of readdirSync(folder).sort()) {
	if (!/^CompartmentDefinition-.*\.json$/.test(file)) continue;
	const definition = JSON.parse(readFileSync(join(folder, file), 'utf8'));
	if (definition.url !== `http://hl7.org/fhir/CompartmentDefinition/${definition.id}`) continue;
	for (const { code, param } of definition.resource)
		for (const name of param ?? []) rows.push(`COMPARTMENT("${definition.code}", "${code}", "${name}")\n`);
}
writeFileSync(out, '/* Made by tools/compartments.mjs from hl7.fhir.r4.examples 4.0.1. Do not edit. */\n' + rows.join(''));
