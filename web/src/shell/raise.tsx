// raise.tsx: raise a task of any kind by name: the key, a few letters, Enter. What stands selected says whom it is about; note and date are
// there for who wants them.
import { useEffect, useState } from 'preact/hooks';
import { actor } from '../api/client.ts';
import { bannerName } from '../api/fhir.ts';
import { keptPatient } from '../api/people.ts';
import { kindsNamed, raisable, raiseNamed, type KindName } from '../api/raise.ts';
import { announce } from '../base/announce.tsx';
import { useLoad } from '../base/load.ts';
import { say, useTexts } from '../base/texts.ts';
import { Value, useValue } from '../base/value.ts';
import { Dialog } from '../parts/dialog.tsx';
import { DateField, TextField, typedDay } from '../parts/field.tsx';
import { Failed } from '../parts/states.tsx';
import { workerOf } from '../parts/who.tsx';

// What a page offers as the subject of a task: set while it is shown.
export type Subject = { patient: string | null; pathway: string | null; focus?: string | null; note?: string };
export const subject = new Value<Subject | null>(null);

export function useSubject(now: Subject | null): void {
	useEffect(() => {
		subject.set(now);
		return () => subject.set(null);
	}, [now?.patient, now?.pathway, now?.focus]);
}

type Open = { about: Subject | null; raised?: () => void; typed?: string };
const open = new Value<Open | null>(null);

export function openRaise(about: Subject | null = subject.get(), raised?: () => void, typed = ''): void {
	open.set({ about, typed, ...(raised ? { raised } : {}) });
}

const SHOWN = 8;

type Listed = { found: KindName[]; at: number; pick: (at: number) => void; id: string };

function Kinds({ found, at, pick, id }: Listed) {
	const { t } = useTexts();
	return (
		<ul id={id} role="listbox" aria-label={t('raise.kinds')} class="raise-kinds">
			{found.slice(0, SHOWN).map((one, i) => (
				<li
					key={one.id}
					id={`${id}-${i}`}
					role="option"
					aria-selected={i === at}
					onMouseDown={(event) => event.preventDefault()}
					onClick={() => pick(i)}
				>
					<span class="found-name">{one.title}</span>
					{one.minutes !== null && <span class="soft"> {t('raise.minutes', { n: one.minutes })}</span>}
				</li>
			))}
		</ul>
	);
}

function Inside({ about, raised, typed: begun = '', close }: Open & { close: () => void }) {
	const { t } = useTexts();
	const kinds = useLoad('kinds', raisable);
	const [typed, type] = useState(begun);
	const [at, setAt] = useState(0);
	const [named, setNamed] = useState(about !== null);
	const [note, setNote] = useState(about?.note ?? '');
	const [due, setDue] = useState(typedDay('', false));
	const [failure, setFailure] = useState<unknown>(null);
	const found = kindsNamed(kinds.value ?? [], typed);
	const patient = named ? keptPatient(about?.patient ?? null) : undefined;

	async function raise(i: number): Promise<void> {
		const kind = found[i];
		if (!kind) return;
		setFailure(null);
		try {
			await raiseNamed({ kind: kind.id, ...(named ? about : {}), note, due: due.day }, workerOf(actor.get())?.organization ?? '');
			announce(say('raise.done', { title: kind.title }), 'good');
			raised?.();
			close();
		} catch (refused) {
			setFailure(refused);
		}
	}
	function keys(event: KeyboardEvent): void {
		const shown = Math.min(found.length, SHOWN);
		const move = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
		if (move && shown > 0) setAt((at + move + shown) % shown);
		else if (event.key === 'Enter') void raise(at);
		else return;
		event.preventDefault();
	}
	return (
		<div class="help-inside">
			<h2 id="raise-title">{t('raise.title')}</h2>
			<p>
				{patient ? t('raise.about', { name: bannerName(patient) }) : t('raise.nobody')}{' '}
				{about?.patient && (
					<button type="button" class="link" onClick={() => setNamed(!named)}>
						{named ? t('raise.without') : t('raise.with')}
					</button>
				)}
			</p>
			<label class="spoken" for="raise-kind">
				{t('raise.kind')}
			</label>
			<input
				id="raise-kind"
				type="text"
				role="combobox"
				autofocus
				autocomplete="off"
				placeholder={t('raise.kind')}
				aria-expanded={found.length > 0}
				aria-controls="raise-list"
				aria-activedescendant={found.length > 0 ? `raise-list-${at}` : undefined}
				value={typed}
				onInput={(event) => (type(event.currentTarget.value), setAt(0))}
				onKeyDown={keys}
			/>
			{kinds.failure !== null && <Failed failure={kinds.failure} retry={kinds.again} />}
			<Kinds found={found} at={at} pick={(i) => void raise(i)} id="raise-list" />
			<p class="soft small" role="status">
				{kinds.value && (found.length > SHOWN ? t('raise.more', { n: found.length - SHOWN }) : found.length === 0 ? t('raise.none') : '')}
			</p>
			{failure !== null && <Failed failure={failure} retry={() => void raise(at)} />}
			<div class="pair">
				<TextField name="raise-note" label={t('raise.note')} value={note} change={setNote} />
				<DateField name="raise-due" label={t('raise.due')} past={false} value={due} change={setDue} />
			</div>
			<form method="dialog" class="actions">
				<button type="button" class="button button-main" onClick={() => void raise(at)}>
					{t('raise.send')} <kbd>↵</kbd>
				</button>
				<button class="button">{t('form.cancel')}</button>
			</form>
		</div>
	);
}

export function RaiseDialog() {
	const now = useValue(open);
	if (!now) return null;
	return (
		<Dialog title="raise-title" closed={() => open.set(null)}>
			{(close) => <Inside {...now} close={close} />}
		</Dialog>
	);
}
