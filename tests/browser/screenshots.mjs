// Makes docs/worklist.png and docs/patient.png from a demo department: `node screenshots.mjs`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch, open } from './browser.mjs';
import { BINARY, caller, startLimen } from './limen.mjs';

const docs = (name) => fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'limen-screenshots-'));
const db = join(folder, 'limen.db');
execFileSync(BINARY, ['demo', '--db', db, '--seed', '1'], { stdio: 'inherit' });
const limen = await startLimen(db);
const call = caller(limen.address, 'PractitionerRole/sek-a');
const roles = (await call('PractitionerRole?_count=100')).entry.map((one) => one.resource);
const secretary = roles.find((one) => one.code[0].coding[0].code === 'secretary');
const browser = await launch();
const { page } = await open(browser, { address: limen.address, actor: `PractitionerRole/${secretary.id}` });

await page.selectOption('[data-role="behalf"]', { index: 1 });
const told = page.locator('.row', { hasText: /kliniker giver svar[^]*§ 82 b/ }).first();
await told.waitFor();
const patient = (await call(`Task/${await told.getAttribute('data-task')}`)).for.reference;
await told.click();
await page.locator('.why-lines').first().waitFor();
await page.waitForTimeout(500);
await page.screenshot({ path: docs('worklist.png') });
await page.goto(`${limen.address}/#/${patient.replace('Patient', 'patient')}`);
await page.locator('[data-clock="udredningsret"]').click();
await page.locator('.clock .why-lines').waitFor();
await page.waitForTimeout(500);
await page.screenshot({ path: docs('patient.png') });

await browser.close();
await limen.stop();
rmSync(folder, { recursive: true, force: true });
