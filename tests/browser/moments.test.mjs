// The ten moments a day must carry (PRACTICE.md), in Danish, by keyboard alone, on a wide screen and on a narrow one: what whoever sits there would
// notice at each of them, and what is written in the record afterwards. Keystrokes are counted and printed.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, open, serious } from './browser.mjs';
import { WAIT, counter, field, find, fresh, hands, row, standOn, toast } from './hands.mjs';
import { caller, startLimen } from './limen.mjs';
import * as day from './moments.mjs';

const SECRETARY = 'PractitionerRole/sek-a';
const DOCTOR = 'PractitionerRole/dr-b';

const at = (page) => page.evaluate(() => document.activeElement?.closest('[data-field]')?.getAttribute('data-field') ?? '');
const ext = (of, name) => of.extension?.find((one) => one.url === `urn:limen:${name}`);
const part = (of, name) => of?.extension?.find((one) => one.url === name);

// Tab to a field of the form; a digit or words are given there.
async function to(page, keys, name) {
	for (let tries = 0; tries < 20; tries++) {
		await page.waitForTimeout(60);
		if ((await at(page)) === name) return;
		await keys.press('Tab');
	}
	assert.fail(`Tab does not reach "${name}"`);
}

async function give(page, keys, answers) {
	for (const [name, value] of Object.entries(answers)) {
		await to(page, keys, name);
		if (/^\d$/.test(value)) await keys.press(value);
		else await keys.type(value);
	}
	await keys.press('Control+Enter');
}

const letters = (answers) => Object.values(answers).reduce((sum, value) => sum + (/^\d$/.test(value) ? 0 : value.length), 0);

