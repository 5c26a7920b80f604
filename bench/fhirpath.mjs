// bench fhirpath: Limen's FHIRPath beside fhirpath.js, in one run, on the same encounters and observations: Synthea's where the
// shared data is there, else the official examples. The expressions are R4's own, read from its search parameters and
// invariants. Each is compiled once (fhirpath.js with its R4 model) and evaluated on every parsed resource of its type, round
// after round; the best round counts. Both must give as many answers, on the same resources. What fhirpath.js refuses to answer is
// named and has no ratio.
//
// Prints a line for each expression, then fhirpath.KEY VALUE lines, the headline last. A step is a step of our compiled form (a
// chain of names is one), a criterion's counted once however often it runs.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4/index.js';

const PACKAGE = 'tools/node_modules/hl7.fhir.r4.examples';
const SYNTHEA = join(process.env.LIMEN_SHARED ?? '../shared', 'data/synthea');
const FOLDER = 'build/bench-data';
const FILE = join(FOLDER, 'fhirpath.ndjson');
const OF_TYPE_MAX = 2000;
const SPENT_MIN_MS = 400;
const ROUNDS_MIN = 3;
const REFUSAL_SHOWN = 60;
const TYPES = ['Encounter', 'Observation'];

// What is asked: a search parameter by its code, or an invariant by its key and the type that has it; `on` is where it holds.
const search = (type, ...codes) => codes.map((code) => ({ type, name: `${type}?${code}`, expression: searchExpression(type, code) }));
const invariant = (type, key, of = type, on = '') => ({ type, name: `${on || type} ${key}`, expression: on ? `${on}.all(${constraint(of, key)})` : constraint(of, key) });

const read = (name) => JSON.parse(readFileSync(join(PACKAGE, `${name}.json`), 'utf8'));

// The alternatives of a parameter that begin with this type: a parameter shared by many types names them all.
function searchExpression(type, code) {
	for (const file of searchFiles) {
		const parameter = JSON.parse(readFileSync(join(PACKAGE, file), 'utf8'));
		if (parameter.code !== code || !parameter.base?.includes(type) || !parameter.expression) continue;
		return parameter.expression.split(' | ').filter((part) => new RegExp(`^\\(?${type}\\b`).test(part)).join(' | ');
	}
	throw new Error(`R4 has no search parameter ${code} for ${type}`);
}

function constraint(type, key) {
	for (const element of read(`StructureDefinition-${type}`).snapshot.element)
		for (const found of element.constraint ?? []) if (found.key === key) return found.expression;
	throw new Error(`R4 has no invariant ${key} on ${type}`);
}

if (!existsSync(PACKAGE)) throw new Error(`${PACKAGE} is not there: run ./dev bench`);
const searchFiles = readdirSync(PACKAGE).filter((name) => /^SearchParameter-(Encounter|Observation|clinical|combo)/.test(name));
const asked = [
	...search('Observation', 'status', 'code', 'category', 'subject', 'date', 'value-quantity', 'value-concept', 'value-string', 'combo-code', 'combo-value-quantity', 'component-code', 'component-value-quantity'),
	...search('Encounter', 'class', 'date', 'identifier', 'type', 'participant', 'participant-type', 'service-provider', 'reason-code'),
	invariant('Observation', 'obs-6'),
	invariant('Observation', 'obs-7'),
	invariant('Observation', 'dom-4'),
	invariant('Observation', 'dom-6'),
	invariant('Observation', 'ele-1', 'Element', 'Observation.code'),
	invariant('Observation', 'qty-3', 'Quantity', 'Observation.value.ofType(Quantity)'),
	invariant('Encounter', 'per-1', 'Period', 'Encounter.period'),
	invariant('Encounter', 'dom-3'),
];

// ---- data ----

function* bundles() {
	if (existsSync(SYNTHEA))
		for (const name of readdirSync(SYNTHEA).filter((n) => n.endsWith('.bz2')).sort()) {
			const unpacked = spawnSync('bunzip2', ['-c', join(SYNTHEA, name)], { maxBuffer: 1 << 30 });
			if (unpacked.status !== 0) throw new Error(`bunzip2 cannot unpack ${name}`);
			yield JSON.parse(unpacked.stdout.toString()).entry.map((entry) => entry.resource);
		}
	else
		for (const name of readdirSync(PACKAGE).filter((n) => /^(Encounter|Observation)-/.test(n)).sort()) yield [read(name.slice(0, -5))];
}

