// client.ts: one way to ask the server. Every call says who asks and on whose behalf (docs/api.md); every refusal comes back as
// a Failure with the issues of its OperationOutcome, in the user's language.
import { hearServer } from '../base/clock.ts';
import { language } from '../base/texts.ts';
import { Value, keptValue } from '../base/value.ts';
import type { Bundle, Issue, Outcome, Resource } from './fhir.ts';

export const actor = keptValue<string>('actor', '');
export const onBehalfOf = keptValue<string>('onBehalfOf', '');
export const online = new Value(true); // false: the last call did not reach the server
const ROOT = '/fhir';
const TIMEOUT_MS = 20_000;
const BEFORE_CHOOSING = 'Device/limen-pages'; // who asks for the list of roles, before anyone has said who they are

export class Failure extends Error {
	constructor(
		readonly status: number,
		readonly issues: Issue[],
	) {
		super(issues.map(issueText).filter(Boolean).join(' · ') || `HTTP ${status}`);
	}
	get unreachable(): boolean {
		return this.status === 0;
	}
	get stale(): boolean {
		return this.status === 409 || this.status === 412;
	}
}

export function issueText(issue: Issue): string {
	return issue.details?.text ?? issue.diagnostics ?? '';
}

export type Answer<T> = { body: T; etag: string | null };
type Options = { method?: string; body?: Resource; form?: URLSearchParams; match?: string | undefined };

function headers(options: Options): Headers {
	const list = new Headers({
		Accept: 'application/fhir+json',
		'Accept-Language': language.get(),
		'X-Limen-Actor': actor.get() || BEFORE_CHOOSING,
	});
	if (onBehalfOf.get()) list.set('X-Limen-On-Behalf-Of', onBehalfOf.get());
	if (options.body) list.set('Content-Type', 'application/fhir+json');
	if (options.match) list.set('If-Match', options.match);
	return list;
}

function failureOf(status: number, body: unknown): Failure {
	const outcome = body as Outcome | null;
	return new Failure(status, outcome?.resourceType === 'OperationOutcome' ? (outcome.issue ?? []) : []);
}

async function send(path: string, options: Options): Promise<Response> {
	const request: RequestInit = {
		method: options.method ?? 'GET',
		headers: headers(options),
		cache: 'no-store', // patients' data stay out of the browser's cache
		signal: AbortSignal.timeout(TIMEOUT_MS),
	};
	if (options.body) request.body = JSON.stringify(options.body);
	if (options.form) request.body = options.form; // fetch says the content type itself
	try {
		const response = await fetch(path.startsWith('/') ? path : `${ROOT}/${path}`, request);
		online.set(true);
		return response;
	} catch {
		online.set(false);
		throw new Failure(0, []);
	}
}

export async function ask<T extends Resource>(path: string, options: Options = {}): Promise<Answer<T>> {
	const response = await send(path, options);
	hearServer(response.headers.get('Date'));
	const text = await response.text();
	let body: unknown = null;
	try {
		body = text ? JSON.parse(text) : null;
	} catch {
		throw new Failure(response.status, []);
	}
	if (!response.ok) throw failureOf(response.status, body);
	return { body: body as T, etag: response.headers.get('ETag') };
}

export async function get<T extends Resource>(path: string): Promise<T> {
	return (await ask<T>(path)).body;
}

export function search(type: string, parameters: Record<string, string>): Promise<Bundle> {
	return get<Bundle>(`${type}?${new URLSearchParams(parameters)}`);
}

// The same with its parameters in the body: names and CPR numbers do not belong in an address, which others may log.
export async function searchHidden(type: string, parameters: Record<string, string> | [string, string][]): Promise<Bundle> {
	return (await ask<Bundle>(`${type}/_search`, { method: 'POST', form: new URLSearchParams(parameters) })).body;
}

// The next page's address as the server gave it, made ours: only its path and query count.
export function nextPath(bundle: Bundle): string | null {
	const next = bundle.link?.find((one) => one.relation === 'next')?.url;
	if (!next) return null;
	const url = new URL(next, `${location.origin}${ROOT}/`);
	return url.pathname + url.search;
}

export function post<T extends Resource>(path: string, body: Resource, match?: string): Promise<Answer<T>> {
	return ask<T>(path, { method: 'POST', body, match });
}

export function put<T extends Resource>(path: string, body: Resource, match: string): Promise<Answer<T>> {
	return ask<T>(path, { method: 'PUT', body, match });
}
