// bulk.tsx: several tasks at once: marked by x, then taken, given back or handed over together; counted, and taken back together.
import { useState } from 'preact/hooks';
import { takeBackAll } from '../api/batch.ts';
import { giveBackTask, takeBackTask, takeTask } from '../api/owner.ts';
import type { Row } from '../api/tasks.ts';
import { announce } from '../base/announce.tsx';
import { say, useTexts, type Key } from '../base/texts.ts';
import { HandOverDialog } from '../parts/handover.tsx';
import { BulkDo } from './bulkdo.tsx';
import type { Worklist } from './use-worklist.ts';

export type Bulk = {
	marks: ReadonlySet<string>;
	toggle: (id: string) => void;
	markAll: (ids: string[]) => void;
	clear: () => void;
	take: () => void;
	give: () => void;
	over: () => void;
	perform: () => void;
	undo: () => void;
	handing: Row[] | null;
	closeHanding: () => void;
	handed: (rows: Row[]) => void;
	doing: Row[] | null;
	closeDoing: () => void;
	performed: (rows: Row[], wrote: string[][]) => void;
	last: { text: string; rows: Row[]; wrote: string[][] | null } | null; // wrote: of each, where they were answered
};

type Settled<T> = { fine: T[]; refused: number; why: string };

async function each<S, T>(list: S[], doing: (one: S) => Promise<T>): Promise<Settled<T>> {
	const settled: Settled<T> = { fine: [], refused: 0, why: '' };
	for (const one of list) {
		try {
			settled.fine.push(await doing(one));
		} catch (failure) {
			settled.refused += 1;
			settled.why = failure instanceof Error ? failure.message : '';
		}
	}
	return settled;
}

// `selected` is what is acted on where nothing is marked.
export function useBulk(work: Worklist): Bulk {
	const [marks, setMarks] = useState<ReadonlySet<string>>(new Set());
	const [last, setLast] = useState<Bulk['last']>(null);
	const [handing, setHanding] = useState<Row[] | null>(null);
	const [doing, setDoing] = useState<Row[] | null>(null);
	const rows = (): Row[] => {
		const ids = marks.size > 0 ? [...marks] : work.selected ? [work.selected] : [];
		return ids.map((id) => work.list.rows.get(id)).filter((row): row is Row => row !== undefined && !work.list.gone.has(row.id));
	};
	function finish(fine: Row[], key: Key): void {
		for (const row of fine) work.replace(row);
		setMarks(new Set());
		if (fine.length > 0) setLast({ text: say(key, { n: fine.length }), rows: fine, wrote: null });
	}
	async function run(doing: (row: Row) => Promise<Row>, key: Key): Promise<void> {
		const list = rows();
		if (list.length === 0) return;
		const settled = await each(list, doing);
		finish(settled.fine, key);
		if (settled.refused > 0) announce(say('bulk.refused', { n: settled.refused, why: settled.why }), 'bad');
		else announce(say(key, { n: settled.fine.length }), 'good');
		if (settled.refused > 0) void work.reload();
	}
	async function undo(): Promise<void> {
		if (!last) return;
		const settled = last.wrote
			? await each(last.wrote, (wrote) => takeBackAll(wrote, say('bulk.slip')))
			: await each(last.rows, (row) => takeBackTask(row, say('bulk.slip')));
		setLast(null);
		announce(settled.refused > 0 ? say('bulk.refused', { n: settled.refused, why: settled.why }) : say('undo.done'), settled.refused > 0 ? 'bad' : 'good');
		void work.reload();
	}
	return {
		marks,
		toggle: (id) => setMarks((before) => (before.has(id) ? new Set([...before].filter((one) => one !== id)) : new Set([...before, id]))),
		markAll: (ids) => setMarks((before) => new Set(before.size === ids.length ? [] : ids)),
		clear: () => (setMarks(new Set()), setLast(null)),
		take: () => void run(takeTask, 'bulk.taken'),
		give: () => void run(giveBackTask, 'bulk.given'),
		over: () => {
			const list = rows();
			if (list.length > 0) setHanding(list);
		},
		perform: () => {
			const list = rows();
			if (list.length === 0 || marks.size === 0) return;
			if (list.some((row) => row.kind !== list[0]?.kind)) announce(say('bulk.oneKind'), 'bad');
			else setDoing(list);
		},
		doing,
		closeDoing: () => setDoing(null),
		performed: (rows, wrote) => {
			setMarks(new Set());
			setLast({ text: say('bulk.done', { n: rows.length }), rows, wrote: wrote.filter((one) => one.length > 0) });
			void work.reload();
		},
		undo: () => void undo(),
		handing,
		closeHanding: () => setHanding(null),
		handed: (fine) => finish(fine, 'bulk.handed'),
		last,
	};
}

export function BulkBar({ bulk }: { bulk: Bulk }) {
	const { t } = useTexts();
	const n = bulk.marks.size;
	return (
		<>
			<div class="bulk no-print" role="status">
				{n > 0 && (
					<div class="bulk-inside">
						<strong>{t('bulk.marked', { n })}</strong>
						<button type="button" class="button" onClick={bulk.take}>
							{t('task.take')} <kbd>m</kbd>
						</button>
						<button type="button" class="button" onClick={bulk.give}>
							{t('task.giveBack')} <kbd>u</kbd>
						</button>
						<button type="button" class="button" onClick={bulk.over}>
							{t('handover.give')} <kbd>r</kbd>
						</button>
						<button type="button" class="button" onClick={bulk.perform}>
							{t('bulk.perform')} <kbd>e</kbd>
						</button>
						<button type="button" class="link" onClick={bulk.clear}>
							{t('bulk.clear')}
						</button>
					</div>
				)}
				{n === 0 && bulk.last && (
					<div class="bulk-inside">
						<span>{bulk.last.text}</span>
						<button type="button" class="link" onClick={bulk.undo}>
							{t('undo.word')} <kbd>z</kbd>
						</button>
						<button type="button" class="link" onClick={bulk.clear}>
							{t('bulk.close')}
						</button>
					</div>
				)}
			</div>
			{bulk.doing && <BulkDo rows={bulk.doing} closed={bulk.closeDoing} done={bulk.performed} />}
			{bulk.handing && <HandOverDialog rows={bulk.handing} closed={bulk.closeHanding} done={bulk.handed} />}
		</>
	);
}
