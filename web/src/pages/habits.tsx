// habits.tsx: "sådan gør vi her": what is done for a kind of task, with a colleague, at a place; who answers for it, and until when it holds.
import { useEffect, useState } from 'preact/hooks';
import { actor } from '../api/client.ts';
import { NEW_HABIT, isOld, removeHabit, saveHabit, type Habit } from '../api/habits.ts';
import { kindNames, type KindName } from '../api/raise.ts';
import { attempt } from '../base/announce.tsx';
import { addDays, shortDay, today } from '../base/clock.ts';
import { useKeys } from '../base/keys.ts';
import { useLoad } from '../base/load.ts';
import { PATHS, go } from '../base/route.ts';
import { say, useTexts } from '../base/texts.ts';
import { useValue } from '../base/value.ts';
import { ChoiceField, DateField, TextField, typedDay } from '../parts/field.tsx';
import { HabitNote, useHabits } from '../parts/habits.tsx';
import { OverviewLinks } from '../parts/overviewlinks.tsx';
import { Empty } from '../parts/states.tsx';
import { nameOfActor, staff } from '../parts/who.tsx';

function aboutWords(one: Habit, kinds: KindName[]): string {
	return kinds.find((kind) => kind.id === one.kind)?.title || nameOfActor(one.about) || one.place || say('habits.all');
}

type FormProps = { habit: Habit; kinds: KindName[]; done: () => void };

function HabitForm({ habit, kinds, done }: FormProps) {
	const { t, language } = useTexts();
	const people = useValue(staff);
	const [draft, change] = useState(habit);
	const [expires, setExpires] = useState(typedDay(habit.expires ? shortDay(habit.expires, language) : '', false));
	const [wrong, setWrong] = useState<Record<string, string>>({});
	const set = (some: Partial<Habit>) => change({ ...draft, ...some });
	async function submit(event: Event): Promise<void> {
		event.preventDefault();
		const bad: Record<string, string> = {};
		for (const name of ['title', 'text'] as const) if (!draft[name].trim()) bad[name] = say('form.missing');
		if (!expires.day) bad.expires = expires.typed ? say('form.dateWrong', { typed: expires.typed }) : say('form.missing');
		setWrong(bad);
		if (Object.keys(bad).length > 0) return;
		if (await attempt(() => saveHabit({ ...draft, expires: expires.day ?? '' }), say('record.saved'))) done();
	}
	const workers = people.map((one) => ({ code: one.reference, display: one.name }));
	return (
		<form class="form card" noValidate onSubmit={(event) => void submit(event)} aria-label={t('habits.one')} data-first>
			<TextField name="title" label={t('habits.name')} required value={draft.title} change={(title) => set({ title })} error={wrong.title} />
			<TextField name="text" label={t('habits.text')} required long value={draft.text} change={(text) => set({ text })} error={wrong.text} />
			<div class="pair">
				<ChoiceField
					name="kind"
					label={t('habits.kind')}
					options={kinds.map((one) => ({ code: one.id, display: one.title }))}
					value={draft.kind}
					change={(kind) => set({ kind })}
				/>
				<ChoiceField name="about" label={t('habits.about')} options={workers} value={draft.about} change={(about) => set({ about })} />
			</div>
			<TextField name="place" label={t('habits.place')} value={draft.place} change={(place) => set({ place })} />
			<div class="pair">
				<ChoiceField name="owner" label={t('habits.owner')} required options={workers} value={draft.owner} change={(owner) => set({ owner })} />
				<DateField name="expires" label={t('habits.expires')} required past={false} value={expires} change={setExpires} error={wrong.expires} />
			</div>
			<div class="actions">
				<button type="submit" class="button button-main">
					{t('record.save')}
				</button>
				<button type="button" class="button" onClick={done}>
					{t('form.cancel')}
				</button>
			</div>
		</form>
	);
}

type LineProps = { one: Habit; kinds: KindName[]; edit: () => void };

function HabitLine({ one, kinds, edit }: LineProps) {
	const { t } = useTexts();
	return (
		<li class="card">
			<p class="eyebrow">{aboutWords(one, kinds)}</p>
			<HabitNote habit={one} />
			<p class="habit-acts no-print">
				<button
					type="button"
					class="link"
					onClick={() => void attempt(() => saveHabit({ ...one, expires: addDays(today(), 365) }), say('habits.renewed'))}
				>
					{t('habits.still')}
				</button>
				<button type="button" class="link" onClick={edit}>
					{t('habits.edit')}
				</button>
				<button type="button" class="link" onClick={() => void attempt(() => removeHabit(one), say('record.removed'))}>
					{t('record.remove')}
				</button>
			</p>
		</li>
	);
}

export function HabitsPage() {
	const { t, language } = useTexts();
	const me = useValue(actor);
	const list = useHabits();
	const kinds = useLoad(language, kindNames).value ?? [];
	const [editing, edit] = useState<Habit | null>(null);
	const [typed, type] = useState('');
	useKeys((command) => {
		if (command !== 'back') return false;
		if (editing) edit(null);
		else go(PATHS.worklist);
		return true;
	});
	useEffect(() => {
		document.title = `${t('habits.title')} · Limen`;
	}, [language]);
	const near = typed.trim().toLowerCase();
	const shown = list.filter((one) => `${one.title} ${one.text} ${aboutWords(one, kinds)}`.toLowerCase().includes(near));
	const old = shown.filter(isOld);
	const groups = [
		{ name: t('habits.review'), all: old },
		{ name: t('habits.hold'), all: shown.filter((one) => !isOld(one)) },
	].filter((group) => group.all.length > 0);
	return (
		<div class="page page-list">
			<div class="lead">
				<h1>{t('habits.title')}</h1>
				<p class="soft">{t('habits.lead')}</p>
			</div>
			<OverviewLinks at="habits" />
			{editing ? (
				<HabitForm key={editing.id} habit={editing} kinds={kinds} done={() => edit(null)} />
			) : (
				<div class="habits-tools no-print">
					<label class="spoken" for="habits-find">
						{t('habits.find')}
					</label>
					<input id="habits-find" type="text" placeholder={t('habits.find')} value={typed} onInput={(event) => type(event.currentTarget.value)} />
					<button type="button" class="button button-main" onClick={() => edit(NEW_HABIT(me))}>
						{t('habits.new')}
					</button>
				</div>
			)}
			{!editing && list.length === 0 && (
				<Empty title={t('habits.none')}>
					<p>{t('habits.noneHelp')}</p>
				</Empty>
			)}
			{groups.map((group) => (
				<section key={group.name}>
					<h2>
						{group.name} <span class="count">{group.all.length}</span>
					</h2>
					<ul class="habits">
						{group.all.map((one) => (
							<HabitLine key={one.id} one={one} kinds={kinds} edit={() => edit(one)} />
						))}
					</ul>
				</section>
			))}
		</div>
	);
}
