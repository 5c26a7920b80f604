// load.ts: asks for something and says how far it came. A newer question makes an older answer void.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export type Loaded<T> = { value: T | null; failure: unknown; loading: boolean; again: () => void };

export function useLoad<T>(question: string | null, answer: () => Promise<T>): Loaded<T> {
	const [state, setState] = useState<{ question: string | null; value: T | null; failure: unknown }>({
		question: null,
		value: null,
		failure: null,
	});
	const [round, setRound] = useState(0);
	const latest = useRef(answer);
	latest.current = answer;
	useEffect(() => {
		if (question === null) return undefined;
		let current = true;
		latest.current().then(
			(value) => current && setState({ question, value, failure: null }),
			(failure: unknown) =>
				current &&
				setState((before) => ({
					question,
					value: before.question === question ? before.value : null,
					failure,
				})),
		);
		return () => {
			current = false;
		};
	}, [question, round]);
	const again = useCallback(() => setRound((n) => n + 1), []);
	const mine = state.question === question;
	return { value: mine ? state.value : null, failure: mine ? state.failure : null, loading: !mine, again };
}

export function useMedia(query: string): boolean {
	const [matches, setMatches] = useState(() => matchMedia(query).matches);
	useEffect(() => {
		const list = matchMedia(query);
		const heard = () => setMatches(list.matches);
		heard();
		list.addEventListener('change', heard);
		return () => list.removeEventListener('change', heard);
	}, [query]);
	return matches;
}

export const WIDE = '(min-width: 1100px)';
