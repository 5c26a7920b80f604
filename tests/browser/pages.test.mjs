// Every page: what axe-core finds, 390 pixels, both languages, letters off, errors in place.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { focused, launch, open, selected, serious } from './browser.mjs';
import { WAIT } from './hands.mjs';
import { caller, daysAgo, referral, seedStaff, startLimen } from './limen.mjs';

const ACTOR = 'PractitionerRole/sek-a';
let limen, browser, call;

async function settled(page, what) {
	await page.locator(what).first().waitFor(WAIT);
	await page.waitForLoadState('networkidle').catch(() => {}); // the feed stays open: there may be no idle network
}

async function sideways(page) {
	return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

describe('pages', () => {
	before(async () => {
		limen = await startLimen();
		call = caller(limen.address, ACTOR);
		await seedStaff(call);
		for (const [who, days, reason] of [
			['karla', 12, 'Nyresten'],
			['ejnar', 2, 'Makroskopisk hæmaturi'],
			['nadia', 0, 'Recidiverende urinvejsinfektion'],
		]) {
			await call('ServiceRequest', referral(who, daysAgo(days), reason));
		}
		browser = await launch();
	});
	after(async () => {
		await browser?.close();
		await limen?.stop();
	});

	const PAGES = [
		['', '.row'],
		['#/loose-ends', 'h1'],
		['#/referral', 'form'],
		['#/call', '.call-queue'],
		['#/overview', '.overview'],
		['#/home', '.calm'],
		['#/handover', '.shift'],
		['#/load', '.hours'],
		['#/questions', '.empty'],
		['#/habits', '.empty'],
		['#/patient/karla', '.clock'],
		['#/own/karla', '.own-steps'],
		['#/nowhere/at/all', '.empty'],
	];
	for (const [path, what] of PAGES) {
		for (const width of [1280, 390]) {
			test(`${path || '#/'} at ${width} pixels: no serious finding, no scrolling sideways`, async () => {
				const { page, wrong, close } = await open(browser, {
					address: limen.address,
					actor: ACTOR,
					width,
					height: 844,
					path,
				});
				await settled(page, what);
				assert.deepEqual(await serious(page), []);
				assert.ok((await sideways(page)) <= 0, 'scrolls sideways');
				assert.deepEqual(wrong, []);
				await close();
			});
		}
	}

	test('a task opens as a page of its own on a narrow screen, and Back finds the row again', async () => {
		const { page, close } = await open(browser, { address: limen.address, actor: ACTOR, width: 390, height: 844 });
		await settled(page, '.row');
		await page.keyboard.press('j');
		const id = await selected(page);
		await page.keyboard.press('Enter');
		await page.locator('[data-task-form]').waitFor(WAIT);
		assert.deepEqual(await serious(page), []);
		assert.ok((await sideways(page)) <= 0);
		await page.goBack();
		await settled(page, '.row');
		assert.equal(await selected(page), id);
		await close();
	});

	test('English: every text of the page', async () => {
		const { page, close } = await open(browser, { address: limen.address, actor: ACTOR, language: 'en' });
		await settled(page, '.row');
		assert.equal(await page.getAttribute('html', 'lang'), 'en');
		assert.match(await page.innerText('.list'), /Pre-visitation/);
		assert.equal(await page.innerText('h1'), 'Worklist');
		await page.locator('.language').click();
		await page.locator('.row', { hasText: 'Forvisitering' }).first().waitFor(WAIT);
		assert.equal(await page.innerText('h1'), 'Opgaveliste');
		await close();
	});

	test('single letters can be turned off, and never work in a field', async () => {
		const { page, close } = await open(browser, { address: limen.address, actor: ACTOR });
		await settled(page, '.row');
		const first = await selected(page);
		await page.keyboard.press('j');
		const second = await selected(page);
		assert.notEqual(second, first);
		await page.keyboard.press('?');
		await page.locator('dialog[open]').waitFor(WAIT);
		assert.deepEqual(await serious(page), []);
		await page.locator('dialog input[type=checkbox]').uncheck();
		await page.keyboard.press('Escape');
		await page.locator('dialog[open]').waitFor({ state: 'detached', ...WAIT });
		await page.keyboard.press('k');
		assert.equal(await selected(page), second);
		await page.keyboard.press('ArrowUp');
		assert.equal(await selected(page), first);
		await page.reload();
		await settled(page, '.row');
		await page.keyboard.press('j');
		assert.equal(await selected(page), await focused(page));
		assert.equal(await selected(page), first);
		await close();
	});

	test('search by name and by number, then the patient', async () => {
		const { page, close } = await open(browser, { address: limen.address, actor: ACTOR });
		await settled(page, '.row');
		await page.keyboard.press('/');
		await page.keyboard.type('610352-0002');
		await page.locator('[role=option]').first().waitFor(WAIT);
		assert.match(await page.innerText('[role=option]'), /^Karla Testesen/);
		assert.doesNotMatch(await page.innerText('[role=option]'), /0002/);
		await page.keyboard.press('Control+a');
		await page.keyboard.type('prøve');
		await page.locator('[role=option]', { hasText: 'Prøvesen' }).first().waitFor(WAIT);
		await page.keyboard.press('Enter');
		await page.locator('h1', { hasText: 'Prøvesen, Ejnar' }).waitFor(WAIT);
		assert.match(await page.innerText('.banner'), /720147-xxxx/);
		await close();
	});

	test('a referral is made: errors in place first, then patient, pathway and clocks', async () => {
		const { page, close } = await open(browser, { address: limen.address, actor: ACTOR, path: '#/referral' });
		await settled(page, 'form');
		await page.getByRole('button', { name: 'Opret ny patient' }).click();
		await page.getByLabel('CPR', { exact: true }).fill('820261-0003');
		await page.getByText('Født onsdag den 22. februar 1961').waitFor(WAIT);
		await page.getByLabel(/^Fornavn/).fill('Aksel');
		await page.getByLabel(/^Modtaget/).fill('31-02-2026');
		await page.getByRole('button', { name: 'Opret henvisning' }).click();
		await page.locator('[data-field=received] .error').waitFor(WAIT);
		await page.locator('[data-field=family] .error').waitFor(WAIT);
		await page.locator('[data-field=reason] .error').waitFor(WAIT);
		assert.deepEqual(await serious(page), []);
		await page.getByLabel(/^Efternavn/).fill('Eksempel');
		await page.getByLabel(/^Modtaget/).fill('i går');
		await page.getByLabel(/^Henvisningsårsag/).fill('Forhøjet PSA');
		await page.getByRole('button', { name: 'Opret henvisning' }).click();
		await page.locator('h1', { hasText: 'Eksempel, Aksel' }).waitFor(WAIT);
		await page.locator('[data-clock="varsling"]').waitFor(WAIT);
		await page.locator('.next', { hasText: /Forvisitering|Supplér/ }).waitFor(WAIT);
		await close();
	});

	test('while others write without end the page asks now and then; hidden not at all, and once when it is looked at again', async () => {
		const { page, close } = await open(browser, { address: limen.address, actor: ACTOR, path: '#/load' });
		await settled(page, '.hours');
		await page.waitForTimeout(500);
		const asked = [];
		page.on('request', (request) => request.url().includes('$load') && asked.push(Date.now()));
		const burst = async (ms) => {
			for (const end = Date.now() + ms; Date.now() < end; ) {
				const body = { resourceType: 'Slot', status: 'busy', schedule: { display: 'ingen' }, start: '2026-01-01T08:00:00+01:00', end: '2026-01-01T09:00:00+01:00' };
				await call('Slot', body);
				await page.waitForTimeout(100);
			}
		};
		await burst(7000);
		assert.ok(asked.length >= 1, 'it never asked');
		assert.ok(asked.length <= 2, `asked ${asked.length} times in 7 s`);
		for (let at = 1; at < asked.length; at++) assert.ok(asked[at] - asked[at - 1] >= 4900, `${asked[at] - asked[at - 1]} ms apart`);
		const hide = (is) =>
			page.evaluate((hidden) => {
				Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
				document.dispatchEvent(new Event('visibilitychange'));
			}, is);
		await page.waitForTimeout(5500);
		await hide(true);
		asked.length = 0;
		await burst(2500);
		await page.waitForTimeout(3500);
		assert.equal(asked.length, 0, 'asked while nobody looked');
		await hide(false);
		await page.waitForTimeout(2500);
		assert.equal(asked.length, 1);
		await close();
	});

	test('a server that is gone is said calmly, and the page comes back by itself', async () => {
		const { page, close } = await open(browser, { address: limen.address, actor: ACTOR });
		await settled(page, '.row');
		await page.route('**/fhir/**', (route) => route.abort());
		await page.keyboard.press('f');
		await page.locator('.failed').waitFor(WAIT);
		assert.match(await page.innerText('.failed'), /Serveren kan ikke nås/);
		assert.deepEqual(await serious(page), []);
		await page.unroute('**/fhir/**');
		await page.getByRole('button', { name: 'Prøv igen' }).click();
		await page.locator('.failed').waitFor({ state: 'detached', ...WAIT });
		await close();
	});
});
