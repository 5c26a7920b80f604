// calm.ts: asking again because something was heard, no more often than somebody can read: soon after the first, then apart for as long as it
// goes on; not at all while nobody sees the page, and once when somebody does again.
export const APART_MS = 5000;

export type Calm = { heard: () => void; stop: () => void };

export function calmly(again: () => void, soonMs: number): Calm {
	let timer: ReturnType<typeof setTimeout> | undefined;
	let waits = false;
	let asked = -APART_MS;
	function ask(): void {
		timer = undefined;
		if (document.hidden) return;
		waits = false;
		asked = Date.now();
		again();
	}
	function plan(): void {
		if (timer !== undefined || document.hidden) return;
		timer = setTimeout(ask, Math.max(soonMs, asked + APART_MS - Date.now()));
	}
	const shown = () => waits && plan();
	document.addEventListener('visibilitychange', shown);
	return {
		heard: () => {
			waits = true;
			plan();
		},
		stop: () => {
			clearTimeout(timer);
			document.removeEventListener('visibilitychange', shown);
		},
	};
}
