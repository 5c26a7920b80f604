// bulkdo.tsx: several tasks of one kind answered alike, in one go; each is a commit of its own, and one that is refused does not keep the others.
import { useEffect, useRef, useState } from 'preact/hooks';
import { answerAll } from '../api/batch.ts';
import { kind as readKind, type Kind, type Row } from '../api/tasks.ts';
import { announce } from '../base/announce.tsx';
import { useLoad } from '../base/load.ts';
import { say, useTexts } from '../base/texts.ts';
import { nameOfPatient } from '../parts/calls.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { focusFirstWrong } from '../parts/field.tsx';
import { KindInputs, useKindAnswers } from '../parts/kindform.tsx';
import { Failed, Loading } from '../parts/states.tsx';
import { Guide } from '../parts/taskform.tsx';

// A time and a patient are each one's own: two given one time would be booked twice.
const isOwn = (field: Kind['fields'][number]) => field.type === 'dateTime' || field.type === 'patient';

const NAMED = 6; // the others are counted

type Props = { rows: Row[]; closed: () => void; done: (rows: Row[], wrote: string[][]) => void };

function Form({ rows, kind, close, done }: { rows: Row[]; kind: Kind; close: () => void; done: Props['done'] }) {
	const { t } = useTexts();
	const form = useRef<HTMLFormElement>(null);
	const fields = kind.fields.filter((field) => !isOwn(field));
	const given = useKindAnswers(fields);
	const [refused, refuse] = useState<Record<string, string>>({});
	const [failures, setFailures] = useState<string[]>([]);
	const [sending, setSending] = useState(false);

	useEffect(() => form.current?.querySelector<HTMLElement>('[data-field] :is(input, select, textarea)')?.focus(), []);

	async function send(event: Event): Promise<void> {
		event.preventDefault();
		const { answers, wrong } = given.read();
		refuse(wrong);
		if (sending) return;
		if (Object.keys(wrong).length > 0) return focusFirstWrong(form.current);
		setSending(true);
		try {
			const all = await answerAll(rows.map((row) => ({ row, answers })));
			const fine = rows.filter((row) => all.some((one) => one.id === row.id && one.failure === null));
			const why = [...new Set(all.flatMap((one) => (one.failure === null ? [] : [one.failure])))];
			if (fine.length > 0) done(fine, all.map((one) => one.wrote));
			if (why.length > 0) {
				setFailures(why);
				announce(say('bulk.refused', { n: rows.length - fine.length, why: why[0] ?? '' }), 'bad');
			} else {
				announce(say('bulk.done', { n: fine.length }), 'good');
				close();
			}
		} catch (failure) {
			setFailures([failure instanceof Error ? failure.message : '']);
		} finally {
			setSending(false);
		}
	}
	return (
		<form
			ref={form}
			class="form"
			noValidate
			onSubmit={(event) => void send(event)}
			onKeyDown={(event) => event.key === 'Enter' && (event.ctrlKey || event.metaKey) && form.current?.requestSubmit()}
		>
			<Guide kind={kind} />
			{failures.length > 0 && (
				<div class="error error-general" role="alert">
					{failures.map((one) => (
						<p key={one}>{one}</p>
					))}
				</div>
			)}
			<KindInputs fields={fields} given={given} refused={refused} />
			<div class="actions">
				<button type="submit" class="button button-main" disabled={sending}>
					{t('bulk.send', { n: rows.length })} <kbd>Ctrl ↵</kbd>
				</button>
				<button type="button" class="button" onClick={close}>
					{t('form.cancel')}
				</button>
			</div>
		</form>
	);
}

export function BulkDo({ rows, closed, done }: Props) {
	const { t, language } = useTexts();
	const kind = useLoad<Kind>(`${rows[0]?.kind ?? ''} ${language}`, () => readKind(rows[0]?.kind ?? ''));
	const names = rows.map((row) => nameOfPatient(row.patient) || row.about).slice(0, NAMED);
	return (
		<Dialog title="bulk-do" closed={closed}>
			{(close) => (
				<div class="help-inside">
					<h2 id="bulk-do">{t('bulk.doing', { n: rows.length, what: kind.value?.title ?? '' })}</h2>
					<p class="soft">
						{names.join(' · ')}
						{rows.length > NAMED && ` · ${t('morning.moreFalling', { n: rows.length - NAMED })}`}
					</p>
					{kind.failure !== null && <Failed failure={kind.failure} retry={kind.again} />}
					{!kind.value && kind.failure === null && <Loading />}
					{kind.value && kind.value.fields.some((field) => isOwn(field) && field.required) && (
						<>
							<p class="note">{t('bulk.eachItsOwn')}</p>
							<button type="button" class="button" onClick={close}>
								{t('help.close')}
							</button>
						</>
					)}
					{kind.value && !kind.value.fields.some((field) => isOwn(field) && field.required) && <Form rows={rows} kind={kind.value} close={close} done={done} />}
				</div>
			)}
		</Dialog>
	);
}