function collect() {
	const left = new Map(TYPES.map((type) => [type, OF_TYPE_MAX]));
	const lines = [];
	for (const resources of bundles()) {
		for (const resource of resources)
			if (left.get(resource?.resourceType) > 0) {
				left.set(resource.resourceType, left.get(resource.resourceType) - 1);
				lines.push(JSON.stringify(resource));
			}
		if ([...left.values()].every((n) => n === 0)) break;
	}
	mkdirSync(FOLDER, { recursive: true });
	writeFileSync(FILE, `${lines.join('\n')}\n`);
	return lines;
}

// ---- the two engines ----

function ours() {
	const input = asked.map((one) => `${one.type}\t${one.expression}\n`).join('');
	const ran = spawnSync('build/release/bench/fhirpath', [FILE], { input, encoding: 'utf8' });
	if (ran.status !== 0) throw new Error(`build/release/bench/fhirpath: ${ran.error ?? ran.stderr}`);
	return ran.stdout.trim().split('\n').map((line) => line.split('\t').map(Number)).map(([answers, weighted, ns, steps]) => ({ answers, weighted, ns, steps }));
}

function theirs({ expression, type }, resources) {
	const compiled = fhirpath.compile(expression, r4, { traceFn: () => {} });
	const run = expression.includes('%resource') ? (resource) => compiled(resource, { resource }) : compiled;
	const those = resources.filter((resource) => resource.resourceType === type);
	let answers = 0, weighted = 0;
	try {
		those.forEach((resource, n) => {
			const { length } = run(resource);
			answers += length;
			weighted += length * (n + 1);
		});
	} catch (refusal) {
		return { refusal: refusal.message.slice(0, REFUSAL_SHOWN) };
	}
	let best = Infinity;
	const began = performance.now();
	for (let round = 0; round < ROUNDS_MIN || performance.now() - began < SPENT_MIN_MS; round++) {
		const start = process.hrtime.bigint();
		for (const resource of those) run(resource);
		best = Math.min(best, Number(process.hrtime.bigint() - start));
	}
	return { answers, weighted, ns: best / those.length };
}

// ---- side by side ----

const median = (numbers) => {
	const sorted = [...numbers].sort((a, b) => a - b), half = sorted.length >> 1;
	return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

const lines = collect();
const resources = lines.map((line) => JSON.parse(line));
const limen = ours();
const ratios = [];
let different = 0, refused = 0;
const row = (ns, js, ratio, answers, what) => console.log(`${ns.padStart(9)} ${js.padStart(9)} ${ratio.padStart(7)} ${answers.padStart(8)}  ${what}`);
console.log('Each side: compiled once with R4; then in a loop over the same parsed resources of its type, answers dropped; best round.');
console.log('  Limen: path_run(compiled, doc, …), its answers forgotten by rewinding the arena after each resource.');
console.log('  fhirpath.js: compiled(resource) of fhirpath.compile(expression, r4); its answers are left to the collector.');
row('ns', 'js ns', 'ratio', 'answers', 'expression');
asked.forEach((one, n) => {
	const mine = limen[n], js = theirs(one, resources), ratio = js.ns / mine.ns, what = `${one.name}: ${one.expression}`;
	if (js.refusal) {
		refused++;
		row(mine.ns.toFixed(1), '-', '-', String(mine.answers), what);
		console.log(`    fhirpath.js refuses it: ${js.refusal}`);
		return;
	}
	ratios.push(ratio);
	row(mine.ns.toFixed(1), js.ns.toFixed(0), ratio.toFixed(1), String(mine.answers), what);
	if (mine.answers === js.answers && mine.weighted === js.weighted) return;
	different++;
	console.log(`    DIFFERENT: fhirpath.js gives ${js.answers} answers${mine.answers === js.answers ? ', on other resources' : ''}`);
});
for (const type of TYPES) console.log(`fhirpath.${type.toLowerCase()}s ${resources.filter((resource) => resource.resourceType === type).length}`);
console.log(`fhirpath.expressions ${ratios.length}`);
console.log(`fhirpath.refused_by_js ${refused}`);
console.log(`fhirpath.different ${different}`);
console.log(`fhirpath.min_ratio ${Math.min(...ratios).toFixed(1)}`);
console.log(`fhirpath.ns_per_step ${median(limen.map((one) => one.ns / one.steps)).toFixed(1)}`);
console.log(`fhirpath.ratio_median ${median(ratios).toFixed(1)}`);
process.exitCode = different ? 1 : 0;
