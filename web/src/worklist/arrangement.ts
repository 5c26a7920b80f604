// arrangement.ts: which rows stand where, and how news is merged without moving what somebody is looking at. Pure: rows in,
// rows out. What a row says is renewed at once; where it stands, and which rows there are, changes only by `merge`.
import { byStart, groupOf, type Group, type Row } from '../api/tasks.ts';

export type Place = { id: string; group: Group };
export type Arrangement = {
	places: Place[]; // as shown
	rows: Map<string, Row>; // what each row says now
	gone: Set<string>; // shown, but no longer open: somebody did it
	news: Row[] | null; // the list as the server has it, where it differs from what is shown
};
export const NOTHING: Arrangement = { places: [], rows: new Map(), gone: new Set(), news: null };

export function arrange(list: Row[]): Arrangement {
	const sorted = [...list].sort(byStart);
	return {
		places: sorted.map((row) => ({ id: row.id, group: groupOf(row) })),
		rows: new Map(sorted.map((row) => [row.id, row])),
		gone: new Set(),
		news: null,
	};
}

function sameOrder(places: Place[], list: Row[]): boolean {
	const sorted = [...list].sort(byStart);
	return (
		sorted.length === places.length &&
		sorted.every((row, at) => places[at]?.id === row.id && places[at]?.group === groupOf(row))
	);
}

// The server's list came: rows shown say what is new; whether any should come, go or move is kept as news.
export function hear(shown: Arrangement, list: Row[]): Arrangement {
	const byId = new Map(list.map((row) => [row.id, row]));
	const rows = new Map(
		shown.places.flatMap(({ id }) => {
			const row = byId.get(id) ?? shown.rows.get(id);
			return row ? [[id, row] as const] : [];
		}),
	);
	const gone = new Set(shown.places.filter(({ id }) => !byId.has(id)).map(({ id }) => id));
	return { places: shown.places, rows, gone, news: sameOrder(shown.places, list) ? null : list };
}

// The list as the server has it, as far as we have heard.
export function known(shown: Arrangement): Row[] {
	return shown.news ?? shown.places.flatMap(({ id }) => (shown.gone.has(id) ? [] : (shown.rows.get(id) ?? [])));
}

// Only some of it was asked for: `asked`, of which `rows` belong to the list now. Where the list goes on after what is shown (`more`),
// a row that belongs below is of those.
export function hearSome(shown: Arrangement, asked: string[], rows: Row[], more: boolean): Arrangement {
	const before = known(shown);
	const last = before[before.length - 1];
	const fits = (row: Row): boolean => !more || !last || byStart(row, last) <= 0;
	const byId = new Map(rows.map((row) => [row.id, row]));
	const stay = before.flatMap((row) => (asked.includes(row.id) ? (byId.get(row.id) ?? []) : row));
	const come = rows.filter((row) => !before.some(({ id }) => id === row.id) && fits(row));
	return hear(shown, [...stay, ...come]);
}

export function merge(shown: Arrangement): Arrangement {
	return shown.news ? arrange(shown.news) : shown;
}

export function newsCount(shown: Arrangement): { added: number; gone: number } {
	if (!shown.news) return { added: 0, gone: 0 };
	const ids = new Set(shown.places.map((place) => place.id));
	return { added: shown.news.filter((row) => !ids.has(row.id)).length, gone: shown.gone.size };
}

// The row to stand on after a merge: the same one, else the one that took its place.
export function standOn(before: Arrangement, after: Arrangement, selected: string | null): string | null {
	if (selected && after.rows.has(selected)) return selected;
	const at = before.places.findIndex((place) => place.id === selected);
	const following = before.places.slice(Math.max(at, 0)).find((place) => after.rows.has(place.id));
	return following?.id ?? after.places[Math.max(0, Math.min(at, after.places.length - 1))]?.id ?? null;
}
