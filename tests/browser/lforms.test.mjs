// Forms against another maker's renderer: the cases of tests/form/cases, to which tests/form/cases.c holds the server, are given to
// NLM's lforms in a real browser. The same items are enabled, the same values are there, after the same answers. Where lforms is
// known to be apart, APART says where and why; when it no longer is, the test fails, so that the list stays true.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch } from './browser.mjs';

const CASES = fileURLToPath(new URL('../form/cases/', import.meta.url));
const DIST = fileURLToPath(new URL('node_modules/lforms/dist/lforms/', import.meta.url));
const SCRIPTS = ['assets/lib/zone.min.js', 'runtime.js', 'polyfills.js', 'main.js'].map((name) => `webcomponent/${name}`);
const skip = existsSync(DIST) ? false : 'lforms is not here (npm ci in tests/browser)';
const SETTLED_MS = 250;

// case → step → what differs there.
const APART = {
	// Its r4-support.md: "Does not support > on strings or dates" (nor < on times). R4 defines ">" as "a value that is greater than
	// the enableWhen answer" for every type of answer[x]. Units are not converted: 999 mg is to it more than 1 g.
	'operand-types': {
		'each condition holds; 1000 mg is 1 g; a coding is the same by system and code': [
			'if-day[0] is not enabled',
			'if-at[0] is not enabled',
		],
		'none does': ['if-q[0] is enabled'],
	},
	// What is drawn there without a saved response always begins.
	initial: { 'later nothing is put in again': ['count[0] is "3"', 'family[0] is "Holm"'] },
	// Its sdc-support.md, "Not yet supported": itemPopulationContext.
	'repeated-by-context': {
		'a group for each name': [
			'name[1] is not enabled',
			'name[1]/first[0] is not enabled',
			'name[1]/last[0] is not enabled',
			'name[0]/first[0] is ""',
			'name[0]/last[0] is ""',
			'name[1]/first[0] is ""',
			'name[1]/last[0] is ""',
		],
	},
	// Extensions of an answer's Coding are lost on their way through it.
	score: {
		'a sum of what the choices weigh': ['total[0] is "0"'],
		'and what follows from it': ['refer[0] is not enabled', 'total[0] is "0"', 'word[0] is ""'],
	},
	// A weight that only the Questionnaire gives is asked of a terminology server ("Option terminologyUrl is not specified").
	weights: {
		'what the form says the choices weigh, though the answers do not': ['total[0] is ""'],
		'and what follows from it': ['refer[0] is not enabled', 'total[0] is ""', 'word[0] is ""'],
	},
};

let browser;
let page;

before(async () => {
	if (skip) return;
	browser = await launch();
	page = await browser.newPage();
	await page.setContent('<html><body><div id="form"></div></body></html>');
	for (const script of [...SCRIPTS, 'fhir/R4/lformsFHIR.min.js']) await page.addScriptTag({ path: DIST + script });
});

after(() => browser?.close());

// The form drawn there, its items read. A question with several answers is several items there, one here.
async function theirs({ c, step, wait }) {
	const L = LForms.Util;
	const number = (item) => Number(item._elementId.split('/').pop()) - 1;
	const own = (item, holds) =>
		item.dataType === 'SECTION' ? `${item.linkId}[${number(item)}]` : `${item.linkId}[0]${holds ? `:${number(item)}` : ''}`;
	const key = (item, holds) =>
		(item._parentItem?.linkId ? `${key(item._parentItem, true)}/` : '') + own(item, holds);
	let def = L.convertFHIRQuestionnaireToLForms(structuredClone(c.questionnaire), 'R4');
	if (step.response.item) def = L.mergeFHIRDataIntoLForms('QuestionnaireResponse', step.response, def, 'R4');
	def.hasSavedData = step.use === 'begins' && Boolean(step.response.item); // else nothing is calculated before a key is pressed
	L.setFHIRContext(null, c.context ?? {});
	await L.addFormToPage(def, 'form', { prepopulate: step.use === 'begins' });
	await new Promise((resolve) => setTimeout(resolve, wait));
	const element = document.getElementById('form');
	const form = L._getFormObjectInScope(element);
	const disabled = (item) => item._skipLogicStatus === 'target-disabled' || item._enableWhenExpVal === false || (item._parentItem?.linkId ? disabled(item._parentItem) : false);
	const items = (form.itemList ?? []).filter((item) => item.linkId && !item.linkId.startsWith('/'));
	return {
		enabled: [...new Set(items.filter((item) => !disabled(item)).map((item) => key(item, false)))],
		response: L.getFormFHIRData('QuestionnaireResponse', 'R4', element),
	};
}

const worth = (value) => {
	if (typeof value !== 'object') return String(value);
	return value.value === undefined ? value.code : `${value.value} ${value.unit}`;
};

// "body[0]/bmi[0]" → its answers as text.
function answersAt(response, key) {
	let at = response;
	for (const one of key.split('/')) {
		const [, link, number, answer] = /^(.*)\[(\d+)\](?::(\d+))?$/.exec(one);
		at = at?.item?.filter((item) => item.linkId === link)[Number(number)];
		if (answer !== undefined) at = at?.answer?.[Number(answer)];
	}
	const values = (at?.answer ?? []).flatMap((answer) => Object.entries(answer));
	return values.filter(([name]) => name.startsWith('value')).map(([, value]) => worth(value));
}

// 2500.0 and 2500 are one number.
const plain = (value) => (value !== '' && Number.isFinite(Number(value)) ? String(Number(value)) : value);
const listed = (values) => values.map(plain).join(', ');

function differences(step, they) {
	const keys = [...new Set([...step.enabled, ...they.enabled])];
	const turned = keys.filter((key) => step.enabled.includes(key) !== they.enabled.includes(key));
	const values = Object.entries(step.values ?? {}).filter(
		([key, values]) => listed(values) !== listed(answersAt(they.response, key)),
	);
	return [
		...turned.map((key) => `${key} is ${they.enabled.includes(key) ? '' : 'not '}enabled`),
		...values.map(([key]) => `${key} is "${listed(answersAt(they.response, key))}"`),
	];
}

for (const file of readdirSync(CASES)) {
	const c = JSON.parse(readFileSync(CASES + file, 'utf8'));
	const name = file.replace('.json', '');
	for (const step of c.steps.filter((one) => one.enabled))
		test(`lforms, ${name}: ${step.say}`, { skip }, async () => {
			const they = await page.evaluate(theirs, { c, step, wait: SETTLED_MS });
			assert.deepEqual(differences(step, they), APART[name]?.[step.say] ?? []);
		});
}
