// taskform.tsx: the next step and its form. The form is the kind's (ActivityDefinition); the server decides what is enough.
import { useEffect, useRef, useState } from 'preact/hooks';
import { Failure } from '../api/client.ts';
import { refusedBy, type Refused } from '../api/refused.ts';
import {
	completeTask,
	task as readTask,
	type Answers,
	type Field as FormField,
	type Kind,
	type Row,
} from '../api/tasks.ts';
import { announce } from '../base/announce.tsx';
import { localInstant, readTime } from '../base/clock.ts';
import { say, useTexts } from '../base/texts.ts';
import { keptValue, useValue } from '../base/value.ts';
import { CheckField, ChoiceField, DateField, TextField, focusFirstWrong, type Typed } from './field.tsx';
import { Difference } from './difference.tsx';

const PROPOSED_TO = 'visitation'; // the doctor sees what the secretary proposed, beside each choice, never chosen beforehand
type Values = Record<string, string>;
type Days = Record<string, Typed>;
const NO_DAY: Typed = { typed: '', day: null };

function instantOf(day: string, typed: string): string {
	const time = readTime(typed);
	return day && time ? localInstant(day, time) : '';
}

function answersOf(fields: FormField[], values: Values, days: Days): Answers {
	const answers: Answers = {};
	for (const field of fields) {
		const value = values[field.name] ?? '';
		const day = days[field.name]?.day ?? '';
		if (field.type === 'date') answers[field.name] = day;
		else if (field.type === 'dateTime') answers[field.name] = instantOf(day, value);
		else if (field.type === 'boolean') answers[field.name] = value || 'false';
		else answers[field.name] = value.trim();
	}
	return answers;
}

// What the page can see is wrong before it asks; the rest the server says.
function missing(fields: FormField[], answers: Answers, values: Values, days: Days): Record<string, string> {
	const wrong: Record<string, string> = {};
	for (const field of fields) {
		const typed = days[field.name]?.typed ?? '';
		const time = field.type === 'dateTime' ? (values[field.name] ?? '') : '';
		if (typed && !days[field.name]?.day) wrong[field.name] = say('form.dateWrong', { typed });
		else if (time && !readTime(time)) wrong[field.name] = say('form.timeWrong', { typed: time });
		else if ((typed || time) && field.type === 'dateTime' && !answers[field.name])
			wrong[field.name] = say('form.dateTimeMissing');
		else if (field.required && field.type !== 'boolean' && !answers[field.name]) {
			wrong[field.name] = say(field.type === 'dateTime' ? 'form.dateTimeMissing' : 'form.missing');
		}
	}
	return wrong;
}

type InputProps = {
	field: FormField;
	proposed: string | undefined;
	error: string | undefined;
	values: Values;
	days: Days;
	setValue: (name: string, value: string) => void;
	setDay: (name: string, day: Typed) => void;
};

function Input({ field, proposed, error, values, days, setValue, setDay }: InputProps) {
	const { t } = useTexts();
	const option = field.options.find((one) => one.code === proposed);
	const help = option ? t('task.proposed', { value: option.display }) : field.help || undefined;
	const frame = { name: field.name, label: field.label, required: field.required, help, error };
	const value = values[field.name] ?? '';
	const change = (next: string) => setValue(field.name, next);
	switch (field.type) {
		case 'choice':
			return <ChoiceField {...frame} options={field.options} value={value} change={change} />;
		case 'boolean':
			return <CheckField {...frame} value={value === 'true'} change={(on) => change(on ? 'true' : 'false')} />;
		case 'date':
			return (
				<DateField
					{...frame}
					help={undefined}
					past={false}
					value={days[field.name] ?? NO_DAY}
					change={(day) => setDay(field.name, day)}
				/>
			);
		case 'dateTime':
			return (
				<DateField
					{...frame}
					help={undefined}
					past={false}
					value={days[field.name] ?? NO_DAY}
					change={(day) => setDay(field.name, day)}
					time={{ value, change }}
				/>
			);
		case 'integer':
			return <TextField {...frame} value={value} change={change} attributes={{ inputMode: 'numeric' }} />;
		case 'text':
			return <TextField {...frame} long value={value} change={change} />;
	}
}

// "1. …" begins a line; what follows it belongs to it.
function guideLines(guide: string): string[] {
	const joined = guide.trim().replace(/\n(?!\s*\d+\.\s)\s*/g, ' ');
	return joined
		.split('\n')
		.map((line) => line.replace(/^\s*\d+\.\s*/, '').trim())
		.filter(Boolean);
}

