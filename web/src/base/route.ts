// route.ts: where we are. Addresses live after the #, so that the server has one page to serve and Back works.
import { Value, useValue } from './value.ts';

export type Route =
	| { page: 'worklist' }
	| { page: 'ends' }
	| { page: 'who' }
	| { page: 'task'; id: string }
	| { page: 'patient'; id: string }
	| { page: 'own'; id: string }
	| { page: 'referral'; patient: string | null }
	| { page: 'call'; answering: string | null }
	| { page: 'form'; id: string; patient: string | null }
	| { page: 'habits' | 'overview' | 'home' | 'handover' | 'load' | 'questions' }
	| { page: 'unknown'; path: string };

export const PATHS = {
	worklist: '#/',
	ends: '#/loose-ends',
	referral: '#/referral',
	who: '#/who',
	call: '#/call',
	overview: '#/overview',
	home: '#/home',
	handover: '#/handover',
	load: '#/load',
	questions: '#/questions',
	habits: '#/habits',
} as const;
export const OVERVIEWS = ['overview', 'home', 'handover', 'load', 'questions', 'habits'] as const;
export const taskPath = (id: string) => `#/task/${encodeURIComponent(id)}`;
export const patientPath = (id: string) => `#/patient/${encodeURIComponent(id)}`;
export const ownPath = (id: string) => `#/own/${encodeURIComponent(id)}`;
export const formPath = (id: string, patient: string) => `#/form/${encodeURIComponent(id)}/${encodeURIComponent(patient)}`;
export const callBackPath = (call: string) => `#/call/${encodeURIComponent(call)}`;
export const referralPath = (patient: string) => `#/referral/${encodeURIComponent(patient)}`;

function read(hash: string): Route {
	const [page = '', id, more] = hash
		.replace(/^#?\/?/, '')
		.split('/')
		.map(decode);
	if (page === '') return { page: 'worklist' };
	if (page === 'loose-ends') return { page: 'ends' };
	const over = OVERVIEWS.find((one) => one === page);
	if (over) return { page: over };
	if (page === 'who') return { page: 'who' };
	if (page === 'call') return { page: 'call', answering: id ?? null };
	if (page === 'referral') return { page: 'referral', patient: id ?? null };
	if (page === 'task' && id) return { page: 'task', id };
	if (page === 'patient' && id) return { page: 'patient', id };
	if (page === 'own' && id) return { page: 'own', id };
	if (page === 'form' && id) return { page: 'form', id, patient: more ?? null };
	return { page: 'unknown', path: hash };
}

function decode(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		return part;
	}
}

const route = new Value<Route>(read(location.hash));
addEventListener('hashchange', () => route.set(read(location.hash)));

export function go(path: string): void {
	location.hash = path;
}

export function useRoute(): Route {
	return useValue(route);
}
