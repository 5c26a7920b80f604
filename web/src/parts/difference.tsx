// difference.tsx: a stale save is refused, and here is what changed meanwhile: what you saw, what it is now.
import type { Row } from '../api/tasks.ts';
import { dayAndTime, shortDay } from '../base/clock.ts';
import { isKey, say, useTexts, type Key } from '../base/texts.ts';
import { nameOfActor } from './who.tsx';

type Pair = { label: Key; before: string; now: string };

function statusWord(status: string): string {
	const key = `status.${status}`;
	return isKey(key) ? say(key) : status;
}

function pairs(before: Row, now: Row, language: string): Pair[] {
	const day = (row: Row) => (row.due ? shortDay(row.due, language) : say('due.none'));
	const all: Pair[] = [
		{ label: 'diff.status', before: statusWord(before.task.status), now: statusWord(now.task.status) },
		{
			label: 'diff.owner',
			before: nameOfActor(before.owner) || say('owner.none'),
			now: nameOfActor(now.owner) || say('owner.none'),
		},
		{ label: 'diff.due', before: day(before), now: day(now) },
		{ label: 'diff.because', before: before.because, now: now.because },
	];
	return all.filter((pair) => pair.before !== pair.now);
}

export function Difference({ before, now, why, accept }: { before: Row; now: Row; why: string[]; accept: () => void }) {
	const { t, language } = useTexts();
	const changed = pairs(before, now, language);
	const at = now.task.meta?.lastUpdated;
	return (
		<div class="difference" role="alert">
			<p class="empty-title">{now.open ? t('diff.title') : t('diff.closed')}</p>
			{why.map((text) => (
				<p key={text}>{text}</p>
			))}
			{at && <p class="soft">{t('diff.at', { when: dayAndTime(at, language) })}</p>}
			{changed.length > 0 && (
				<table>
					<thead>
						<tr>
							<td />
							<th scope="col">{t('diff.before')}</th>
							<th scope="col">{t('diff.now')}</th>
						</tr>
					</thead>
					<tbody>
						{changed.map((pair) => (
							<tr key={pair.label}>
								<th scope="row">{t(pair.label)}</th>
								<td>{pair.before}</td>
								<td>{pair.now}</td>
							</tr>
						))}
					</tbody>
				</table>
			)}
			<button type="button" class="button" onClick={accept}>
				{now.open ? t('diff.accept') : t('diff.leave')}
			</button>
		</div>
	);
}
