// browser.mjs: Debian's Chromium, driven by playwright-core, with a profile of its own that is thrown away.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ARGS = [
	'--headless',
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

export function chromiumMissing() {
	return existsSync(CHROMIUM) ? '' : `${CHROMIUM} is not installed`;
}

export function launch() {
	return chromium.launch({ executablePath: CHROMIUM, args: ARGS }); // a new profile in a folder of its own each time
}

// A page as someone sees it; it fails the test where the page itself fails.
export async function open(browser, { address, actor, width = 1280, height = 900, language = 'da', path = '' }) {
	const context = await browser.newContext({
		viewport: { width, height },
		locale: 'da-DK',
		timezoneId: 'Europe/Copenhagen',
		bypassCSP: false,
	});
	const page = await context.newPage();
	const wrong = [];
	page.on('pageerror', (error) => wrong.push(error.message));
	page.on(
		'console',
		(line) => line.type() === 'error' && /Content Security|Refused/.test(line.text()) && wrong.push(line.text()),
	);
	page.on(
		'request',
		(request) =>
			request.url().startsWith(address) ||
			request.url().startsWith('blob:') ||
			wrong.push(`asked elsewhere: ${request.url()}`),
	);
	await page.addInitScript(
		([who, tongue]) => {
			if (who && !localStorage.getItem('limen.actor')) localStorage.setItem('limen.actor', who);
			if (!localStorage.getItem('limen.language')) localStorage.setItem('limen.language', tongue);
		},
		[actor ?? '', language],
	);
	await page.goto(`${address}/${path}`);
	return { page, wrong, close: () => context.close() };
}

// What axe-core finds that is serious or worse; empty is good. Evaluated by the debugger, so the page's own policy stays on.
export async function serious(page) {
	await page.evaluate(AXE);
	const found = await page.evaluate(() =>
		globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }),
	);
	return found.violations
		.filter((one) => one.impact === 'serious' || one.impact === 'critical')
		.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

export const selected = (page) => page.getAttribute('.row[aria-current]', 'data-task', { timeout: 10_000 });
export const focused = (page) =>
	page.evaluate(() => document.activeElement?.getAttribute('data-task') ?? document.activeElement?.tagName);