for (const width of [1280, 390])
	describe(`ten moments of a day, at ${width} pixels`, () => {
		const narrow = width < 1100;
		const { within, say } = counter();
		let limen, browser, call, desk, page;
		const rows = async (query) => ((await call(query)).entry ?? []).map((one) => one.resource);
		const openOf = (kind) => rows(`Task?kind=${kind}&open=true`);
		const panel = () => page.innerText(narrow ? '#main' : '.worklist-panel');

		// From the list into the form of the task that says these words; the panel is read on the way.
		async function into(words, keys) {
			await fresh(page, limen.address);
			await standOn(page, words);
			await keys.press('Enter');
			await page.locator('[data-task-form]').waitFor(WAIT);
			await page.locator('.why-lines').first().waitFor(WAIT);
			if (narrow) await keys.press('Enter');
			await page.waitForFunction(() => document.activeElement?.closest('[data-task-form]') !== null, null, WAIT);
			return panel();
		}
		const calm = async () => {
			assert.deepEqual(await serious(page), []);
			assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)) <= 0, 'scrolls sideways');
		};

		before(async () => {
			limen = await startLimen();
			call = caller(limen.address, SECRETARY);
			await day.seedDepartment(call);
			browser = await launch();
			desk = await open(browser, { address: limen.address, actor: SECRETARY, width, height: 900 });
			page = desk.page;
		});
		after(async () => {
			console.log(`at ${width} pixels`);
			say();
			await browser?.close();
			await limen?.stop();
		});

		test('07:10 the doctor is absent: who is fasting, what not to say, and who may turn up anyway', async () => {
			await day.doctorAbsent(call);
			let keys = hands(page);
			const seen = await into('Cystoskopi, senest', keys);
			assert.match(seen, /Ring nu/);
			assert.match(seen, /Faste fra midnat/);
			assert.match(seen, /Sig ikke, at lægen er syg/);
			assert.doesNotMatch(seen.replace('Sig ikke, at lægen er syg, eller hvad lægen fejler.', ''), /\bsyg\b/);
			await give(page, keys, { outcome: '4' });
			await toast(page, 'Udført');
			within('one call of the list, not reached', keys, 4);
			assert.equal((await openOf('ring-nu')).length, 2, 'who was not reached is still to be called');
			await fresh(page, limen.address, '#/patient/ejnar', '.times');
			await page.locator('.times', { hasText: 'kan møde alligevel' }).waitFor(WAIT);
			await calm();
			keys = hands(page);
			await into('Cystoskopi, senest', keys);
			await give(page, keys, { outcome: '1' });
			await toast(page, 'Udført');
			assert.deepEqual(
				(await openOf('ring-nu')).map((one) => one.for.reference),
				['Patient/karla'],
			);
		});

		test('a cancelled operation and an angry caller: cause, new time or none, rights, what not to promise, and the card', async () => {
			await day.operationCancelled(call);
			const keys = hands(page);
			await fresh(page, limen.address);
			await keys.press('F2');
			await field(page, 'patient');
			await find(page, keys, 'opd', 'Opdigtet');
			await field(page, 'identity');
			assert.doesNotMatch(await page.innerText('#main'), /Hydrocel|Akut operation/, 'said before it is sure who calls');
			await keys.press('1');
			await field(page, 'reason');
			await keys.press('+');
			await field(page, 'outcome');
			await page.locator('.call-side', { hasText: 'Akut operation tog stuen' }).waitFor(WAIT);
			const seen = await page.innerText('.call-side');
			assert.match(seen, /Hydrocelektomi/);
			assert.match(seen, /sygehusets kapacitet/);
			assert.match(seen, /Ingen ny tid endnu/);
			assert.match(seen, /Patientkontoret/);
			assert.match(seen, /Sig ikke: en dato, der ikke er booket/);
			await calm();
			await keys.press('F9');
			await page.locator('dialog[open]', { hasText: 'Den svære samtale' }).waitFor(WAIT);
			await keys.press('Escape');
			await page.locator('dialog[open]').waitFor({ state: 'detached', ...WAIT });
			await keys.press('Control+Enter');
			await toast(page, 'Opkaldet er noteret');
			within('an angry caller, with the card looked at', keys, 12);
			const [task] = await openOf('opkald-om-aflyst-operation');
			assert.equal(task.for.reference, 'Patient/bent');
		});

		test('two patients are not given one time', async () => {
			await fresh(page, limen.address);
			await page.keyboard.press('i');
			await page.locator('.narrow select').selectOption('book-tid');
			await call('Task/$raise', {
				resourceType: 'Parameters',
				parameter: [
					{ name: 'kind', valueCode: 'book-tid' },
					{ name: 'patient', valueReference: { reference: 'Patient/viggo' } },
				],
			});
			await row(page, 'Mønstersen').waitFor(WAIT);
			await page.locator('.row').first().focus();
			await page.keyboard.press('x');
			await page.keyboard.press('e');
			await page.locator('dialog[open]', { hasText: 'hver sin tid' }).waitFor(WAIT);
			assert.equal(await page.locator('dialog[open] form').count(), 0);
			await page.keyboard.press('Escape');
		});

		test('PSA is missing: the referrer is asked the same day, and the clocks run on', async () => {
			await day.psaMissing(call);
			const keys = hands(page);
			const answers = { by: 'i dag' };
			const seen = await into('om PSA i dag', keys);
			assert.match(seen, /Lægerne i Prøveby/);
			assert.match(seen, /Det kan kun en læge/);
			await to(page, keys, 'by');
			await keys.type('i dag');
			await keys.press('Tab');
			await keys.press('Tab');
			await keys.type('23.59');
			await keys.press('Control+Enter');
			await toast(page, 'Udført');
			within('asking for PSA, beside the time', { count: keys.count - letters(answers) - '23.59'.length }, 7);
			const [asked] = await rows('Communication?category=urn:limen:communication|supplerende&subject=Patient/viggo');
			assert.equal(asked.basedOn[0].reference, 'ServiceRequest/r-viggo');
			assert.ok(ext(asked, 'answer-by').valueDateTime);
			await fresh(page, limen.address, '#/patient/viggo', '[data-clock="udredningsret"]');
			assert.match(await page.innerText('.clock:has([data-clock="udredningsret"])'), /dage? tilbage/);
			assert.equal((await openOf('spoerg-om-psa')).length, 0);
		});

		test('the interpreter does not come: said at the desk, another is found, the doctor decides, no child interprets', async () => {
			await fresh(page, limen.address, '#/patient/nadia', '.times');
			const said = page.getByRole('button', { name: 'Tolken kom ikke' });
			await said.focus();
			await page.keyboard.press('Enter');
			await toast(page, 'tolken kom ikke');
			await said.waitFor({ state: 'detached', ...WAIT });
			const keys = hands(page);
			const answers = { how: '1', number: '70 00 00 00', decided: 'Dr. B' };
			const seen = await into('Tolken er udeblevet', keys);
			assert.match(seen, /arabisk/);
			assert.match(seen, /T-17/);
			assert.match(seen, /Lad aldrig et barn tolke/);
			await give(page, keys, answers);
			await toast(page, 'Udført');
			within('an interpreter by telephone, beside the words', { count: keys.count - letters(answers) }, 6);
			const settled = ext(await call('Appointment/a-nadia'), 'interpreter-settled');
			assert.equal(part(settled, 'how').valueCode, 'phone');
			assert.equal(part(settled, 'decided').valueString, 'Dr. B');
		});

		test('a relative wants the record: nothing is said, a case is opened, and the limit of seven working days runs', async () => {
			const keys = hands(page);
			await fresh(page, limen.address);
			await keys.press('F2');
			await field(page, 'patient');
			await find(page, keys, 'møn', 'Mønstersen');
			await field(page, 'identity');
			await keys.press('Shift+Tab');
			await field(page, 'caller');
			await keys.type('p');
			await keys.type('å');
			await page.locator('.call-side', { hasText: 'heller ikke om de er patient her' }).waitFor(WAIT);
			assert.doesNotMatch(await page.innerText('.call-side'), /Prostata|henvisning/);
			await to(page, keys, 'identity');
			await keys.press('4');
			await field(page, 'reason');
			await keys.press('9');
			await field(page, 'outcome');
			await keys.press('Control+Enter');
			await page.locator('dialog[open] #raise-kind').waitFor(WAIT);
			await keys.type('sag: a');
			await page.locator('dialog [role=option][aria-selected=true]', { hasText: 'Sag: aktindsigt i journal' }).waitFor(WAIT);
			await keys.press('Enter');
			await toast(page, 'Oprettet: Sag: aktindsigt');
			within("a relative's call that opens a case", keys, 25);
			const [who] = await openOf('aktindsigt-hvem');
			assert.equal(who.for.reference, 'Patient/viggo');
			const next = hands(page);
			const answers = { asker: '2', proof: 'fuldmagt af i dag set', scope: 'hele journalen' };
			const seen = await into('hvem spørger', next);
			assert.match(seen, /Sig aldrig ja eller nej til aktindsigt/);
			assert.match(seen, /Sag\s+aktindsigt i journal/);
			await give(page, next, answers);
			await toast(page, 'Udført');
			within('who asks for access, beside the words', { count: next.count - letters(answers) }, 6);
			const [collect] = await openOf('aktindsigt-saml');
			assert.match(JSON.stringify(collect.reasonCode), /aktindsigt/);
			assert.ok(collect.restriction.period.end, 'no limit');
		});

		test('140 mails: bleeding stands first and can be read, several are answered in one go, one finds its patient by name', async () => {
			await day.mailbox(call);
			await fresh(page, limen.address);
			await row(page, 'Lukket på fredag').waitFor(WAIT);
			const order = await page.locator('.row').allInnerTexts();
			const place = (words) => order.findIndex((text) => text.includes(words));
			assert.ok(place('Efter operationen') < Math.min(place('Katalog'), place('Lukket på fredag'), place('åbningstider')), 'the urgent one is not first');
			let keys = hands(page);
			const urgent = { fate: '2', to: 'Mette ringer nu' };
			const seen = await into('Efter operationen', keys);
			assert.match(seen, /Jeg bløder stadig, hvad skal jeg gøre\?/);
			assert.match(seen, /Vurdér aldrig selv/);
			await give(page, keys, urgent);
			await toast(page, 'Udført');
			within('an urgent mail, beside the words', { count: keys.count - letters(urgent) }, 5);

			await fresh(page, limen.address);
			await standOn(page, 'Katalog');
			keys = hands(page);
			await keys.press('x');
			await standOn(page, 'Lukket på fredag');
			await keys.press('x');
			await page.locator('.bulk', { hasText: '2 valgt' }).waitFor(WAIT);
			await keys.press('e');
			await page.locator('dialog[open]', { hasText: 'Fordel post: 2 opgaver' }).waitFor(WAIT);
			await field(page, 'fate');
			await calm();
			await keys.press('4');
			await keys.press('Control+Enter');
			await toast(page, '2 opgaver er udført');
			within('two mails answered alike', keys, 5);
			const fates = async () => Promise.all(['m-2', 'm-4'].map(async (id) => ext(await call(`Communication/${id}`), 'sorted') ?? null));
			for (const one of await fates()) assert.equal(part(one, 'fate').valueCode, 'dublet');
			await row(page, 'Katalog').waitFor({ state: 'detached', ...WAIT });
			await page.keyboard.press('z');
			await row(page, 'Katalog').waitFor(WAIT);
			assert.deepEqual(await fates(), [null, null], 'taken back together');
			await standOn(page, 'Katalog');
			await page.keyboard.press('x');
			await standOn(page, 'Lukket på fredag');
			await page.keyboard.press('x');
			await page.keyboard.press('e');
			await field(page, 'fate');
			await calm();
			await page.keyboard.press('4');
			await page.keyboard.press('Control+Enter');
			await toast(page, '2 opgaver er udført');
			await row(page, 'Katalog').waitFor({ state: 'detached', ...WAIT });

			keys = hands(page);
			await into('Nye åbningstider', keys);
			await keys.press('1');
			await to(page, keys, 'patient');
			await find(page, keys, 'test', 'Testesen');
			await page.locator('[data-field=patient]', { hasText: 'Testesen, Karla' }).waitFor(WAIT);
			await page.locator('[data-field=patient] button').focus();
			await keys.press('Control+Enter');
			await toast(page, 'Udført');
			assert.equal((await call('Communication/m-1')).subject.reference, 'Patient/karla');
		});

		test('MDT at twelve: images, histology and consent by digits; what is missing stays; the decision is the doctor’s', async () => {
			await day.conference(call);
			let keys = hands(page);
			const missing = { images: '1', histology: '2', consent: '1', outcome: '2', note: 'histologi hos patologien' };
			const seen = await into('Klar til MDT?', keys);
			assert.match(seen, /cystektomi/);
			assert.match(seen, /Cut-off/);
			assert.match(seen, /Udsæt aldrig en patient på eget initiativ/);
			await give(page, keys, missing);
			await toast(page, 'Udført');
			within('a patient not ready for MDT, beside the words', { count: keys.count - letters(missing) }, 8);
			assert.equal((await openOf('mdt-klargoer')).length, 1, 'what is missing is still to be chased');
			keys = hands(page);
			await into('Klar til MDT?', keys);
			await give(page, keys, { images: '1', histology: '1', consent: '1', outcome: '1', note: 'Cystektomi?' });
			await toast(page, 'Udført');
			assert.equal((await openOf('mdt-klargoer')).length, 0);
			assert.equal(part(ext(await call('ServiceRequest/mdt-asta'), 'mdt-ready'), 'question').valueString, 'Cystektomi?');
			assert.equal((await openOf('mdt-beslutning')).length, 0, 'decided before it was held');
		});

		test('sixty errors: alike ones in one go, a side is the doctor’s to say', async () => {
			await day.errorList(call);
			await fresh(page, limen.address);
			await standOn(page, 'LPR3 11.02');
			assert.equal(await row(page, 'LPR3 05.14').count(), 0, 'the doctor’s question lies in the secretaries’ list');
			const keys = hands(page);
			await keys.press('x');
			await keys.press('j');
			await keys.press('x');
			await keys.press('e');
			await page.locator('dialog[open]', { hasText: 'Ret tid eller enhed: 2 opgaver' }).waitFor(WAIT);
			const answers = { how: 'ankomsttid', contacts: '1' };
			await field(page, 'how');
			await give(page, keys, answers);
			await toast(page, '2 opgaver er udført');
			within('two lines of the error list, beside the words', { count: keys.count - letters(answers) }, 7);
			for (const id of ['f-1', 'f-2']) assert.ok(ext(await call(`DetectedIssue/${id}`), 'error-corrected'), `${id} is not corrected`);
			assert.equal((await openOf('fejl-ret-selv')).length, 0);
			const doctor = await open(browser, { address: limen.address, actor: DOCTOR, width, height: 900 });
			await row(doctor.page, 'LPR3 05.14').waitFor(WAIT);
			assert.match(await row(doctor.page, 'LPR3 05.14').innerText(), /3 kontakt/);
			await doctor.close();
		});

		test('a foreigner without a card: who pays is found out beside the care, and nobody names a price', async () => {
			await day.foreigner(call);
			const keys = hands(page);
			const answers = { number: '0505900AA1', basis: '2', passport: 'DE C01X' };
			const seen = await into('Betalingsgrundlag mangler', keys);
			assert.match(seen, /Nævn aldrig en endelig pris/);
			assert.match(seen, /Lad aldrig akut behandling vente/);
			assert.match(seen, /Example, Anna/);
			await give(page, keys, answers);
			await toast(page, 'Udført');
			within('a foreigner without a card, beside the words', { count: keys.count - letters(answers) }, 6);
			assert.equal(part(ext(await call('Encounter/e-anna'), 'payer'), 'basis').valueCode, 'erstatning');
		});

		test('writing at night for another department: for whom, on whose behalf, nothing else of the patient; what is unclear is asked', async () => {
			await day.nightDictation(call);
			const keys = hands(page);
			const answers = { behalf: 'Dr. M', template: 'indlæggelse', question: 'højre eller venstre' };
			const seen = await into('Skriv for Medicinsk', keys);
			assert.match(seen, /Dikteret af\s+Dr\. M, Medicinsk afdeling/);
			assert.match(seen, /På listen/);
			assert.match(seen, /Gæt aldrig en dosis/);
			assert.doesNotMatch(seen, /Blæretumor|Henvisningsårsag/, 'more of the patient than the dictation needs');
			await give(page, keys, answers);
			await toast(page, 'Udført');
			within('a dictation written, beside the words', { count: keys.count - letters(answers) }, 6);
			const [asked] = await openOf('natdiktat-uklart');
			assert.equal(asked.performerType[0].coding[0].code, 'doctor');
		});

		test('nothing went wrong on the page, and it asked nobody else', () => {
			assert.deepEqual(desk.wrong, []);
		});
	});
