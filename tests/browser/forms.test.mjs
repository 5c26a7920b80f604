// A form as a page: begun with what is known of the patient, by keyboard alone, what is enabled and calculated as one types, what is wrong at
// its field, kept as a QuestionnaireResponse that is right.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, open, serious } from './browser.mjs';
import { WAIT } from './hands.mjs';
import { caller, seedStaff, startLimen } from './limen.mjs';

const ACTOR = 'PractitionerRole/sek-a';
const SDC = 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-';
const R4 = 'http://hl7.org/fhir/StructureDefinition/';
const path = (name, expression) => ({ url: SDC + name, valueExpression: { language: 'text/fhirpath', expression } });
const coding = (code, display) => ({ valueCoding: { system: 'urn:limen:test', code, display } });

const FORM = {
	resourceType: 'Questionnaire',
	id: 'operation',
	status: 'active',
	subjectType: ['Patient'],
	useContext: [
		{
			code: { system: 'http://terminology.hl7.org/CodeSystem/usage-context-type', code: 'task' },
			valueCodeableConcept: { coding: [{ system: 'urn:limen:task', code: 'send-forberedelse' }] },
		},
	],
	title: 'Før operationen',
	item: [
		{ linkId: 'name', text: 'Navn', type: 'string', extension: [path('initialExpression', '%patient.name.first().family')] },
		{
			linkId: 'body',
			text: 'Krop',
			type: 'group',
			item: [
				{ linkId: 'weight', text: 'Vægt (kg)', type: 'decimal', required: true, extension: [{ url: `${R4}maxValue`, valueDecimal: 400 }] },
				{ linkId: 'height', text: 'Højde (cm)', type: 'decimal' },
				{
					linkId: 'bmi',
					text: 'BMI',
					type: 'decimal',
					readOnly: true,
					extension: [
						path(
							'calculatedExpression',
							"(%resource.item.item.where(linkId='weight').answer.value / (%resource.item.item.where(linkId='height').answer.value / 100).power(2)).round(1)",
						),
					],
				},
			],
		},
		{ linkId: 'smokes', text: 'Ryger du?', type: 'boolean', required: true },
		{
			linkId: 'daily',
			text: 'Cigaretter om dagen',
			type: 'integer',
			required: true,
			enableWhen: [{ question: 'smokes', operator: '=', answerBoolean: true }],
		},
		{
			linkId: 'side',
			text: 'Side',
			type: 'choice',
			required: true,
			answerOption: [coding('l', 'Venstre'), coding('r', 'Højre')],
		},
		{ linkId: 'day', text: 'Fastende fra', type: 'date' },
		{
			linkId: 'medicine',
			text: 'Medicin',
			type: 'group',
			repeats: true,
			item: [{ linkId: 'what', text: 'Navn på medicin', type: 'string' }],
		},
	],
};

const LIVING = {
	resourceType: 'Questionnaire',
	id: 'living',
	status: 'active',
	title: 'Valg der kommer og går',
	contained: [
		{
			resourceType: 'ValueSet',
			id: 'mass',
			status: 'active',
			compose: { include: [{ system: 'http://unitsofmeasure.org', concept: [{ code: 'kg', display: 'kg' }, { code: 'g', display: 'gram' }] }] },
		},
	],
	item: [
		{ linkId: 'adult', text: 'Voksen?', type: 'boolean', required: true },
		{
			linkId: 'how',
			text: 'Bedøvelse',
			type: 'choice',
			required: true,
			answerOption: [coding('general', 'Fuld'), coding('local', 'Lokal')],
			extension: [
				{
					url: `${SDC}answerOptionsToggleExpression`,
					extension: [
						{ url: 'option', ...coding('local', 'Lokal') },
						{ url: 'expression', valueExpression: { language: 'text/fhirpath', expression: "%resource.item.where(linkId='adult').answer.value = true" } },
					],
				},
			],
		},
		{ linkId: 'weight', text: 'Vægt', type: 'quantity', extension: [{ url: `${R4}questionnaire-unitValueSet`, valueCanonical: '#mass' }] },
	],
};

