// taskform.tsx: the next step and its form. The form is the kind's (ActivityDefinition); the server decides what is enough.
import { useEffect, useRef, useState } from 'preact/hooks';
import { Failure } from '../api/client.ts';
import { refusedBy, type Refused } from '../api/refused.ts';
import { completeTask, task as readTask, type Kind, type Row } from '../api/tasks.ts';
import { announce } from '../base/announce.tsx';
import { say, useTexts } from '../base/texts.ts';
import { keptValue, useValue } from '../base/value.ts';
import { Difference } from './difference.tsx';
import { focusFirstWrong } from './field.tsx';
import { KindInputs, useKindAnswers } from './kindform.tsx';

const PROPOSED_TO = 'visitation'; // the doctor sees what the secretary proposed, beside each choice, never chosen beforehand
// "1. …" begins a line; what follows it belongs to it.
function guideLines(guide: string): string[] {
	const joined = guide.trim().replace(/\n(?!\s*\d+\.\s)\s*/g, ' ');
	return joined
		.split('\n')
		.map((line) => line.replace(/^\s*\d+\.\s*/, '').trim())
		.filter(Boolean);
}

const guideOpen = keptValue<'open' | 'closed'>('guide', 'closed', ['open', 'closed']); // who knows the work needs it no more

export function Guide({ kind }: { kind: Kind }) {
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
	const given = useKindAnswers(kind.fields, () => dirty?.(true));
	const [refused, setRefused] = useState<Refused>({ fields: {}, general: [] });
	const [stale, setStale] = useState<{ now: Row; why: string[] } | null>(null);
	const [sending, setSending] = useState(false);
	useEffect(() => () => dirty?.(false), []);

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
		const { answers, wrong } = given.read();
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
					<KindInputs
						fields={kind.fields}
						given={given}
						refused={refused.fields}
						proposed={row.kind === PROPOSED_TO ? proposed : {}}
					/>
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
