// habits.tsx: how we do it here, shown where it applies: at the task of that kind, for that doctor, at that place.
import { useEffect } from 'preact/hooks';
import { onBehalfOf } from '../api/client.ts';
import { habits, habitsFor, isOld, learnHabits, type Habit } from '../api/habits.ts';
import type { Row } from '../api/tasks.ts';
import { shortDay } from '../base/clock.ts';
import { PATHS } from '../base/route.ts';
import { useTexts } from '../base/texts.ts';
import { useValue } from '../base/value.ts';
import { useHeard } from './heard.ts';
import { nameOfActor } from './who.tsx';

export function useHabits(): Habit[] {
	useEffect(() => void learnHabits().catch(() => undefined), []); // without them the page is whole too
	useHeard(['Basic'], () => void learnHabits(true).catch(() => undefined));
	return useValue(habits) ?? [];
}

export function HabitNote({ habit }: { habit: Habit }) {
	const { t, language } = useTexts();
	return (
		<>
			<p>
				<strong>{habit.title}</strong> {isOld(habit) && <span class="tag">{t('habits.old')}</span>}
			</p>
			<p class="habit-text">{habit.text}</p>
			<p class="soft small">
				{nameOfActor(habit.owner)}
				{habit.expires && ` · ${t('habits.until', { day: shortDay(habit.expires, language) })}`}
			</p>
		</>
	);
}

export function HabitsHere({ row }: { row: Row }) {
	const { t } = useTexts();
	const behalf = useValue(onBehalfOf);
	const list = habitsFor(useHabits(), row.kind, [behalf, row.owner].filter(Boolean), `${row.about} ${row.because}`);
	if (list.length === 0) return null;
	return (
		<section class="card habits-here" aria-labelledby="habits-here">
			<h3 id="habits-here">
				<a href={PATHS.habits}>{t('habits.title')}</a>
			</h3>
			<ul class="plain-list">
				{list.map((one) => (
					<li key={one.id}>
						<HabitNote habit={one} />
					</li>
				))}
			</ul>
		</section>
	);
}