describe('a form', () => {
	let limen, browser, call;
	before(async () => {
		limen = await startLimen();
		call = caller(limen.address, ACTOR);
		await seedStaff(call);
		await call('Questionnaire/operation', FORM, 'PUT');
		await call('Questionnaire/living', LIVING, 'PUT');
		browser = await launch();
	});
	after(async () => {
		await browser?.close();
		await limen?.stop();
	});

	const opened = async (width) => {
		const seen = await open(browser, { address: limen.address, actor: ACTOR, width, path: '#/form/operation/karla' });
		await seen.page.locator('form.form').waitFor(WAIT);
		return seen;
	};
	const field = (page, key) => page.locator(`[data-field="${key}"]`);

	for (const width of [1280, 390])
		test(`at ${width} pixels: no serious finding, no scrolling sideways`, async () => {
			const { page, wrong, close } = await opened(width);
			assert.deepEqual(await serious(page), []);
			const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
			assert.ok(over <= 0, `scrolls sideways by ${over}`);
			assert.deepEqual(wrong, []);
			await close();
		});

	test('by keyboard: begun, calculated, enabled, refused at the field, kept', async () => {
		const { page, close } = await opened(1280);
		assert.equal(await field(page, 'name[0]').locator('input').inputValue(), 'Testesen');
		await field(page, 'body[0]/weight[0]').locator('input').focus();
		await page.keyboard.type('500');
		await field(page, 'body[0]/weight[0]').locator('.error').waitFor(WAIT);
		assert.match(await field(page, 'body[0]/weight[0]').locator('.error').innerText(), /må højst være 400, ikke 500/);
		await page.keyboard.press('Control+a');
		await page.keyboard.type('82,5');
		await page.keyboard.press('Tab');
		await page.keyboard.type('175');
		await page.locator('output', { hasText: '26,9' }).waitFor(WAIT);
		assert.equal(await field(page, 'body[0]/weight[0]').locator('.error').count(), 0);
		assert.equal(await field(page, 'daily[0]').count(), 0);
		await field(page, 'smokes[0]').locator('input').first().focus();
		await page.keyboard.press('1');
		await field(page, 'daily[0]').waitFor(WAIT);
		await page.keyboard.press('Control+Enter');
		await field(page, 'side[0]').locator('.error').waitFor(WAIT);
		assert.match(await field(page, 'daily[0]').locator('.error').innerText(), /Udfyld/);
		await page.waitForFunction(() => document.activeElement?.closest('[data-field]')?.dataset.field === 'daily[0]');
		await page.keyboard.type('10');
		await field(page, 'side[0]').locator('input').first().focus();
		await page.keyboard.press('2');
		await field(page, 'day[0]').locator('input.date').focus();
		await page.keyboard.type('2/11-2026');
		await field(page, 'medicine[0]').locator('input').focus();
		await page.keyboard.type('Magnyl');
		await page.keyboard.press('Tab');
		await page.keyboard.press('Enter');
		await field(page, 'medicine[1]').locator('input').focus();
		await page.keyboard.type('Marevan');
		await page.keyboard.press('Control+Enter');
		await page.locator('.empty', { hasText: 'Svaret er gemt' }).waitFor(WAIT);
		await close();

		const kept = (await call('QuestionnaireResponse?subject=Patient/karla')).entry[0].resource;
		const item = (id, of = kept) => of.item.find((one) => one.linkId === id);
		assert.equal(kept.status, 'completed');
		assert.equal(kept.questionnaire, 'Questionnaire/operation');
		assert.equal(item('weight', item('body')).answer[0].valueDecimal, 82.5);
		assert.equal(item('bmi', item('body')).answer[0].valueDecimal, 26.9);
		assert.equal(item('daily').answer[0].valueInteger, 10);
		assert.equal(item('side').answer[0].valueCoding.code, 'r');
		assert.equal(item('day').answer[0].valueDate, '2026-11-02');
		assert.deepEqual(
			kept.item.filter((one) => one.linkId === 'medicine').map((one) => item('what', one).answer[0].valueString),
			['Magnyl', 'Marevan'],
		);
		const found = await call('QuestionnaireResponse/$validate', kept);
		assert.deepEqual(found.issue.filter((one) => one.severity === 'error'), []);
	});

	test('from the patient to the form and back, where the answers are seen; and from a task of a kind that has one', async () => {
		const { page, wrong, close } = await open(browser, { address: limen.address, actor: ACTOR, path: '#/patient/ejnar' });
		const card = page.locator('section.card', { has: page.locator('#forms') });
		await card.getByText('Ingen skemaer udfyldt').waitFor(WAIT);
		await card.getByLabel('Udfyld skema').focus();
		await page.keyboard.press('Tab');
		await page.keyboard.press('Enter');
		await page.locator('form.form').waitFor(WAIT);
		await field(page, 'body[0]/weight[0]').locator('input').fill('70,5');
		await field(page, 'smokes[0]').locator('input').first().focus();
		await page.keyboard.press('2');
		await field(page, 'side[0]').locator('input').first().focus();
		await page.keyboard.press('1');
		await page.keyboard.press('Control+Enter');
		await page.locator('.empty', { hasText: 'Svaret er gemt' }).waitFor(WAIT);
		await page.waitForFunction(() => document.activeElement?.matches('.empty a'), null, WAIT);
		await page.keyboard.press('Enter');
		await card.locator('summary', { hasText: 'Før operationen' }).waitFor(WAIT);
		assert.match(await card.locator('summary').innerText(), /Sekretær A/);
		await card.locator('summary').focus();
		await page.keyboard.press('Enter');
		const said = await card.locator('dl').innerText();
		assert.match(said, /Vægt \(kg\)\s+70,5/);
		assert.match(said, /Ryger du\?\s+Nej/);
		assert.match(said, /Side\s+Venstre/);
		assert.doesNotMatch(said, /Cigaretter/);
		assert.deepEqual(await serious(page), []);

		const { id } = await call('Task/$raise', {
			resourceType: 'Parameters',
			parameter: [
				{ name: 'kind', valueCode: 'send-forberedelse' },
				{ name: 'patient', valueReference: { reference: 'Patient/ejnar' } },
			],
		});
		await page.goto(`${limen.address}/#/task/${id}`);
		const link = page.getByRole('link', { name: 'Udfyld skema: Før operationen' });
		await link.waitFor(WAIT);
		assert.equal(await page.locator('.task-forms', { hasText: 'udfyldt' }).count(), 0, 'it was filled in before the task came');
		await link.focus();
		await page.keyboard.press('Enter');
		await page.locator('form.form h1, h1', { hasText: 'Før operationen' }).waitFor(WAIT);
		assert.deepEqual(wrong, []);
		await close();
	});

	test('a choice is there only while its condition holds; units come from a value set', async () => {
		const { page, close } = await open(browser, { address: limen.address, actor: ACTOR, path: '#/form/living/ejnar' });
		await field(page, 'how[0]').locator('input').first().waitFor(WAIT);
		assert.doesNotMatch(await field(page, 'how[0]').innerText(), /Lokal/);
		await field(page, 'adult[0]').locator('input').first().focus();
		await page.keyboard.press('1');
		await field(page, 'how[0]').getByText('Lokal').waitFor(WAIT);
		assert.match(await field(page, 'weight[0]-unit').innerText(), /kg[^]*gram/);
		await close();
	});

	test('what was typed is there again when its item is', async () => {
		const { page, close } = await opened(1280);
		await field(page, 'smokes[0]').locator('input').first().focus();
		await page.keyboard.press('1');
		await field(page, 'daily[0]').locator('input').fill('7');
		await field(page, 'smokes[0]').locator('input').first().focus();
		await page.keyboard.press('2');
		await field(page, 'daily[0]').waitFor({ ...WAIT, state: 'detached' });
		await field(page, 'smokes[0]').locator('input').first().focus();
		await page.keyboard.press('1');
		await field(page, 'daily[0]').waitFor(WAIT);
		assert.equal(await field(page, 'daily[0]').locator('input').inputValue(), '7');
		await close();
	});
});