const guideOpen = keptValue<'open' | 'closed'>('guide', 'closed', ['open', 'closed']); // who knows the work needs it no more

function Guide({ kind }: { kind: Kind }) {
	const { t } = useTexts();
	const lines = guideLines(kind.guide);
	const open = useValue(guideOpen) === 'open';
	return (
		<div class="guide">
			{lines.length > 0 && (
				<details open={open} onToggle={(event) => guideOpen.set(event.currentTarget.open ? 'open' : 'closed')}>
					<summary>{t('task.guide')}</summary>
					{lines.length > 1 ? (
						<ol>
							{lines.map((line) => (
								<li key={line}>{line}</li>
							))}
						</ol>
					) : (
						<p>{lines[0]}</p>
					)}
				</details>
			)}
			{kind.never.map((never) => (
				<p key={never} class="never">
					{never}
				</p>
			))}
		</div>
	);
}

type Props = {
	row: Row;
	kind: Kind;
	mayDo: boolean;
	proposed: Record<string, string>;
	done: (row: Row) => void;
	renew: () => void;
	dirty?: (dirty: boolean) => void;
};

export function TaskForm({ row, kind, mayDo, proposed, done, renew, dirty }: Props) {
	const { t } = useTexts();
	const form = useRef<HTMLFormElement>(null);
	const [values, setValues] = useState<Values>(() =>
		Object.fromEntries(kind.fields.map((field) => [field.name, field.initial])),
	);
	const [days, setDays] = useState<Days>({});
	const [refused, setRefused] = useState<Refused>({ fields: {}, general: [] });
	const [stale, setStale] = useState<{ now: Row; why: string[] } | null>(null);
	const [sending, setSending] = useState(false);
	useEffect(() => () => dirty?.(false), []);

	function touch(): void {
		dirty?.(true);
	}
	function refuse(next: Refused): void {
		setRefused(next);
		const count = Object.keys(next.fields).length;
		announce(count > 0 ? say('form.wrongCount', { n: count }) : next.general.join(' '), 'bad');
		focusFirstWrong(form.current);
	}
	async function failed(failure: unknown): Promise<void> {
		if (!(failure instanceof Failure)) throw failure;
		if (failure.unreachable) return refuse({ fields: {}, general: [say('state.notSent')] });
		if (failure.stale) return setStale({ now: await readTask(row.id), why: refusedBy(failure, []).general });
		return refuse(refusedBy(failure, kind.fields));
	}
	async function submit(event: Event): Promise<void> {
		event.preventDefault();
		if (sending) return;
		const answers = answersOf(kind.fields, values, days);
		const wrong = missing(kind.fields, answers, values, days);
		if (Object.keys(wrong).length > 0) return refuse({ fields: wrong, general: [] });
		setSending(true);
		try {
			await completeTask(row, answers);
			dirty?.(false);
			announce(say('task.done', { title: kind.title }), 'good');
			done(row);
		} catch (failure) {
			await failed(failure);
		} finally {
			setSending(false);
		}
	}
	function keys(event: KeyboardEvent): void {
		if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.current?.requestSubmit();
	}

	const set = (name: string, value: string) => (setValues((before) => ({ ...before, [name]: value })), touch());
	const setDay = (name: string, day: Typed) => (setDays((before) => ({ ...before, [name]: day })), touch());
	return (
		<>
			<Guide kind={kind} />
			{!mayDo && <p class="note">{t(kind.roles.includes('doctor') ? 'task.doctorsOnly' : 'task.othersOnly')}</p>}
			{stale && (
				<Difference before={row} now={stale.now} why={stale.why} accept={() => (setStale(null), renew())} />
			)}
			{mayDo && !(stale && !stale.now.open) && (
				<form
					ref={form}
					class="form"
					noValidate
					onSubmit={submit}
					onKeyDown={keys}
					aria-label={kind.title}
					data-task-form
				>
					{refused.general.length > 0 && (
						<div class="error error-general" role="alert">
							{refused.general.map((text) => (
								<p key={text}>{text}</p>
							))}
						</div>
					)}
					{kind.fields.map((field) => (
						<Input
							key={field.name}
							field={field}
							proposed={row.kind === PROPOSED_TO ? proposed[field.name] : undefined}
							error={refused.fields[field.name]}
							values={values}
							days={days}
							setValue={set}
							setDay={setDay}
						/>
					))}
					<div class="actions">
						<button type="submit" class="button button-main" disabled={sending}>
							{t('task.complete')} <kbd>Ctrl ↵</kbd>
						</button>
					</div>
				</form>
			)}
		</>
	);
}
