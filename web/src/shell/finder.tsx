// finder.tsx: the search at the top: patients, pathways, tasks, people and guides in one list; a combobox (WAI-ARIA).
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { find, patientOfPathway, type Found } from '../api/find.ts';
import { announce } from '../base/announce.tsx';
import { dayAndTime, shortDay } from '../base/clock.ts';
import { useKeys } from '../base/keys.ts';
import { go, patientPath, taskPath } from '../base/route.ts';
import { useTexts } from '../base/texts.ts';
import { SearchIcon } from '../parts/icons.tsx';
import { openRaise } from './raise.tsx';

const PAUSE_MS = 180;
const LETTERS_MIN = 2;
const SHOWN = 14;
const DETAIL_MAX = 70; // of a guide its beginning is enough to know it by

type State = { typed: string; list: Found[]; failed: boolean };

function useFound(typed: string): State | null {
	const [state, setState] = useState<State | null>(null);
	useEffect(() => {
		const wanted = typed.trim();
		if (wanted.length < LETTERS_MIN) {
			setState(null);
			return undefined;
		}
		let current = true;
		const timer = setTimeout(() => {
			find(wanted).then(
				(list) => current && setState({ typed: wanted, list: list.slice(0, SHOWN), failed: false }),
				() => current && setState({ typed: wanted, list: [], failed: true }),
			);
		}, PAUSE_MS);
		return () => {
			current = false;
			clearTimeout(timer);
		};
	}, [typed]);
	return state;
}

async function open(one: Found): Promise<void> {
	const id = one.reference.split('/')[1] ?? '';
	if (one.kind === 'patient') go(patientPath(id));
	else if (one.kind === 'task') go(taskPath(id));
	else if (one.kind === 'guide') openRaise(undefined, undefined, one.title);
	else if (one.kind === 'person') announce(`${one.title}: ${one.detail}`, 'good');
	else {
		const patient = await patientOfPathway(one.reference);
		if (patient) go(patientPath(patient));
	}
}

function Line({ one }: { one: Found }) {
	const { t, language } = useTexts();
	const more = [
		one.detail.length > DETAIL_MAX ? `${one.detail.slice(0, DETAIL_MAX)} …` : one.detail,
		one.birth && t('banner.bornOn', { day: shortDay(one.birth, language) }),
		one.time && dayAndTime(one.time, language),
		one.place,
	].filter(Boolean);
	return (
		<>
			<span class="found-name">{one.title || t('banner.noName')}</span>
			<span class="soft">
				{t(`found.${one.kind}`)}
				{more.map((words) => ` · ${words}`)}
			</span>
		</>
	);
}

export function Finder() {
	const { t } = useTexts();
	const id = useId();
	const input = useRef<HTMLInputElement>(null);
	const list = useRef<HTMLUListElement>(null);
	const [typed, type] = useState('');
	const [shown, show] = useState(false);
	const [at, setAt] = useState(0);
	const found = useFound(typed);
	const all = shown && found ? found.list : [];
	const hint = !found ? '' : found.failed ? t('search.failed') : found.list.length > 0 ? t('found.count', { n: found.list.length }) : t('found.none', { typed: found.typed });
	useEffect(() => setAt(0), [found]);
	useEffect(() => list.current?.children[at]?.scrollIntoView({ block: 'nearest' }), [at]);
	useKeys((command) => {
		if (command !== 'search') return false;
		input.current?.focus();
		input.current?.select();
		return true;
	});
	function leave(): void {
		type('');
		show(false);
		input.current?.blur();
	}
	function choose(one: Found | undefined): void {
		if (!one) return;
		leave();
		open(one).catch((failure: unknown) => announce(failure instanceof Error ? failure.message : '', 'bad'));
	}
	function keys(event: KeyboardEvent): void {
		const move = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
		if (move && all.length > 0) setAt((at + move + all.length) % all.length);
		else if (event.key === 'Enter' && all.length > 0) choose(all[at]);
		else if (event.key === 'Escape' && shown && typed) show(false);
		else if (event.key === 'Escape') leave();
		else return;
		event.preventDefault();
		event.stopPropagation();
	}
	return (
		<div class="search" role="search">
			<SearchIcon />
			<div
				class="picker-of-patient"
				onFocusOut={(event) => !event.currentTarget.contains(event.relatedTarget as Node | null) && show(false)}
			>
				<label for={id} class="spoken">
					{t('found.label')}
				</label>
				<input
					ref={input}
					id={id}
					type="text"
					role="combobox"
					autocomplete="off"
					spellcheck={false}
					placeholder={t('found.placeholder')}
					aria-expanded={shown && Boolean(found)}
					aria-controls={`${id}-list`}
					aria-autocomplete="list"
					aria-activedescendant={all.length > 0 ? `${id}-${at}` : undefined}
					value={typed}
					onInput={(event) => (type(event.currentTarget.value), show(true))}
					onFocus={() => show(true)}
					onKeyDown={keys}
				/>
				<p class="spoken" role="status">
					{shown ? hint : ''}
				</p>
				<div class="found" hidden={!shown || !found}>
					{found && found.list.length === 0 && <p class="found-none">{hint}</p>}
					<ul id={`${id}-list`} ref={list} role="listbox" aria-label={t('found.list')}>
						{all.map((one, i) => (
							<li
								key={one.reference}
								id={`${id}-${i}`}
								role="option"
								aria-selected={i === at}
								onMouseDown={(event) => event.preventDefault()}
								onClick={() => choose(one)}
							>
								<Line one={one} />
							</li>
						))}
					</ul>
				</div>
			</div>
			<kbd aria-hidden="true">/</kbd>
		</div>
	);
}
