// role.tsx: who am I, and on whose responsibility. There is no log-in yet: the role is chosen, kept in this browser, and sent
// with every call.
import { useEffect, useRef } from 'preact/hooks';
import { actor, onBehalfOf } from '../api/client.ts';
import type { Worker } from '../api/people.ts';
import { PATHS, go } from '../base/route.ts';
import { language, useTexts } from '../base/texts.ts';
import { keptValue, useValue } from '../base/value.ts';
import { Empty } from '../parts/states.tsx';
import { bareName, initials } from '../parts/who.tsx';

// 'no': nobody has chosen yet, and the page took the first secretary so that there is something to see.
const chosen = keptValue<'yes' | 'no'>('chosen', 'yes', ['yes', 'no']);

function become(worker: Worker, list: Worker[]): void {
	if (worker.code === 'doctor')
		onBehalfOf.set(''); // a doctor acts on their own responsibility
	else if (!list.some((one) => one.reference === onBehalfOf.get() && one.code === 'doctor')) {
		onBehalfOf.set(list.find((one) => one.code === 'doctor')?.reference ?? '');
	}
	actor.set(worker.reference);
}

function choose(worker: Worker, list: Worker[]): void {
	chosen.set('yes');
	become(worker, list);
}

// Who opens the page for the first time sees the worklist at once, as the first secretary; the notice says so.
export function assume(list: Worker[]): void {
	if (list.some((one) => one.reference === actor.get())) return;
	const first = list.find((one) => one.code === 'secretary') ?? list[0];
	if (!first) return;
	chosen.set('no');
	become(first, list);
}

export function RoleNotice({ list }: { list: Worker[] }) {
	const { t } = useTexts();
	const me = useValue(actor);
	const open = useValue(chosen) === 'no';
	const name = list.find((one) => one.reference === me)?.name;
	if (!open || !name) return null;
	return (
		<p class="notice no-print">
			<span>
				{t('role.assumed', { name })} <a href={PATHS.who}>{t('role.chooseHere')}</a>
			</span>
			<button type="button" class="link" onClick={() => chosen.set('yes')}>
				{t('role.dismiss')}
			</button>
		</p>
	);
}

export function RoleSwitch({ list }: { list: Worker[] }) {
	const { t } = useTexts();
	const me = useValue(actor);
	const behalf = useValue(onBehalfOf);
	const mine = list.find((one) => one.reference === me);
	const doctors = list.filter((one) => one.code === 'doctor' && one.reference !== me);
	return (
		<div class="role">
			<label>
				<span class="spoken">{t('role.me')}</span>
				<select
					data-role="me"
					value={me}
					onChange={(event) => {
						const worker = list.find((one) => one.reference === event.currentTarget.value);
						if (worker) choose(worker, list);
					}}
				>
					{list.map((one) => (
						<option key={one.reference} value={one.reference}>
							{one.name}
							{one.code ? ` · ${t(`role.${one.code}`)}` : ''}
						</option>
					))}
				</select>
			</label>
			{mine?.code !== 'doctor' && (
				<label class="behalf">
					<span class="soft">{t('role.behalf')}</span>
					<select
						data-role="behalf"
						value={behalf}
						onChange={(event) => onBehalfOf.set(event.currentTarget.value)}
					>
						<option value="">{t('role.nobody')}</option>
						{doctors.map((one) => (
							<option key={one.reference} value={one.reference}>
								{one.name}
							</option>
						))}
					</select>
				</label>
			)}
		</div>
	);
}

export function LanguageSwitch() {
	const { t, language: now } = useTexts();
	const other = now === 'da' ? 'en' : 'da';
	return (
		<button type="button" class="button button-quiet language" lang={other} onClick={() => language.set(other)}>
			{other === 'en' ? 'EN' : 'DA'}
			<span class="spoken"> {t('language.switch')}</span>
		</button>
	);
}

export function NoStaff({ again }: { again: () => void }) {
	const { t } = useTexts();
	return (
		<div class="page">
			<Empty title={t('role.empty')}>
				<p>{t('role.emptyHelp')}</p>
				<p>
					<code>limen demo</code>
				</p>
				<button type="button" class="button" onClick={again}>
					{t('state.retry')}
				</button>
			</Empty>
		</div>
	);
}

const TYPING_MS = 900; // letters that come quicker than this are one word

