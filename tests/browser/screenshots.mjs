// Makes the pictures in docs/screens/ and docs/worklist.png, docs/patient.png from a demo department: `node screenshots.mjs`. Each is to be looked
// at before it is kept.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch, open } from './browser.mjs';
import { BINARY, caller, startLimen } from './limen.mjs';
import { small } from './png.mjs';

const BYTES_MAX = 150_000;
const docs = (name) => fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'limen-screenshots-'));
const db = join(folder, 'limen.db');
execFileSync(BINARY, ['demo', '--db', db, '--seed', '1'], { stdio: 'inherit' });
const limen = await startLimen(db);
const call = caller(limen.address, 'PractitionerRole/sek-a');
const roles = (await call('PractitionerRole?_count=100')).entry.map((one) => one.resource);
const first = (code) => `PractitionerRole/${roles.find((one) => one.code[0].coding[0].code === code).id}`;
const browser = await launch();
mkdirSync(docs('screens'), { recursive: true });

async function keep(page, name) {
	await page.waitForTimeout(600);
	const picture = small(await page.screenshot());
	if (picture.length > BYTES_MAX) throw new Error(`${name} is ${picture.length} bytes`);
	writeFileSync(docs(name), picture);
	console.log(`${name} ${Math.round(picture.length / 1000)} kB`);
}

async function at(width, who, path = '') {
	const shown = await open(browser, { address: limen.address, actor: who, width, height: width < 500 ? 844 : 900, path });
	await shown.page.waitForTimeout(1500);
	return shown;
}

async function onPage(width, who, path, name, doing) {
	const { page, close } = await at(width, who, path);
	if (doing) await doing(page);
	await keep(page, `screens/${name}-${width}.png`);
	await close();
}

async function choosePatient(page, typed) {
	await page.locator('#main [role=combobox]').fill(typed);
	await page.locator('#main [role=option]').first().click();
}

const FORM = {
	resourceType: 'Questionnaire',
	id: 'foer-operationen',
	status: 'active',
	title: 'Før operationen',
	subjectType: ['Patient'],
	item: [
		{ linkId: 'weight', text: 'Vægt (kg)', type: 'decimal', required: true },
		{ linkId: 'smokes', text: 'Ryger du?', type: 'boolean', required: true },
		{ linkId: 'daily', text: 'Cigaretter om dagen', type: 'integer', enableWhen: [{ question: 'smokes', operator: '=', answerBoolean: true }] },
		{ linkId: 'fasting', text: 'Fastende fra', type: 'dateTime' },
	],
};
await call('Questionnaire/foer-operationen', FORM, 'PUT');
const [secretary, doctor] = [first('secretary'), first('doctor')];
const { page } = await at(1280, secretary);
await page.selectOption('[data-role="behalf"]', { index: 1 });
const told = page.locator('.row', { hasText: /kliniker giver svar[^]*§ 82 b/ }).first();
await told.waitFor();
const patient = (await call(`Task/${await told.getAttribute('data-task')}`)).for.reference.replace('Patient/', '');
await told.click();
await page.locator('.why-lines').first().waitFor();
await keep(page, 'worklist.png');
await page.goto(`${limen.address}/#/patient/${patient}`);
await page.locator('[data-clock="udredningsret"]').click();
await page.locator('.clock .why-lines').waitFor();
await keep(page, 'patient.png');

// What the pages show is made through the pages: a few calls, a question, notes, tasks taken and handed on.
async function live(page) {
	await page.goto(`${limen.address}/#/patient/${patient}`);
	for (const [label, words] of [
		[/^Fx ring ikke/, 'Ring ikke før kl. 10; hører dårligt'],
		[/^Patienten har sagt ja/, 'Anna, datter'],
		[/^Spørg lægen/, 'Må tiden flyttes en uge? Patienten er på ferie.'],
	]) {
		await page.getByLabel(label).fill(words);
		await page.keyboard.press('Enter');
		await page.waitForTimeout(900);
	}
	await page.goto(`${limen.address}/#/handover`);
	await page.getByLabel('Skriv til næste vagt').fill('Scanneren på matrikel Vest er ude til kl. 12; radiologien ringer selv.');
	await page.keyboard.press('Enter');
	await page.goto(`${limen.address}/#/habits`);
	await page.getByRole('button', { name: 'Ny note' }).click();
	await page.getByLabel(/^Hvad handler/).fill('Hæmaturi hos yngre');
	await page.getByLabel('Sådan gør vi', { exact: true }).fill('Bed praksis om svar på urindyrkning, før henvisningen lægges til visitation.');
	await page.getByLabel(/^Gælder opgaver/).selectOption('forvisitering');
	await page.getByRole('button', { name: 'Gem' }).click();
	await page.waitForTimeout(900);
	await page.goto(`${limen.address}/#/`);
	await page.locator('.row').first().waitFor();
	for (let n = 0; n < 3; n++) {
		await page.keyboard.press('n');
		await page.waitForTimeout(900);
	}
}

