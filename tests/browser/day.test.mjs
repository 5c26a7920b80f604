// One referral's day, as people do it: pre-visitated by keyboard alone, visitated by the doctor, booked, told; and each clock
// stops and says why.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { focused, launch, open, selected, serious } from './browser.mjs';
import { WAIT, row } from './hands.mjs';
import { caller, daysAgo, referral, seedStaff, startLimen } from './limen.mjs';

let limen, browser, call, desk;

const clock = (page, id) => page.locator(`[data-clock="${id}"]`);

// Escape goes to the list, from wherever the focus was; again where the list was just being fetched.
async function toTheList(page) {
	for (let tries = 0; tries < 50; tries++) {
		await page.keyboard.press('Escape');
		if (await page.evaluate(() => document.activeElement?.matches('.row'))) return;
		await page.waitForTimeout(100);
	}
	assert.fail('Escape does not lead to the list');
}

// j until the selected row speaks of this step.
async function standOn(page, step) {
	await row(page, step).first().waitFor(WAIT);
	await toTheList(page);
	await page.keyboard.press('Home');
	for (let at = 0; at < 50; at++) {
		if ((await page.innerText('.row[aria-current]')).includes(step)) return;
		await page.keyboard.press('j');
	}
	assert.fail(`no row says "${step}"`);
}

const timeNow = () =>
	new Intl.DateTimeFormat('da-DK', { timeZone: 'Europe/Copenhagen', hour: '2-digit', minute: '2-digit' }).format(
		Date.now(),
	);

async function enterForm(page, step) {
	await standOn(page, step);
	await page.locator('[data-task-form]').waitFor(WAIT);
	await page.locator('.next h3').waitFor(WAIT);
	await page.keyboard.press('Enter');
	await page.waitForFunction(() => document.activeElement?.closest('[data-task-form]') !== null, null, WAIT);
}

// By keyboard: Tab to the named field, from wherever the form has the focus.
async function tabTo(page, name) {
	for (let at = 0; at < 40; at++) {
		if (
			await page.evaluate(
				(wanted) => document.activeElement?.closest('[data-field]')?.getAttribute('data-field') === wanted,
				name,
			)
		)
			return;
		await page.keyboard.press('Tab');
	}
	assert.fail(`Tab does not reach the field "${name}"`);
}

async function choose(page, name, code) {
	await tabTo(page, name);
	for (let at = 0; at < 10; at++) {
		if (await page.evaluate(() => document.activeElement?.checked !== true)) await page.keyboard.press('Space');
		if (await page.evaluate((wanted) => document.activeElement?.value === wanted, code)) return;
		await page.keyboard.press('ArrowRight');
	}
	assert.fail(`"${name}" has no choice "${code}"`);
}

async function finish(page, step) {
	const before = await row(page, step).count();
	await page.keyboard.press('Control+Enter');
	await page.waitForFunction(
		([words, count]) =>
			[...document.querySelectorAll('.row')].filter((one) => one.innerText.includes(words)).length < count,
		[step, before],
		WAIT,
	);
}

async function switchTo(page, who) {
	await page.selectOption('[data-role="me"]', `PractitionerRole/${who}`);
	await page.locator('.chip[data-filter="team"]').click();
	await page.locator('.chip[data-filter="team"][aria-pressed="true"]').waitFor(WAIT);
}

async function why(page, id) {
	await page.locator(`[data-clock="${id}"]`).waitFor(WAIT);
	await page.locator(`[data-clock="${id}"]`).focus();
	await page.keyboard.press('Enter');
	const box = page.locator('.clock', { has: clock(page, id) });
	await box.locator('.why-lines li').first().waitFor(WAIT);
	return box.innerText();
}

