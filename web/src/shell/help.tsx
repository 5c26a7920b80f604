// help.tsx: every key, from the table that is listened to; and the switch that turns single letters off (WCAG 2.1.4).
import { KEYS, letters, type Command } from '../base/keys.ts';
import { useTexts, type Key } from '../base/texts.ts';
import { useValue } from '../base/value.ts';
import { Dialog } from '../parts/dialog.tsx';

const SHOWN: Record<string, string> = { ArrowDown: '↓', ArrowUp: '↑', Enter: '↵', Escape: 'Esc' };

type Line = { command: Command; text: Key; ways: (readonly string[])[] };

function lines(where: 'list' | 'all', withLetters: boolean): Line[] {
	const found: Line[] = [];
	for (const row of KEYS) {
		if (row.where !== where || (row.letters && !withLetters)) continue;
		const line = found.find((one) => one.command === row.command);
		if (line) line.ways.push(row.keys);
		else found.push({ command: row.command, text: row.text, ways: [row.keys] });
	}
	return found;
}

function Table({ where, title }: { where: 'list' | 'all'; title: string }) {
	const { t } = useTexts();
	const on = useValue(letters) === 'on';
	return (
		<section>
			<h3>{title}</h3>
			<dl class="keys">
				{lines(where, on).map((line) => (
					<div key={line.command}>
						<dt>
							{line.ways.map((way, at) => (
								<span key={at}>
									{at > 0 && <span class="soft"> {t('help.or')} </span>}
									{way.map((key) => (
										<kbd key={key}>{SHOWN[key] ?? key}</kbd>
									))}
								</span>
							))}
						</dt>
						<dd>{t(line.text)}</dd>
					</div>
				))}
			</dl>
		</section>
	);
}

export function Help({ close }: { close: () => void }) {
	const { t } = useTexts();
	const on = useValue(letters) === 'on';
	return (
		<Dialog title="help-title" closed={close}>
			{() => (
				<div class="help-inside">
					<h2 id="help-title">{t('help.title')}</h2>
					<Table where="list" title={t('help.list')} />
					<Table where="all" title={t('help.all')} />
					<section>
						<h3>{t('help.forms')}</h3>
						<dl class="keys">
							<div>
								<dt>
									<kbd>Ctrl</kbd>
									<kbd>↵</kbd>
								</dt>
								<dd>{t('key.complete')}</dd>
							</div>
						</dl>
					</section>
					<label class="check">
						<input
							type="checkbox"
							checked={on}
							onChange={(event) => letters.set(event.currentTarget.checked ? 'on' : 'off')}
						/>
						<span>{t('help.letters')}</span>
					</label>
					<p class="soft small">{t('help.lettersHelp')}</p>
					<form method="dialog" class="actions">
						<button class="button">{t('help.close')}</button>
						<a class="small" href="/licenses.txt" target="_blank" rel="noopener">
							{t('help.licenses')}
						</a>
					</form>
				</div>
			)}
		</Dialog>
	);
}
