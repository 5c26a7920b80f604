// badge.tsx: when it is due, as icon, word and colour together; the date itself stands below.
import { daysUntil, minute, shortDay, timeOf } from '../base/clock.ts';
import { useTexts, type Say } from '../base/texts.ts';
import { useValue } from '../base/value.ts';
import { levelOf, type Level, type Row } from '../api/tasks.ts';
import { ShapeIcon } from './icons.tsx';

export function dueWords(t: Say, row: Row): string {
	if (!row.due) return t('due.none');
	const days = daysUntil(row.due);
	if (days < 0) return t('due.late', { n: -days });
	if (days === 1) return t('due.tomorrow');
	if (days > 1) return t('due.days', { n: days });
	const time = row.dueAt ? timeOf(row.dueAt) : '';
	return time ? t('due.todayAt', { time }) : t('due.today');
}

export function DueBadge({ row }: { row: Row }) {
	const { t, language } = useTexts();
	useValue(minute);
	return (
		<span class="due">
			<Badge level={levelOf(row)} words={dueWords(t, row)} />
			{row.due && <span class="due-day">{shortDay(row.due, language)}</span>}
		</span>
	);
}

export function Badge({ level, words }: { level: Level | 'paused'; words: string }) {
	return (
		<span class={`badge badge-${level}`}>
			<ShapeIcon shape={level} />
			{words}
		</span>
	);
}

export function Legend() {
	const { t } = useTexts();
	const levels: (Level | 'paused')[] = ['late', 'today', 'soon', 'ok', 'paused', 'none'];
	return (
		<p class="legend">
			<span>{t('legend.title')}</span>
			{levels.map((level) => (
				<Badge key={level} level={level} words={t(`legend.${level}`)} />
			))}
		</p>
	);
}