describe('a referral from the desk to the patient', () => {
	before(async () => {
		limen = await startLimen();
		call = caller(limen.address, 'PractitionerRole/sek-c');
		await seedStaff(call);
		await call('ServiceRequest', referral('ejnar', daysAgo(1), 'Makroskopisk hæmaturi'));
		browser = await launch();
		desk = await open(browser, { address: limen.address });
	});
	after(async () => {
		await browser?.close();
		await limen?.stop();
	});

	test('a newcomer sees the worklist at once, and is told as whom', async () => {
		const { page } = desk;
		await row(page, 'Forvisitering').waitFor(WAIT);
		assert.match(await page.innerText('.notice'), /Du er Sekretær A\. Der er ikke log-in endnu: vælg en anden her/);
		assert.equal(await page.inputValue('[data-role="me"]'), 'PractitionerRole/sek-a');
		assert.deepEqual(await serious(page), []);
		await page.reload();
		await page.locator('.notice').waitFor(WAIT);
	});

	test('who am I: chosen by keyboard, and kept', async () => {
		const { page } = desk;
		const card = () => page.evaluate(() => document.activeElement?.getAttribute('data-worker'));
		await page.locator('.notice a').click();
		await page.waitForFunction(() => document.activeElement?.matches('[data-worker]'), null, WAIT);
		assert.equal(await card(), 'PractitionerRole/sek-a');
		assert.deepEqual(await page.locator('.who-group h2').allInnerTexts(), ['Sekretærer', 'Læger']);
		assert.deepEqual(await serious(page), []);
		await page.keyboard.press('c');
		assert.equal(await card(), 'PractitionerRole/sek-c');
		await page.keyboard.press('ArrowDown');
		assert.equal(await card(), 'PractitionerRole/dr-b');
		await page.keyboard.press('Home');
		await page.keyboard.press('ArrowRight');
		assert.equal(await card(), 'PractitionerRole/sek-c');
		await page.keyboard.press('Enter');
		await row(page, 'Forvisitering').waitFor(WAIT);
		assert.equal(await page.inputValue('[data-role="me"]'), 'PractitionerRole/sek-c');
		await page.reload();
		await row(page, 'Forvisitering').waitFor(WAIT);
		assert.equal(await page.inputValue('[data-role="me"]'), 'PractitionerRole/sek-c');
		assert.equal(await page.locator('.notice').count(), 0);
		await page.selectOption('[data-role="me"]', 'PractitionerRole/sek-a');
	});

	test('forvisitering, by keyboard alone', async () => {
		const { page } = desk;
		await enterForm(page, 'Forvisitering');
		await choose(page, 'class', 'udredning');
		await choose(page, 'urgency', 'urgent');
		await tabTo(page, 'note');
		await page.keyboard.type('Synlig hæmaturi to gange');
		await finish(page, 'Forvisitering');
	});

	test('what is missing is said at the field, and nothing is saved', async () => {
		const { page } = desk;
		await switchTo(page, 'dr-b');
		await enterForm(page, 'Visitation');
		await page.keyboard.press('Control+Enter');
		await page.locator('[data-field="class"] .error').waitFor(WAIT);
		assert.equal(
			await page.evaluate(() => document.activeElement?.closest('[data-field]')?.getAttribute('data-field')),
			'class',
		);
		assert.deepEqual(await serious(page), []);
		assert.equal((await call('Task?kind=visitation&open=true')).entry.length, 1);
	});

	test('the doctor visitates; the local clock stops and says why', async () => {
		const { page } = desk;
		await enterForm(page, 'Visitation');
		assert.match(await page.innerText('.referral'), /Makroskopisk hæmaturi[^]*Synlig hæmaturi to gange/);
		assert.match(await page.innerText('[data-field="class"]'), /Forslag: Udredning/);
		assert.equal(await page.locator('[data-field="class"] input:checked').count(), 0);
		await choose(page, 'class', 'udredning');
		await choose(page, 'urgency', 'urgent');
		await tabTo(page, 'plan');
		await page.keyboard.type('CT-urografi og cystoskopi samme dag');
		await finish(page, 'Visitation');
		await page.goto(`${limen.address}/#/patient/ejnar`);
		const said = await why(page, 'visitation-lokal');
		assert.match(said, /overholdt/);
		assert.match(said, /visiteret/i);
		const right = await why(page, 'udredningsret');
		assert.match(right, /henvisning modtaget/i);
		assert.match(right, /§ 82 b/);
		assert.doesNotMatch(
			await page
				.locator('.clock', { has: clock(page, 'udredningsret') })
				.locator('.clock-head')
				.innerText(),
			/foreløbig/,
		);
		assert.deepEqual(await serious(page), []);
	});

	test('the secretary books a time; the booking clock stops', async () => {
		const { page } = desk;
		await page.goto(`${limen.address}/#/`);
		await switchTo(page, 'sek-a');
		await enterForm(page, 'Book tid');
		await tabTo(page, 'start');
		await page.keyboard.type('i morgen');
		await page.keyboard.press('Tab');
		await page.keyboard.press('Tab');
		await page.keyboard.type('8.20');
		await tabTo(page, 'place');
		await page.keyboard.type('Ambulatoriet');
		await finish(page, 'Book tid');
		await page.goto(`${limen.address}/#/patient/ejnar`);
		assert.match(await why(page, 'booking-lokal'), /overholdt/);
	});

	test('the letter is sent, then received: the duty to inform stops only by the second', async () => {
		const { page } = desk;
		await page.goto(`${limen.address}/#/`);
		await enterForm(page, 'Send indkaldelse');
		await finish(page, 'Send indkaldelse');
		await page.goto(`${limen.address}/#/patient/ejnar`);
		assert.match(await why(page, 'varsling'), /løber|tilbage|i dag/i);
		await page.goto(`${limen.address}/#/`);
		await enterForm(page, 'Er indkaldelsen modtaget');
		await tabTo(page, 'received');
		await page.keyboard.type('i dag');
		await page.keyboard.press('Tab');
		await page.keyboard.press('Tab');
		await page.keyboard.type(timeNow());
		await choose(page, 'proof', 'kvittering');
		await finish(page, 'Er indkaldelsen modtaget');
		await page.goto(`${limen.address}/#/patient/ejnar`);
		const said = await why(page, 'varsling');
		assert.match(said, /overholdt/);
		assert.match(said, /§ 90/);
	});

	test('the list renews itself, and not under the cursor', async () => {
		const { page } = desk;
		await call('ServiceRequest', referral('nadia', daysAgo(2), 'Recidiverende urinvejsinfektion'));
		await page.goto(`${limen.address}/#/`);
		await standOn(page, 'Forvisitering');
		const stood = await selected(page);
		const top = () =>
			page.evaluate(() => Math.round(document.querySelector('.row[aria-current]').getBoundingClientRect().top));
		const before = await top();
		await call('ServiceRequest', referral('karla', daysAgo(9), 'Nyresten'));
		await page.locator('.news-bar').waitFor(WAIT);
		assert.equal(await selected(page), stood);
		assert.equal(await focused(page), stood);
		assert.equal(await top(), before);
		assert.equal(await row(page, 'Testesen').count(), 0);
		await page.keyboard.press('v');
		await row(page, 'Testesen').first().waitFor(WAIT);
		assert.equal(await selected(page), stood);
		assert.equal(await focused(page), stood);
	});

	test('n takes the next free task; it is mine, and can be given back', async () => {
		const { page } = desk;
		await page.keyboard.press('Home');
		await page.keyboard.press('n');
		await page.locator('.toast', { hasText: 'Opgaven er din' }).waitFor(WAIT);
		const taken = await selected(page);
		assert.equal((await call(`Task/${taken}`)).owner.reference, 'PractitionerRole/sek-a');
		await page.locator('.chip[data-filter="mine"]').click();
		await page.waitForFunction(() => document.querySelectorAll('.row').length === 1, null, WAIT);
		await page.locator('.owner-line .link', { hasText: 'Giv tilbage' }).click();
		await page.locator('.toast', { hasText: 'givet tilbage' }).waitFor(WAIT);
		assert.equal((await call(`Task/${taken}`)).owner, undefined);
		await page.locator('.chip[data-filter="team"]').click();
		await row(page, 'Testesen').first().waitFor(WAIT);
	});

	test('a task another did meanwhile is refused with the difference, and nothing is lost', async () => {
		const { page } = desk;
		await enterForm(page, 'Forvisitering');
		const id = await selected(page);
		const answers = {
			resourceType: 'Parameters',
			parameter: [
				{ name: 'class', valueString: 'kontrol' },
				{ name: 'urgency', valueString: 'routine' },
			],
		};
		await call(`Task/${id}/$complete`, answers);
		await choose(page, 'class', 'udredning');
		await choose(page, 'urgency', 'routine');
		await page.keyboard.press('Control+Enter');
		await page.locator('.difference').waitFor(WAIT);
		assert.match(await page.innerText('.difference'), /udført/);
		assert.deepEqual(await serious(page), []);
	});

	test('nothing went wrong on the page, and it asked nobody else', () => {
		assert.deepEqual(desk.wrong, []);
	});
});
