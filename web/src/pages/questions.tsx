// questions.tsx: the questions that were gathered for the doctors, answered in one go: one after the other by keyboard, sent together.
import { useEffect, useState } from 'preact/hooks';
import { actor } from '../api/client.ts';
import { openQuestions } from '../api/morning.ts';
import { answerAll, type Answered } from '../api/batch.ts';
import { questionOf } from '../api/record.ts';
import type { Row } from '../api/tasks.ts';
import { announce } from '../base/announce.tsx';
import { dayAndTime } from '../base/clock.ts';
import { useKeys } from '../base/keys.ts';
import { useLoad } from '../base/load.ts';
import { PATHS, go, patientPath } from '../base/route.ts';
import { say, useTexts } from '../base/texts.ts';
import { useValue } from '../base/value.ts';
import { DueBadge } from '../parts/badge.tsx';
import { nameOfPatient } from '../parts/calls.tsx';
import { TextField } from '../parts/field.tsx';
import { useHeard } from '../parts/heard.ts';
import { OverviewLinks } from '../parts/overviewlinks.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { nameOfActor, workerOf } from '../parts/who.tsx';

type LineProps = { row: Row; value: string; change: (text: string) => void; error: string | undefined; may: boolean };

function Line({ row, value, change, error, may }: LineProps) {
	const { t, language } = useTexts();
	const question = questionOf(row.task);
	return (
		<li class="card question">
			<div class="next-head">
				<h3>
					<a href={patientPath(row.patient ?? '')}>{nameOfPatient(row.patient) || t('call.nobody')}</a>
				</h3>
				<DueBadge row={row} />
			</div>
			<p class="question-asked">{question.asked}</p>
			<p class="soft small">
				{nameOfActor(question.by)}
				{question.at && ` · ${dayAndTime(question.at, language)}`}
			</p>
			{may && <TextField name={`answer-${row.id}`} label={t('questions.answer')} long value={value} change={change} error={error} />}
		</li>
	);
}

export function QuestionsPage() {
	const { t, language } = useTexts();
	const me = useValue(actor);
	const may = workerOf(me)?.code === 'doctor';
	const list = useLoad(language, openQuestions);
	const [answers, setAnswers] = useState<Record<string, string>>({});
	const [failed, setFailed] = useState<Record<string, string>>({});
	const [sending, setSending] = useState(false);
	const writing = Object.values(answers).some((one) => one.trim());
	useHeard(['Task'], () => !writing && list.again()); // never under the hands
	useKeys((command) => {
		if (command !== 'back') return false;
		go(PATHS.worklist);
		return true;
	});
	useEffect(() => {
		document.title = `${t('overview.questions')} · Limen`;
	}, [language]);
	const ready = list.value !== null;
	useEffect(() => {
		const nowhere = document.activeElement === document.body || document.activeElement?.id === 'main';
		if (ready && nowhere) document.querySelector<HTMLElement>('.question textarea')?.focus();
	}, [ready]);
	const filled = (list.value ?? []).filter((row) => answers[row.id]?.trim());

	function settle(results: Answered[]): void {
		const refused = results.filter((one) => one.failure !== null);
		setFailed(Object.fromEntries(refused.map((one) => [one.id, one.failure ?? ''])));
		setAnswers((before) => Object.fromEntries(Object.entries(before).filter(([id]) => refused.some((one) => one.id === id))));
		const n = results.length - refused.length;
		announce(refused.length > 0 ? say('questions.some', { n, refused: refused.length }) : say('questions.sent', { n }), refused.length > 0 ? 'bad' : 'good');
		list.again();
	}
	async function send(event: Event): Promise<void> {
		event.preventDefault();
		if (sending || filled.length === 0) return;
		setSending(true);
		settle(await answerAll(filled.map((row) => ({ row, answers: { answer: (answers[row.id] ?? '').trim() } }))));
		setSending(false);
	}
	function keys(event: KeyboardEvent): void {
		if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send(event);
	}
	return (
		<div class="page page-list">
			<div class="lead">
				<h1>{t('overview.questions')}</h1>
				<p class="soft">{t('questions.lead')}</p>
			</div>
			<OverviewLinks at="questions" />
			{list.failure !== null && <Failed failure={list.failure} retry={list.again} />}
			{!list.value && list.failure === null && <Loading />}
			{list.value?.length === 0 && (
				<Empty title={t('morning.noQuestions')}>
					<p>{t('questions.noneHelp')}</p>
				</Empty>
			)}
			{list.value && list.value.length > 0 && (
				<form class="questions" noValidate onSubmit={(event) => void send(event)} onKeyDown={keys} data-first>
					{!may && <p class="note">{t('questions.doctorsOnly')}</p>}
					<ul>
						{list.value.map((row) => (
							<Line
								key={row.id}
								row={row}
								may={may}
								value={answers[row.id] ?? ''}
								change={(text) => setAnswers({ ...answers, [row.id]: text })}
								error={failed[row.id]}
							/>
						))}
					</ul>
					{may && (
						<div class="actions bulk-bar">
							<button type="submit" class="button button-main" disabled={sending || filled.length === 0}>
								{t('questions.send', { n: filled.length })} <kbd>Ctrl ↵</kbd>
							</button>
						</div>
					)}
				</form>
			)}
		</div>
	);
}
