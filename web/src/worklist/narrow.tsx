// narrow.tsx: the list narrowed: one kind, only what nobody has, a word; and kept under a name, for me or for all.
import { useEffect, useRef, useState } from 'preact/hooks';
import { bannerName } from '../api/fhir.ts';
import { keptPatient } from '../api/people.ts';
import { kindNames } from '../api/raise.ts';
import type { Filter, Row } from '../api/tasks.ts';
import { WIDE_OPEN, isNarrow, learnViews, removeView, sameNarrow, saveView, views, type Narrow, type View } from '../api/views.ts';
import { attempt } from '../base/announce.tsx';
import { useLoad } from '../base/load.ts';
import { say, useTexts } from '../base/texts.ts';
import { useValue } from '../base/value.ts';
import { useHeard } from '../parts/heard.ts';

// Does the row say all of these words, in its step, its subject, its reason, its patient?
export function rowSays(row: Row, words: string): boolean {
	const patient = keptPatient(row.patient);
	const text = `${row.step} ${row.about} ${row.because} ${patient ? bannerName(patient) : ''}`.toLowerCase();
	return words
		.toLowerCase()
		.split(/\s+/)
		.every((word) => text.includes(word));
}

export function narrowQuery(how: Narrow): Record<string, string> {
	return { ...(how.kind ? { kind: how.kind } : {}), ...(how.free ? { 'owner:missing': 'true' } : {}) };
}

export function useViews(me: string): View[] {
	const again = () => void learnViews().catch(() => undefined); // without them the list is whole
	useEffect(again, []);
	useHeard(['Basic'], again);
	return useValue(views).filter((one) => one.shared || one.owner === me);
}

type Props = { base: Filter; how: Narrow; change: (how: Narrow) => void; view: View | undefined; close: () => void };

export function NarrowBar({ base, how, change, view, close }: Props) {
	const { t, language } = useTexts();
	const kinds = useLoad(language, kindNames).value ?? [];
	const input = useRef<HTMLInputElement>(null);
	const [name, setName] = useState('');
	const [shared, setShared] = useState(true);
	useEffect(() => input.current?.focus(), []);
	const sorted = [...kinds].sort((a, b) => a.title.localeCompare(b.title, 'da'));
	return (
		<form
			class="narrow no-print"
			aria-label={t('narrow.title')}
			onSubmit={(event) => {
				event.preventDefault();
				if (name.trim()) void attempt(() => saveView(name, base, how, shared), say('view.saved', { name: name.trim() })).then(() => setName(''));
			}}
		>
			<label>
				<span class="spoken">{t('narrow.words')}</span>
				<input
					ref={input}
					type="text"
					placeholder={t('narrow.words')}
					value={how.words}
					onInput={(event) => change({ ...how, words: event.currentTarget.value })}
				/>
			</label>
			<label>
				<span class="spoken">{t('narrow.kind')}</span>
				<select value={how.kind} onChange={(event) => change({ ...how, kind: event.currentTarget.value })}>
					<option value="">{t('narrow.allKinds')}</option>
					{sorted.map((one) => (
						<option key={one.id} value={one.id}>
							{one.title}
						</option>
					))}
				</select>
			</label>
			<label class="check">
				<input type="checkbox" checked={how.free} onChange={(event) => change({ ...how, free: event.currentTarget.checked })} />
				<span>{t('narrow.free')}</span>
			</label>
			{isNarrow(how) && !view && (
				<span class="narrow-save">
					<label>
						<span class="spoken">{t('view.name')}</span>
						<input type="text" placeholder={t('view.name')} value={name} onInput={(event) => setName(event.currentTarget.value)} />
					</label>
					<label class="check">
						<input type="checkbox" checked={shared} onChange={(event) => setShared(event.currentTarget.checked)} />
						<span>{t('view.shared')}</span>
					</label>
					<button type="submit" class="button">
						{t('view.save')}
					</button>
				</span>
			)}
			{view && (
				<button
					type="button"
					class="link"
					onClick={() => void attempt(() => removeView(view), say('view.removed', { name: view.name })).then(() => change(WIDE_OPEN))}
				>
					{t('view.remove', { name: view.name })}
				</button>
			)}
			<button type="button" class="link" onClick={() => (change(WIDE_OPEN), close())}>
				{t('narrow.clear')}
			</button>
		</form>
	);
}

export const viewNow = (list: View[], base: Filter, how: Narrow): View | undefined =>
	isNarrow(how) ? list.find((one) => one.base === base && sameNarrow(one, how)) : undefined;
