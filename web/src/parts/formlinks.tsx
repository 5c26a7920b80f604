// formlinks.tsx: the way to a form, and what was answered there: on the patient's page, and beside a task whose kind has a form of its own.
import { useId, useState } from 'preact/hooks';
import { answeredOf, forgetFormsOfKinds, forms, formsOfKind, type Answered } from '../api/answered.ts';
import { dayAndTime } from '../base/clock.ts';
import { useLoad } from '../base/load.ts';
import { formPath, go } from '../base/route.ts';
import { useTexts } from '../base/texts.ts';
import { Card } from './card.tsx';
import { useHeard } from './heard.ts';
import { nameOfActor } from './who.tsx';

async function readForms(patient: string) {
	const known = await forms();
	return { known, answered: await answeredOf(patient, known) };
}

function One({ one }: { one: Answered }) {
	const { t, language } = useTexts();
	return (
		<li>
			<details>
				<summary>
					{one.title}{' '}
					<span class="soft">
						· {dayAndTime(one.at, language)}
						{one.by && ` · ${nameOfActor(one.by)}`}
					</span>
				</summary>
				{one.lines.length === 0 && <p class="soft">{t('forms.empty')}</p>}
				<dl class="pairs">
					{one.lines.map((line, at) => [<dt key={`t${at}`}>{line.label}</dt>, <dd key={`d${at}`}>{line.value}</dd>])}
				</dl>
			</details>
		</li>
	);
}

export function FormsCard({ id }: { id: string }) {
	const { t } = useTexts();
	const field = useId();
	const [chosen, choose] = useState('');
	const list = useLoad(id, () => readForms(id));
	useHeard(['QuestionnaireResponse', 'Questionnaire'], list.again);
	const known = list.value?.known ?? [];
	const form = chosen || (known[0]?.id ?? '');
	return (
		<Card id="forms" title={t('forms.title')} count={list.value?.answered.length} failure={list.failure} again={list.again}>
			{list.value?.answered.length === 0 && <p class="soft">{t('forms.none')}</p>}
			<ul class="plain-list answered">
				{list.value?.answered.map((one) => (
					<One key={one.id} one={one} />
				))}
			</ul>
			{known.length > 0 && (
				<form class="line-form no-print" onSubmit={(event) => (event.preventDefault(), go(formPath(form, id)))}>
					<label for={field}>{t('forms.which')}</label>
					<div class="row-of-inputs">
						<select id={field} value={form} onChange={(event) => choose(event.currentTarget.value)}>
							{known.map((one) => (
								<option key={one.id} value={one.id}>
									{one.title}
								</option>
							))}
						</select>
						<button type="submit" class="button">
							{t('forms.fill')}
						</button>
					</div>
				</form>
			)}
		</Card>
	);
}

// Beside a task: its kind's forms, and whether they were answered since the task came.
export function TaskForms({ kind, patient, since }: { kind: string; patient: string; since: string }) {
	const { t, language } = useTexts();
	const list = useLoad(`${kind} ${patient}`, async () => {
		const known = await formsOfKind(kind);
		return { known, answered: known.length > 0 ? await answeredOf(patient, known) : [] };
	});
	useHeard(['QuestionnaireResponse'], list.again);
	useHeard(['Questionnaire'], () => (forgetFormsOfKinds(), list.again()));
	if (!list.value || list.value.known.length === 0) return null;
	const { known, answered } = list.value;
	return (
		<ul class="plain-list task-forms">
			{known.map((form) => {
				const last = answered.find((one) => one.form === form.id && Date.parse(one.at) >= (Date.parse(since) || 0));
				return (
					<li key={form.id}>
						<a href={formPath(form.id, patient)}>{t('forms.fillOne', { title: form.title })}</a>
						{last && <span class="soft"> · {t('forms.filled', { when: dayAndTime(last.at, language) })}</span>}
					</li>
				);
			})}
		</ul>
	);
}
