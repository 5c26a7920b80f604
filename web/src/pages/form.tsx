// form.tsx: a form kept here, or of a kind of task (task-KIND), filled in about a patient or about nobody.
import { useState } from 'preact/hooks';
import { begin, keep, questionnaire, type FormResponse } from '../api/forms.ts';
import { announce } from '../base/announce.tsx';
import { now } from '../base/clock.ts';
import { useLoad } from '../base/load.ts';
import { patientPath } from '../base/route.ts';
import { say, useTexts } from '../base/texts.ts';
import { QuestionnaireForm } from '../parts/questionnaire.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';

export function FormPage({ id, patient }: { id: string; patient: string | null }) {
	const { t } = useTexts();
	const [kept, setKept] = useState(false);
	const loaded = useLoad(`${id}/${patient ?? ''}`, async () => {
		const [form, begun] = await Promise.all([questionnaire(id), begin(id, patient)]);
		return { form, begun };
	});
	async function save(response: FormResponse): Promise<void> {
		await keep(response, new Date(now()).toISOString());
		announce(say('questionnaire.kept'), 'good');
		setKept(true);
	}
	if (loaded.failure !== null) return <Failed failure={loaded.failure} retry={loaded.again} />;
	if (!loaded.value) return <Loading />;
	const { form, begun } = loaded.value;
	return (
		<div class="page page-narrow">
			{patient && !kept && (
				<p class="crumbs no-print">
					<a href={patientPath(patient)}>← {t('questionnaire.toPatient')}</a>
				</p>
			)}
			<h1>{form.title ?? t('questionnaire.title')}</h1>
			{form.description && !kept && <p>{form.description}</p>}
			{kept ? (
				<Empty title={t('questionnaire.kept')}>
					{patient && (
						<p>
							<a class="button" ref={(link) => link?.focus()} href={patientPath(patient)}>
								{t('questionnaire.toPatient')}
							</a>
						</p>
					)}
				</Empty>
			) : (
				<QuestionnaireForm form={form} begun={begun} keep={save} />
			)}
		</div>
	);
}
