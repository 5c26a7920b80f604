// task.tsx: one task as a page of its own: on narrow screens, and for an address sent to a colleague.
import { useEffect } from 'preact/hooks';
import { task as readTask, type Row } from '../api/tasks.ts';
import { useKeys } from '../base/keys.ts';
import { useLoad } from '../base/load.ts';
import { PATHS, go } from '../base/route.ts';
import { useTexts } from '../base/texts.ts';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { TaskPanel, focusForm } from '../worklist/panel.tsx';

export function TaskPage({ id }: { id: string }) {
	const { t, language } = useTexts();
	const task = useLoad<Row>(`${id} ${language}`, () => readTask(id));
	useKeys((command) => {
		const resting = document.activeElement === document.body || document.activeElement?.id === 'main';
		if (command === 'open' && resting) focusForm();
		else if (command === 'back') go(PATHS.worklist);
		else return false;
		return true;
	});
	useEffect(() => {
		document.title = `${t('panel.label')} · Limen`;
	}, [language]);
	const row = task.value;
	return (
		<div class="page page-narrow">
			<h1 class="spoken">{t('panel.label')}</h1>
			<p class="crumbs no-print">
				<a href={PATHS.worklist}>← {t('nav.worklist')}</a>
			</p>
			{!row && task.failure !== null && <Failed failure={task.failure} retry={task.again} />}
			{!row && task.failure === null && <Loading />}
			{row && !row.open && (
				<Empty title={t('task.closed')}>
					<p>
						<a class="button" href={PATHS.worklist}>
							{t('nav.worklist')}
						</a>
					</p>
				</Empty>
			)}
			{row?.open && (
				<TaskPanel
					key={row.id}
					row={row}
					done={() => go(PATHS.worklist)}
					changed={task.again}
					renew={task.again}
				/>
			)}
		</div>
	);
}
