// The commonest jobs by keyboard alone, counted in keystrokes: every key pressed and every letter typed is one. What a job may cost is said here;
// what came of it is looked for in the record, not on the screen.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, open } from './browser.mjs';
import { WAIT, counter, field, find, fresh, hands, row, standOn, takeCall, toast } from './hands.mjs';
import { caller, daysAgo, referral, seedStaff, startLimen } from './limen.mjs';

const SECRETARY = 'PractitionerRole/sek-a';
const DOCTOR = 'PractitionerRole/dr-b';
let limen, browser, call, desk;

const { within, say } = counter();
const rows = async (query) => ((await call(query)).entry ?? []).map((one) => one.resource);

describe('the commonest jobs, counted in keystrokes', () => {
	before(async () => {
		limen = await startLimen();
		call = caller(limen.address, SECRETARY);
		await seedStaff(call);
		await call('ServiceRequest', referral('ejnar', daysAgo(1), 'Makroskopisk hæmaturi'));
		await call('ServiceRequest', referral('karla', daysAgo(3), 'Nyresten'));
		await call('ServiceRequest', referral('nadia', daysAgo(5), 'Recidiverende urinvejsinfektion'));
		browser = await launch();
		desk = await open(browser, { address: limen.address, actor: SECRETARY });
	});
	after(async () => {
		say();
		await browser?.close();
		await limen?.stop();
	});

	test('forvisitering', async () => {
		const { page } = desk;
		await standOn(page, 'Makroskopisk');
		await page.locator('[data-task-form]').waitFor(WAIT);
		const keys = hands(page);
		await keys.press('Enter');
		await field(page, 'class');
		await keys.press('1');
		await field(page, 'urgency');
		await keys.press('2');
		await keys.press('Control+Enter');
		await toast(page, 'Udført');
		within('forvisitering', keys, 6);
		assert.equal((await rows('Task?kind=forvisitering&patient=Patient/ejnar&status=completed')).length, 1);
	});

	test('a call, logged', async () => {
		const { page } = desk;
		const keys = hands(page);
		await takeCall(page, keys, { key: 't', typed: 'prøv', name: 'Prøvesen', reason: '3' });
		await keys.press('Enter');
		await toast(page, 'Opkaldet er noteret');
		within('a call', keys, 12);
		const [logged] = await rows('Communication?category=urn:limen:communication|call&subject=Patient/ejnar');
		assert.equal(logged.status, 'completed');
		assert.equal(logged.reasonCode[0].coding[0].code, 'tid');
		assert.equal(logged.extension.find((one) => one.url === 'urn:limen:identity').valueCode, 'cpr-and-address');
	});

	test('nothing of the patient is said before it is made sure who calls', async () => {
		const { page } = desk;
		const keys = hands(page);
		await keys.press('F2');
		await field(page, 'patient');
		await find(page, keys, 'test', 'Testesen');
		await field(page, 'identity');
		assert.match(await page.innerText('.call-side'), /Spørg om CPR-nummer og adresse/);
		assert.doesNotMatch(await page.innerText('.call-side'), /henvisning/i);
		await page.selectOption('[data-field=caller] select', 'relative');
		await field(page, 'caller').catch(() => undefined);
		assert.match(await page.innerText('.call-side'), /heller ikke om de er patient her/);
		await page.selectOption('[data-field=caller] select', 'patient');
		await page.locator('[data-field=identity] input').first().check();
		await page.locator('.call-side', { hasText: /Vi har modtaget/ }).waitFor(WAIT);
		await page.keyboard.press('Escape');
	});

	test('who asks for a result is called back, and that is a task too', async () => {
		const { page } = desk;
		const keys = hands(page);
		await takeCall(page, keys, { typed: 'test', name: 'Testesen', reason: '5' });
		await keys.press('Enter');
		await page.locator('.waiting', { hasText: 'Testesen' }).waitFor(WAIT);
		within('a call to be called back', keys, 12);
		assert.equal((await rows('Task?kind=ring-tilbage&open=true')).length, 1);
		const back = hands(page);
		await back.press('F4');
		await page.locator('h1', { hasText: 'Ring tilbage' }).waitFor(WAIT);
		await field(page, 'reason');
		await back.press('5');
		await field(page, 'outcome');
		await back.press('1');
		await field(page, 'note');
		await back.press('Control+Enter');
		await toast(page, 'Opkaldet er noteret');
		within('calling back', back, 5);
		await page.locator('.call-queue', { hasText: 'Ingen venter' }).waitFor(WAIT);
		assert.equal((await rows('Task?kind=ring-tilbage&open=true')).length, 0);
	});

	test('a call that is work becomes the task the caller needs, and not another', async () => {
		const { page } = desk;
		const keys = hands(page);
		await takeCall(page, keys, { typed: 'fik', name: 'Fiktiv', reason: '6' });
		await keys.press('2');
		await field(page, 'want');
		assert.equal(await page.locator('[data-field=want] .radio', { has: page.locator('input:checked') }).innerText(), '5\nrettigheder forklaret');
		await keys.press('Control+Enter');
		await toast(page, 'Opkaldet er noteret');
		within('a call that becomes a task', keys, 12);
		assert.equal((await rows('Task?kind=forklar-rettigheder&patient=Patient/nadia&open=true')).length, 1);
		for (const other of ['praktisk-hjaelp', 'fordel-henvendelse', 'ring-tilbage'])
			assert.equal((await rows(`Task?kind=${other}&patient=Patient/nadia&open=true`)).length, 0, other);
		assert.equal(await page.locator('dialog[open]').count(), 0);
	});

	test('a hard conversation is given on at once, and the colleague is looked after', async () => {
		const { page } = desk;
		const keys = hands(page);
		await keys.press('F9');
		await page.locator('dialog[open]', { hasText: 'Den svære samtale' }).waitFor(WAIT);
		await keys.press('F9');
		await page.locator('dialog[open]', { hasText: 'Bliv i røret' }).waitFor(WAIT);
		await keys.press('1');
		await toast(page, 'følge op på dig');
		within('a hard conversation given on', keys, 3);
		const [care] = await rows('Task?kind=efter-svaer-samtale&open=true');
		assert.equal(care.performerType[0].coding[0].code, 'leader');
		assert.equal(care.for, undefined);
	});

	test('a task of any kind, by its name', async () => {
		const { page } = desk;
		await fresh(page, limen.address);
		await standOn(page, 'Nyresten');
		const keys = hands(page);
		await keys.press('o');
		await page.waitForFunction(() => document.activeElement?.id === 'raise-kind', null, WAIT);
		await page.keyboard.type('bestil varer'); // as many letters as the name needs among however many kinds there are
		await page.locator('dialog [role=option]', { hasText: 'Bestil varer' }).waitFor(WAIT);
		await keys.press('Enter');
		await toast(page, 'Oprettet: Bestil varer');
		within('a task by name, beside its letters', keys, 2);
		assert.equal((await rows('Task?kind=varebestilling&open=true')).length, 1);
	});

	test('several are taken together, and that is taken back', async () => {
		const { page } = desk;
		await fresh(page, limen.address);
		await standOn(page, 'Nyresten');
		const keys = hands(page);
		await keys.press('x');
		await keys.press('j');
		await keys.press('x');
		await page.locator('.bulk', { hasText: '2 valgt' }).waitFor(WAIT);
		await keys.press('m');
		await page.locator('.bulk', { hasText: '2 opgaver er dine' }).waitFor(WAIT);
		within('two tasks taken', keys, 4);
		assert.equal((await rows(`Task?owner=${SECRETARY}&open=true`)).length, 2);
		await keys.press('z');
		await toast(page, 'fortrudt');
		assert.equal((await rows(`Task?owner=${SECRETARY}&open=true`)).length, 0);
	});

	test('a task is handed over with a reason, and the next one reads it', async () => {
		const { page } = desk;
		await fresh(page, limen.address);
		await standOn(page, 'Nyresten');
		const keys = hands(page);
		await keys.press('m');
		await toast(page, '1 opgave er din');
		await keys.press('r');
		await page.locator('dialog[open]').waitFor(WAIT);
		await field(page, 'to');
		await keys.press(await page.locator('dialog .radio', { hasText: 'Sekretær C' }).locator('kbd').innerText());
		await field(page, 'reason');
		await keys.type('min vagt slutter');
		await keys.press('Tab');
		await keys.type('ringet');
		await keys.press('Enter');
		await toast(page, '1 opgave er givet');
		const [given] = await rows('Task?owner=PractitionerRole/sek-c&open=true');
		const said = given.extension.find((one) => one.url === 'urn:limen:handover').extension;
		assert.equal(said.find((one) => one.url === 'reason').valueString, 'min vagt slutter');
		assert.equal(said.find((one) => one.url === 'from').valueReference.reference, SECRETARY);
		within('a hand-over without its words', { count: keys.count - 'min vagt slutter'.length - 'ringet'.length }, 5);
	});

	test('a patient is found, and the doctors are asked', async () => {
		const { page } = desk;
		const keys = hands(page);
		await page.keyboard.press('Escape');
		await keys.press('/');
		await find(page, keys, 'fik', 'Fiktiv');
		await page.locator('h1', { hasText: 'Fiktiv, Nadia' }).waitFor(WAIT);
		within('a patient found', keys, 6);
		await page.getByLabel('Spørg lægen').fill('Må tiden flyttes en uge?');
		await page.keyboard.press('Enter');
		await page.locator('#questions ~ ul', { hasText: 'venter på svar' }).waitFor(WAIT);
		assert.equal((await rows('Task?kind=spoergsmaal-til-laege&open=true')).length, 1);
	});

	test('a doctor answers the questions in one go', async () => {
		const doctor = await open(browser, { address: limen.address, actor: DOCTOR });
		const { page } = doctor;
		await page.locator('.row').first().waitFor(WAIT);
		const keys = hands(page);
		await keys.press('g');
		await keys.press('q');
		await page.locator('.question').waitFor(WAIT);
		await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA', null, WAIT);
		await keys.type('Ja');
		await keys.press('Control+Enter');
		await toast(page, '1 svar er sendt');
		within('an answer', keys, 6);
		const [asked] = await rows('Task?kind=spoergsmaal-til-laege');
		assert.equal(asked.status, 'completed');
		assert.deepEqual(doctor.wrong, []);
		await doctor.close();
		await desk.page.locator('#questions ~ ul', { hasText: 'Ja · Dr. B' }).waitFor(WAIT);
	});

	test('going home: what is not safe stands first, and calm comes when nothing does', async () => {
		const { page } = desk;
		await fresh(page, limen.address);
		await standOn(page, 'Nyresten');
		const keys = hands(page);
		await page.keyboard.press('Home');
		await keys.press('n');
		await toast(page, 'Opgaven er din');
		await keys.press('g');
		await keys.press('r');
		await page.locator('.home-line').first().waitFor(WAIT);
		within('a task taken, and is it safe to go', keys, 3);
		await page.getByRole('button', { name: 'Giv tilbage' }).first().focus();
		await page.keyboard.press('Enter');
		await page.locator('.calm', { hasText: 'Du kan gå hjem' }).waitFor(WAIT);
	});

	test('nothing went wrong on the page, and it asked nobody else', () => {
		assert.deepEqual(desk.wrong, []);
	});
});