async function callWaiting(page) {
	await choosePatient(page, 'fiktiv a');
	await page.locator('[data-field=identity] input').first().check();
	await page.locator('[data-field=reason] input').nth(4).check();
	await page.locator('[data-field=backTime] input').fill('14.30');
	await page.getByRole('button', { name: /^Notér/ }).click();
	await page.locator('.waiting').first().waitFor();
}

async function callUnderWay(page) {
	await choosePatient(page, 'fiktiv a');
	await page.locator('[data-field=identity] input').first().check();
	await page.locator('[data-field=reason] input').nth(5).check();
	await page.locator('.say-now').first().waitFor();
}

await live(page);
await page.goto(`${limen.address}/#/call`);
await page.waitForTimeout(900);
await callWaiting(page);

await onPage(1280, secretary, '', 'opgaveliste-flere', async (one) => {
	await one.locator('.row').first().focus();
	for (const key of ['Home', 'x', 'j', 'x', 'j', 'j', 'x']) await one.keyboard.press(key);
});
await onPage(1280, secretary, '', 'ny-opgave', async (one) => {
	await one.locator('.row').first().focus();
	await one.keyboard.press('o');
	await one.locator('#raise-kind').fill('best');
});
await onPage(1280, secretary, '', 'giv-videre', async (one) => {
	await one.locator('.chip[data-filter=mine]').click();
	await one.locator('.row').first().waitFor();
	await one.waitForTimeout(500);
	await one.locator('.row').first().focus();
	await one.keyboard.press('r');
	await one.getByLabel('Hvorfor', { exact: true }).fill('Min vagt slutter kl. 15');
	await one.getByLabel(/^Det har jeg/).fill('Ringet to gange, traf ikke');
});
await onPage(390, secretary, '', 'opgaveliste');
await onPage(1280, secretary, '#/call', 'telefon', callUnderWay);
await onPage(390, secretary, '#/call', 'telefon', callUnderWay);
await onPage(1280, secretary, '#/call', 'svaer-samtale', async (one) => {
	await one.keyboard.press('F9');
	await one.keyboard.press('F9');
});
for (const width of [1280, 390]) {
	await onPage(width, secretary, `#/patient/${patient}`, 'patient-mere', (one) => one.locator('.patient-cards').evaluate((cards) => cards.scrollIntoView()));
	await onPage(width, secretary, '#/overview', 'morgenmoede');
	await onPage(width, secretary, '#/home', 'gaa-hjem');
}
for (const width of [1280, 390]) {
	await onPage(width, secretary, '#/handover', 'vagtskifte');
	await onPage(width, secretary, '#/load', 'belastning');
	await onPage(width, secretary, '#/loose-ends', 'loese-ender');
	await onPage(width, secretary, '', 'soeg', async (one) => {
		await one.getByRole('combobox').first().fill('fiktiv a');
		await one.locator('header [role=option]').first().waitFor();
	});
	await onPage(width, secretary, `#/form/foer-operationen/${patient}`, 'skema', async (one) => {
		await one.locator('[data-field="smokes[0]"] input').first().check();
		await one.locator('[data-field="daily[0]"]').waitFor();
	});
	await onPage(width, secretary, `#/own/${patient}`, 'hvor-er-jeg');
}
await onPage(1280, secretary, '#/habits', 'saadan-goer-vi');
await onPage(1280, secretary, '', 'udfoer-ens', async (one) => {
	await one.keyboard.press('i');
	await one.locator('.narrow select').selectOption('undersoeg-udeblivelse');
	await one.locator('.row').nth(2).waitFor();
	await one.waitForTimeout(800);
	await one.locator('.row').first().focus();
	for (const key of ['Home', 'x', 'j', 'x', 'e']) await one.keyboard.press(key);
	await one.locator('dialog [data-field]').first().waitFor();
});
await onPage(1280, doctor, '#/questions', 'spoergsmaal', (one) => one.locator('.question textarea').first().fill('Ja. Ny tid inden 11. december.'));

await browser.close();
await limen.stop();
rmSync(folder, { recursive: true, force: true });