const cards = () => [...document.querySelectorAll<HTMLElement>('[data-worker]')];

// The next card, from the one after the focused, whose name begins as typed: "a" finds Sekretær A, "læge f" Læge F.
function cardNamed(typed: string, list: Worker[]): HTMLElement | undefined {
	const all = cards();
	const from = all.findIndex((one) => one === document.activeElement) + (typed.length > 1 ? 0 : 1);
	const fits = (card: HTMLElement, whole: boolean) => {
		const name = list.find((one) => one.reference === card.dataset.worker)?.name.toLowerCase() ?? '';
		return whole ? name.startsWith(typed) : bareName(name).startsWith(typed);
	};
	const order = [...all.slice(from), ...all.slice(0, from)];
	return order.find((card) => fits(card, false)) ?? order.find((card) => fits(card, true));
}

// Up and down: the nearest card of the nearest line in that direction.
function cardBeyond(down: boolean): HTMLElement | undefined {
	const here = document.activeElement?.getBoundingClientRect();
	if (!here) return undefined;
	const ways = cards().map((card) => {
		const box = card.getBoundingClientRect();
		return { card, far: (box.top - here.top) * (down ? 1 : -1), aside: Math.abs(box.left - here.left) };
	});
	return ways.filter((one) => one.far > 1).sort((a, b) => a.far - b.far || a.aside - b.aside)[0]?.card;
}

function cardFor(key: string): HTMLElement | undefined {
	const all = cards();
	const at = all.findIndex((one) => one === document.activeElement);
	switch (key) {
		case 'ArrowRight':
			return all[at + 1];
		case 'ArrowLeft':
			return all[at - 1];
		case 'ArrowDown':
			return cardBeyond(true);
		case 'ArrowUp':
			return cardBeyond(false);
		case 'Home':
			return all[0];
		case 'End':
			return all.at(-1);
	}
	return undefined;
}

function useCardKeys(list: Worker[]): (event: KeyboardEvent) => void {
	const typed = useRef({ text: '', at: 0 });
	return (event) => {
		if (event.ctrlKey || event.metaKey || event.altKey) return;
		const letter = /^[\p{L}\d]$/u.test(event.key) || (event.key === ' ' && typed.current.text !== '');
		if (letter) {
			const going = event.timeStamp - typed.current.at < TYPING_MS ? typed.current.text : '';
			if (event.key === ' ' && going === '') return; // a space on a card chooses it
			typed.current = { text: going + event.key.toLowerCase(), at: event.timeStamp };
		}
		const card = letter ? cardNamed(typed.current.text, list) : cardFor(event.key);
		if (!letter && !card) return;
		event.preventDefault();
		card?.focus();
	};
}

const GROUP_ORDER = ['secretary', 'leader', 'doctor', 'nurse', ''] as const;

export function ChooseRole({ list }: { list: Worker[] }) {
	const { t, language: now } = useTexts();
	const me = useValue(actor);
	const keys = useCardKeys(list);
	useEffect(() => {
		document.title = `${t('role.title')} · Limen`;
	}, [now]);
	const groups = GROUP_ORDER.map((code) => ({ code, workers: list.filter((one) => one.code === code) }));
	function pick(worker: Worker): void {
		choose(worker, list);
		go(PATHS.worklist);
	}
	return (
		<div class="page page-who" data-first>
			<h1>{t('role.title')}</h1>
			<p class="soft">
				{t('role.lead')} <span class="who-keys">{t('role.keys')}</span>
			</p>
			<div onKeyDown={keys}>
				{groups
					.filter(({ workers }) => workers.length > 0)
					.map(({ code, workers }) => (
						<section key={code} class="who-group" aria-labelledby={`who-${code || 'other'}`}>
							<h2 id={`who-${code || 'other'}`}>{t(`roles.${code || 'other'}`)}</h2>
							<ul class="workers">
								{workers.map((one) => (
									<li key={one.reference}>
										<button
											type="button"
											class="worker"
											data-worker={one.reference}
											tabIndex={one.reference === me ? 0 : -1}
											aria-current={one.reference === me ? 'true' : undefined}
											onClick={() => pick(one)}
										>
											<span class="worker-sign" aria-hidden="true">
												{initials(one.name) || '·'}
											</span>
											<span class="worker-name">{one.name}</span>
										</button>
									</li>
								))}
							</ul>
						</section>
					))}
			</div>
		</div>
	);
}
