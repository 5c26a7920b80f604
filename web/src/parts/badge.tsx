// badge.tsx: when it is due, as icon, word and colour together; the date itself stands below.
import { daysUntil, minute, shortDay, timeOf } from '../base/clock.ts';
import { useTexts, type Say } from '../base/texts.ts';
import { useValue } from '../base/value.ts';
import { isBreach, levelOf, type Level, type Row } from '../api/tasks.ts';
import { ShapeIcon } from './icons.tsx';

export function dueWords(t: Say, row: Row): string {
	if (!row.due) return t('due.none');
	const days = daysUntil(row.due);
	if (days < 0 && isBreach(row)) return t('due.late', { n: -daysUntil(row.lawDue ?? row.due) });
	if (days < 0) return row.force === 'local' ? t('due.goal') : t('due.late', { n: -days });
	if (days === 1) return t('due.tomorrow');
	if (days > 1) return t('due.days', { n: days });
	const time = row.dueAt ? timeOf(row.dueAt) : '';
	return time ? t('due.todayAt', { time }) : t('due.today');
}

// What law it rests on. Of a goal that is its own word; where the law behind it is broken the goal is not worth one.
export function lawWords(t: Say, row: Row): string {
	if (row.force !== 'local') return row.law;
	return isBreach(row) ? '' : t('clock.own');
}

// The date that is shown is the one the word speaks of: of a breach the law's, though a goal before it was passed first.
export function DueBadge({ row }: { row: Row }) {
	const { t, language } = useTexts();
	useValue(minute);
	const level = levelOf(row);
	const day = level === 'late' ? row.lawDue : row.due;
	const over = level === 'goal' && row.force === 'local' && row.due ? ` · ${t('due.over', { n: -daysUntil(row.due) })}` : '';
	return (
		<span class="due">
			<Badge level={level} words={dueWords(t, row)} />
			{day && (
				<span class="due-day">
					{shortDay(day, language)}
					{over}
				</span>
			)}
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
	const levels: (Level | 'paused')[] = ['late', 'goal', 'today', 'soon', 'ok', 'paused', 'none'];
	return (
		<p class="legend">
			<span>{t('legend.title')}</span>
			{levels.map((level) => (
				<Badge key={level} level={level} words={t(`legend.${level}`)} />
			))}
		</p>
	);
}
