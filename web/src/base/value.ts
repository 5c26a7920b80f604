// value.ts: a value that components can watch. The few things the whole page shares (language, role, clock, feed) are values.
import { useEffect, useState } from 'preact/hooks';

export class Value<T> {
	private readonly watchers = new Set<(now: T) => void>();
	constructor(private current: T) {}
	get(): T {
		return this.current;
	}
	set(next: T): void {
		if (Object.is(next, this.current)) return;
		this.current = next;
		for (const watcher of [...this.watchers]) watcher(next);
	}
	watch(watcher: (now: T) => void): () => void {
		this.watchers.add(watcher);
		return () => this.watchers.delete(watcher);
	}
}

export function useValue<T>(value: Value<T>): T {
	const [now, setNow] = useState(value.get());
	useEffect(() => {
		setNow(() => value.get()); // it may have changed between drawing and watching
		return value.watch((next) => setNow(() => next));
	}, [value]);
	return now;
}

// A value kept in this browser. Storage may be refused (private windows): then it lives as long as the page.
export function keptValue<T extends string>(key: string, initial: T, allowed?: readonly T[]): Value<T> {
	let kept: string | null = null;
	try {
		kept = localStorage.getItem(`limen.${key}`);
	} catch {
		kept = null;
	}
	const fits = kept !== null && (!allowed || allowed.includes(kept as T));
	const value = new Value<T>(fits ? (kept as T) : initial);
	value.watch((next) => {
		try {
			localStorage.setItem(`limen.${key}`, next);
		} catch {
			// nothing to do: see above
		}
	});
	return value;
}
