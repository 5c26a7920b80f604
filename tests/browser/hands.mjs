// hands.mjs: hands on a keyboard, counted: every key pressed and every letter typed is one.
import assert from 'node:assert/strict';

export const WAIT = { timeout: 15_000 };

export function hands(page) {
	const it = {
		count: 0,
		press: async (key) => {
			it.count += 1;
			await page.keyboard.press(key);
		},
		type: async (text) => {
			it.count += [...text].length;
			await page.keyboard.type(text, { delay: 5 });
		},
	};
	return it;
}

export const row = (page, words) => page.locator('.row', { hasText: words });
export const toast = (page, words) => page.locator('.toast', { hasText: words }).waitFor(WAIT);
export const field = (page, name) =>
	page.waitForFunction(
		(wanted) => document.activeElement?.closest('[data-field]')?.getAttribute('data-field') === wanted,
		name,
		WAIT,
	);

// The same address again is no new page.
export async function fresh(page, address, path = '', what = '.row, .call-queue, .question') {
	await page.goto(`${address}/${path}`);
	await page.reload();
	await page.locator(what).first().waitFor(WAIT);
}

// The cursor is brought to a task; that is not counted, for the list stands there by itself when the one before is done.
export async function standOn(page, words) {
	await row(page, words).first().waitFor(WAIT);
	await page.locator('.row').first().focus();
	await page.keyboard.press('Home');
	for (let at = 0; at < 40; at++) {
		if ((await page.innerText('.row[aria-current]')).includes(words)) return;
		await page.keyboard.press('j');
	}
	assert.fail(`no row says "${words}"`);
}

export async function find(page, keys, typed, name) {
	await keys.type(typed);
	await page.locator('[role=option]', { hasText: name }).first().waitFor(WAIT);
	await keys.press('Enter');
}

// A call taken, to where its outcome is chosen: who, made sure of by number and address, about what.
export async function takeCall(page, keys, { key = 'F2', typed, name, reason }) {
	await keys.press(key);
	await field(page, 'patient');
	await find(page, keys, typed, name);
	await field(page, 'identity');
	await keys.press('1');
	await field(page, 'reason');
	await keys.press(reason);
	await field(page, 'outcome');
}

// What jobs cost: said at the end, and refused where it is more than it may be.
export function counter() {
	const counted = [];
	return {
		within: (job, keys, most) => {
			counted.push(`${job}: ${keys.count} (at most ${most})`);
			assert.ok(keys.count <= most, `${job} cost ${keys.count} keystrokes, at most ${most}`);
		},
		say: () => console.log(counted.join('\n')),
	};
}
